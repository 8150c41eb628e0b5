-- The keys that sign access tokens, one after the other.
CREATE TABLE signing_keys (
    -- 1 for the first. Origins that race to make the next key write the same number, and one of them wins.
    generation BIGINT NOT NULL PRIMARY KEY,
    key_id VARBINARY(64) NOT NULL,
    -- The private seed, sealed with a master key; bound to this row.
    sealed_seed VARBINARY(256) NOT NULL,
    -- Unix milliseconds. Published from its creation on, signs within these two.
    signs_from BIGINT NOT NULL,
    signs_until BIGINT NOT NULL
) ENGINE = InnoDB;
