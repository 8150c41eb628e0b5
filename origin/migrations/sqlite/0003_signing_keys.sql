-- The keys that sign access tokens, one after the other.
CREATE TABLE signing_keys (
    -- 1 for the first. Origins that race to make the next key write the same number, and one of them wins.
    generation INTEGER NOT NULL PRIMARY KEY,
    key_id BLOB NOT NULL,
    -- The private seed, sealed with a master key; bound to this row.
    sealed_seed BLOB NOT NULL,
    -- Unix milliseconds. Published from its creation on, signs within these two.
    signs_from INTEGER NOT NULL,
    signs_until INTEGER NOT NULL
);
