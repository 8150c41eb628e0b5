-- What can be forgotten.
CREATE INDEX imported_sessions_by_expires_at ON imported_sessions (expires_at);
