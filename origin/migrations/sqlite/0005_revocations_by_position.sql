-- What is new since a cursor, and what has no position yet (NULL).
CREATE INDEX revocations_by_position ON revocations (position);
