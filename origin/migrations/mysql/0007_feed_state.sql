-- How far the revocation feed goes: one row, whose lock decides who gives out positions.
CREATE TABLE feed_state (
    -- Always 1.
    id BIGINT NOT NULL PRIMARY KEY,
    -- Which history the positions belong to: 16 random bytes, drawn when the database is set up.
    epoch BINARY(16) NOT NULL,
    -- The last position given; 0 before the first.
    position BIGINT NOT NULL
) ENGINE = InnoDB;
