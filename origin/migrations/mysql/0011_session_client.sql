ALTER TABLE sessions
    -- What the user logged in with, as the app told it; only ever shown to people.
    ADD COLUMN client_name VARBINARY(255) NULL,
    -- Where the log-in came from, as text; what is kept of it is WAYLEAVE_CLIENT_ADDRESS's to say.
    ADD COLUMN client_address VARBINARY(45) NULL;
