-- SHA-256 of the secret of the refresh token that the current one replaced; NULL until the first refresh.
ALTER TABLE sessions ADD COLUMN parent_hash BLOB NULL;
-- How the current refresh token was made of that one, so that it can be made again: the refresh key's id, and what makes it unlike any other.
ALTER TABLE sessions ADD COLUMN derivation_key BLOB NULL;
ALTER TABLE sessions ADD COLUMN derivation_nonce BLOB NULL;
-- When the current refresh token was first seen in use; NULL until then: its browser may never have got it.
ALTER TABLE sessions ADD COLUMN confirmed_at INTEGER NULL;
