ALTER TABLE sessions
    -- SHA-256 of the secret of the refresh token that the current one replaced; NULL until the first refresh.
    ADD COLUMN parent_hash BINARY(32) NULL,
    -- How the current refresh token was made of that one, so that it can be made again: the refresh key's id, and what makes it unlike any other.
    ADD COLUMN derivation_key BINARY(4) NULL,
    ADD COLUMN derivation_nonce BINARY(16) NULL,
    -- When the current refresh token was first seen in use; NULL until then: its browser may never have got it.
    ADD COLUMN confirmed_at BIGINT NULL;
