//! `/v1/users/{userId}`.

pub(super) mod sessions;
