//! Why the store failed.

use crate::random::NoRandomness;
use sqlx::mysql::MySqlDatabaseError;

/// A failure of the store, never a rule: not finding a row or losing a race is not an error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no, or something that makes no sense.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),

    /// A row holds what nothing of ours writes.
    #[error("a row of {table} holds a bad {column}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },

    /// The schema could not be brought up to date.
    #[error("the database's schema could not be brought up to date: {0}")]
    Migration(#[source] sqlx::migrate::MigrateError),

    /// The operating system gave no random bytes.
    #[error("the operating system's random generator failed")]
    NoRandomness,

    /// The database cannot be reached, has no connection to spare, or keeps failing with deadlocks: worth another try later.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
}

impl From<NoRandomness> for StoreError {
    fn from(_: NoRandomness) -> Self {
        Self::NoRandomness
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::Tls(_)
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            error if is_transient(&error) => Self::Unavailable(error),
            error => Self::Database(error),
        }
    }
}

/// Whether the database rolled a transaction back, or refused a connection, for reasons that pass.
fn is_transient(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    match error.try_downcast_ref::<MySqlDatabaseError>() {
        Some(mysql) => MYSQL_TRANSIENT.contains(&mysql.number()),
        None => error.code().is_some_and(|code| SQLITE_TRANSIENT.contains(&code.as_ref())),
    }
}

/// Too many connections, shutting down, too many of this user, lock wait, deadlock, read-only (while another server takes over), read-only mode, idle for
/// too long. In each case the statement was not carried out.
const MYSQL_TRANSIENT: [u16; 8] = [1040, 1053, 1203, 1205, 1213, 1290, 1836, 4031];

/// Busy, locked, busy while recovering, busy on a snapshot.
const SQLITE_TRANSIENT: [&str; 4] = ["5", "6", "261", "517"];
