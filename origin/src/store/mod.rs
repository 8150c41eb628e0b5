//! What is kept, and the only place that writes SQL about it.
//!
//! [`Store`] says what the service needs and what an implementation promises; [`SqlStore`] keeps the promises on MySQL, MariaDB and SQLite. The
//! contract tests (`origin/tests/store_contract.rs`) hold every engine to them.

mod contract;
mod error;
mod event;
mod imported;
mod session;
mod sql;

pub use contract::{
    DataUpdate, KeyAddition, KeyRemoval, NewSigningKey, RemoveKey, Revocation, RevocationPage,
    SealedSigningKey, Store,
};
pub use error::StoreError;
pub use event::{DueEvent, EventId};
pub use imported::{Import, ImportMode, Imported, ImportedSession, SourceId, TakenBack};
pub use session::{EndReason, Ending, Expired, NewSession, Rotate, Rotation, StoredSession, Use};
pub use sql::{SqlStore, StoreClock};
