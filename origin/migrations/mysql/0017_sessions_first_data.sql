ALTER TABLE sessions
    -- What the log-in brought of session data, as JSON, until it is replaced; it counts as version 1. NULL: it brought none, too much to stand here, or
    -- it was replaced. Whatever is in `session_data` comes before it.
    ADD COLUMN first_data VARBINARY(1024) NULL;
