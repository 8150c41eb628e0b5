//! Whether a database holds whole things only.

use sqlx::{AnyConnection, AssertSqlSafe, Row};
use std::collections::BTreeSet;

/// Asserts that each session has its data and each data its session, where every session was created with data.
pub(crate) async fn assert_whole(connection: &mut AnyConnection) {
    for (what, statement) in [
        (
            "data without a session",
            "SELECT COUNT(*) AS n FROM session_data WHERE handle NOT IN (SELECT handle FROM sessions)",
        ),
        (
            "sessions without data",
            "SELECT COUNT(*) AS n FROM sessions
              WHERE first_data IS NULL AND handle NOT IN (SELECT handle FROM session_data)",
        ),
        (
            "data that was replaced and is still there",
            "SELECT COUNT(*) AS n FROM sessions
              WHERE first_data IS NOT NULL AND handle IN (SELECT handle FROM session_data)",
        ),
        (
            "revoked sessions that are still there",
            "SELECT COUNT(*) AS n FROM sessions WHERE handle IN (SELECT subject FROM revocations)",
        ),
    ] {
        assert_eq!(count(connection, statement).await, 0, "{what}");
    }
}

/// The one number, called `n`, that this statement gives.
pub(crate) async fn count(connection: &mut AnyConnection, statement: &str) -> i64 {
    let found = sqlx::query(AssertSqlSafe(statement.to_owned())).fetch_one(connection).await;
    found.unwrap().get("n")
}

/// Asserts that no entry is there twice.
pub(crate) fn assert_once(entries: &[String]) {
    let different: BTreeSet<_> = entries.iter().collect();
    assert_eq!(different.len(), entries.len(), "an entry of the feed is there twice");
}
