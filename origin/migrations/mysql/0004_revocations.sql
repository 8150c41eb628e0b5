-- What was ended before its access tokens expired: the revocation feed. Written in the transaction that ends it.
CREATE TABLE revocations (
    -- For a session or a user its handles' first 4 bytes, so that the entry lies on the sessions' shard, then 12 random bytes. For a key all random.
    id BINARY(16) NOT NULL PRIMARY KEY,
    -- 1 a session, 2 all sessions of a user, 3 a signing key.
    kind BIGINT NOT NULL,
    -- The session's handle, the first 16 bytes of SHA-256 of the user id, or the key's id.
    subject VARBINARY(64) NOT NULL,
    -- For a user: access tokens issued before this instant, a whole second, are refused. Else NULL.
    issued_before BIGINT NULL,
    -- When the last access token that it is about has expired on every clock. Nobody is told after that.
    forget_at BIGINT NOT NULL,
    -- Its place in the feed, given once its transaction has committed; NULL until then. Whoever numbers a row before it can be seen would hide it behind a cursor.
    position BIGINT NULL
) ENGINE = InnoDB;
