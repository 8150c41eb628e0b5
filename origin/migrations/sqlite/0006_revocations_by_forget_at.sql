-- What can be removed.
CREATE INDEX revocations_by_forget_at ON revocations (forget_at);
