//! `/v1/sessions`.

pub(super) mod confirm;
pub(super) mod create;
pub(super) mod data;
pub(super) mod duplicates;
pub(super) mod payload;
pub(super) mod refresh;
pub(super) mod session;
pub(super) mod verify;
