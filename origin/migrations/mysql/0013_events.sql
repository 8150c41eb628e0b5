-- What the webhook has still to be told. Written in the transaction that made it happen, and only where there is a webhook.
CREATE TABLE events (
    -- The first 4 bytes of the user's handles, so that it lies on the sessions' shard, then 12 random bytes.
    id BINARY(16) NOT NULL PRIMARY KEY,
    -- 1 theft, 2 revoked, 3 replaced by a log-in, 4 over the limit of sessions per user.
    reason BIGINT NOT NULL,
    -- Whose sessions; as in `sessions`.
    user_id VARBINARY(256) NOT NULL,
    -- The session whose refresh token was stolen, where one was; else NULL.
    stolen BINARY(16) NULL,
    -- The handles of the sessions that were ended, 16 bytes each; none where a theft was only reported.
    sessions MEDIUMBLOB NOT NULL,
    occurred_at BIGINT NOT NULL,
    -- How often it was tried to tell the webhook.
    attempts BIGINT NOT NULL,
    -- When it is tried next. Whoever tries moves it first, so that nobody else does.
    due_at BIGINT NOT NULL
) ENGINE = InnoDB;
