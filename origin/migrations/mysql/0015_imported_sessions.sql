-- Sessions that came from another system, as long as a refresh token of that system may still come with one. Empty where nothing was ever imported.
CREATE TABLE imported_sessions (
    -- The first 16 bytes of SHA-256 of the session's name there: it is imported once, also where it has ended here since.
    source BINARY(16) NOT NULL PRIMARY KEY,
    -- What that system kept of the session's refresh token. The token cannot be made of it.
    token_hash BINARY(32) NOT NULL UNIQUE,
    -- The session here.
    handle BINARY(16) NOT NULL,
    -- When the refresh token ends; then the row can be forgotten.
    expires_at BIGINT NOT NULL
) ENGINE = InnoDB;
