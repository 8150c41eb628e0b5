-- Finds what is to be tried now. The table is empty but for moments and outages.
CREATE INDEX events_by_due_at ON events (due_at);
