-- What the user logged in with, as the app told it; only ever shown to people.
ALTER TABLE sessions ADD COLUMN client_name BLOB NULL;
-- Where the log-in came from, as text; what is kept of it is WAYLEAVE_CLIENT_ADDRESS's to say.
ALTER TABLE sessions ADD COLUMN client_address BLOB NULL;
