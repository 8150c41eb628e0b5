-- What the app keeps in a session. A table of its own, so that a refresh never rewrites it. No row: nothing was ever stored.
CREATE TABLE session_data (
    handle BINARY(16) NOT NULL PRIMARY KEY,
    -- JSON, as it was written.
    data MEDIUMBLOB NOT NULL,
    -- Counts the writes, from 1.
    version BIGINT NOT NULL
) ENGINE = InnoDB;
