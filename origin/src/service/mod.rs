//! The rules of sessions, of their revocation and of signing keys, without HTTP and without SQL.

mod error;
mod key_material;
mod key_removal;
mod key_ring;
mod key_schedule;
mod keys;
mod revocations;
mod sessions;
pub(crate) mod webhook;

pub use error::{KeysError, SessionError};
pub use key_material::KeySecrets;
pub use key_removal::{KeyState, ListedKey, RemovedKey, list_keys, remove_key};
pub(crate) use key_schedule::KEY_SET_CACHE_TIME;
pub use key_schedule::KeySettings;
pub use keys::Keys;
pub use revocations::Revocations;
pub use sessions::{
    Candidate, ClientAddress, ImportedTokens, ListPage, SessionSettings, Sessions, TheftAction,
    Unfit,
};
