-- What the log-in brought of session data, as JSON, until it is replaced; it counts as version 1. NULL: it brought none, too much to stand here, or
-- it was replaced. Whatever is in `session_data` comes before it. At most 1024 bytes.
ALTER TABLE sessions ADD COLUMN first_data BLOB NULL;
