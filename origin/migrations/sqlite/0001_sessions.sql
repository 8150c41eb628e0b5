-- One row per log-in. The primary key stands in every hot statement, and a user's rows lie together (the handle begins with a hash of the user
-- id), so the table can be sharded by it.
CREATE TABLE sessions (
    -- 4 bytes of SHA-256 of the user id, 12 random bytes.
    handle BLOB NOT NULL PRIMARY KEY,
    -- 'i' and the digits of an integer, or 's' and the bytes of a string. Binary, so that no collation makes two users one.
    user_id BLOB NOT NULL,
    -- SHA-256 of the current refresh token's secret.
    refresh_hash BLOB NOT NULL,
    -- How often it was refreshed.
    generation INTEGER NOT NULL,
    -- The app's JSON for the access token, as it was written; NULL where the app gave none.
    jwt_payload BLOB NULL,
    -- Unix milliseconds of the database's clock, like all times here.
    created_at INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL,
    -- The session ends at this instant unless it is refreshed.
    expires_at INTEGER NOT NULL
);
