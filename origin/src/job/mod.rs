//! What happens on its own, beside requests.

mod forget_revocations;
mod keep_keys;
pub mod remove_expired;
mod tell_webhook;

pub use forget_revocations::forget_revocations;
pub use keep_keys::keep_keys;
pub use remove_expired::remove_expired;
pub use tell_webhook::{Telling, tell_webhook};
