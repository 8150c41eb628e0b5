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

impl StoreError {
    /// A step that was broken off: it panicked, or the whole process ends. Nobody knows how far it came.
    pub(crate) const fn broken_off() -> Self {
        Self::Unavailable(sqlx::Error::WorkerCrashed)
    }

    /// Whether it was the connection that failed. Nobody knows then whether the server carried out what it was asked for last.
    pub(crate) fn is_cut(&self) -> bool {
        matches!(self, Self::Unavailable(error) if is_cut(error))
    }
}

/// Whether the connection is no more.
pub(super) fn is_cut(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        error => mysql_number(error).is_some_and(|number| MYSQL_CUT.contains(&number)),
    }
}

fn mysql_number(error: &sqlx::Error) -> Option<u16> {
    Some(error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?.number())
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
    let Some(database) = error.as_database_error() else { return false };
    match mysql_number(error) {
        Some(number) => MYSQL_TRANSIENT.contains(&number) || MYSQL_CUT.contains(&number),
        None => database.code().is_some_and(|code| SQLITE_TRANSIENT.contains(&code.as_ref())),
    }
}

/// Too many connections, too many of this user, lock wait, deadlock, read-only (while another server takes over), read-only mode. In each case the statement
/// was not carried out.
const MYSQL_TRANSIENT: [u16; 6] = [1040, 1203, 1205, 1213, 1290, 1836];

/// Shutting down, killed, idle for too long. The server says so in the place of an answer, and ends the connection.
const MYSQL_CUT: [u16; 3] = [1053, 1927, 4031];

/// Busy, locked, busy while recovering, busy on a snapshot.
const SQLITE_TRANSIENT: [&str; 4] = ["5", "6", "261", "517"];
