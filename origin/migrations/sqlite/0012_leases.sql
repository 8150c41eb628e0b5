-- Who does a piece of work that one origin at a time should do.
CREATE TABLE leases (
    -- The work.
    name BLOB NOT NULL PRIMARY KEY,
    -- The origin that does it: 16 random bytes, drawn when it starts.
    holder BLOB NOT NULL,
    -- Until when, unless it is renewed; then any origin may take over.
    held_until INTEGER NOT NULL
);
