//! The rules of sessions and of signing keys, without HTTP and without SQL.

mod error;
mod key_ring;
mod key_schedule;
mod keys;
mod sessions;

pub use error::{KeysError, SessionError};
pub(crate) use key_schedule::KEY_SET_CACHE_TIME;
pub use key_schedule::KeySettings;
pub use keys::Keys;
pub use sessions::{SessionSettings, Sessions};
