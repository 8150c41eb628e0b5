//! Why the store failed.

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

    /// The database cannot be reached, has no connection to spare, or keeps failing with deadlocks: worth another try later.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
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
    let Some(code) = error.as_database_error().and_then(sqlx::error::DatabaseError::code) else {
        return false;
    };
    // SQLSTATE of MySQL: 40001 is a deadlock (1213), HY000 covers the lock wait (1205) among much else, 08xxx is the connection,
    // 08004 too many of them. SQLite: 5 is busy, 6 is locked.
    matches!(code.as_ref(), "40001" | "08004" | "08S01" | "5" | "6" | "261" | "517")
        || error.to_string().contains("1205 ")
}
