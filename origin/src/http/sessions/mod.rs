//! `/v1/sessions`.

pub(super) mod create;
pub(super) mod data;
pub(super) mod refresh;
pub(super) mod session;
pub(super) mod verify;
