-- Milliseconds: the longest validity of any access token that the key may have signed, whatever the setting is today. 0 for keys made before this column.
ALTER TABLE signing_keys ADD COLUMN longest_validity BIGINT NOT NULL DEFAULT 0;
