//! What happens on its own, beside requests.

mod forget_revocations;
mod keep_keys;

pub use forget_revocations::forget_revocations;
pub use keep_keys::keep_keys;
