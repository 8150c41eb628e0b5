//! What is kept, and the only place that writes SQL.
//!
//! [`Store`] says what the service needs and what an implementation promises; [`SqlStore`] keeps the promises on MySQL, MariaDB and SQLite. The
//! contract tests (`origin/tests/store_contract.rs`) hold every engine to them.

mod contract;
mod error;
mod sql;

pub use contract::{
    DataUpdate, KeyAddition, KeyRemoval, NewSession, NewSigningKey, RemoveKey, Revocation,
    RevocationPage, Rotate, Rotation, SealedSigningKey, Store, StoredSession,
};
pub use error::StoreError;
pub use sql::{SqlStore, StoreClock};
