-- The signing keys that were removed in an emergency. Kept for ever, so that none comes back: not from a setting and not from an origin that still knows it.
CREATE TABLE removed_signing_keys (
    key_id VARBINARY(64) NOT NULL PRIMARY KEY,
    removed_at BIGINT NOT NULL
) ENGINE = InnoDB;
