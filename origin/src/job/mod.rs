//! What happens on its own, beside requests.

mod keep_keys;

pub use keep_keys::keep_keys;
