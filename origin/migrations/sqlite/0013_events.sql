-- What the webhook has still to be told. Written in the transaction that made it happen, and only where there is a webhook.
CREATE TABLE events (
    -- The first 4 bytes of the user's handles, so that it lies on the sessions' shard, then 12 random bytes.
    id BLOB NOT NULL PRIMARY KEY,
    -- 1 theft, 2 revoked, 3 replaced by a log-in, 4 over the limit of sessions per user.
    reason INTEGER NOT NULL,
    -- Whose sessions; as in `sessions`.
    user_id BLOB NOT NULL,
    -- The session whose refresh token was stolen, where one was; else NULL.
    stolen BLOB NULL,
    -- The handles of the sessions that were ended, 16 bytes each; none where a theft was only reported.
    sessions BLOB NOT NULL,
    occurred_at INTEGER NOT NULL,
    -- How often it was tried to tell the webhook.
    attempts INTEGER NOT NULL,
    -- When it is tried next. Whoever tries moves it first, so that nobody else does.
    due_at INTEGER NOT NULL
);
