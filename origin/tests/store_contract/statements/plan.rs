//! How the database goes about a statement.

use crate::{
    engine::Fixture,
    sessions::{alice, handle},
};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, QueryBuilder, Row};
use wayleave_shared::user_id::UserId;

/// Puts a few thousand sessions into the tables, forty of them alice's: with fewer the planner may well read them all.
pub(super) async fn fill(fixture: &Fixture) {
    let mut connection = fixture.connection().await;
    for table in ["sessions", "session_data"] {
        let delete = AssertSqlSafe(format!("DELETE FROM {table}"));
        connection.execute(delete).await.unwrap();
    }
    let others = (0..4000).map(|number| (UserId::integer(number).unwrap(), 1));
    let rows: Vec<_> = (0..40).map(|number| (alice(), number)).chain(others).collect();
    for some in rows.chunks(500) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO sessions (handle, user_id, refresh_hash, generation, created_at, refreshed_at, expires_at) ",
        );
        insert.push_values(some, |mut row, (user, number)| {
            row.push_bind(handle(user, *number).as_bytes().to_vec());
            row.push_bind(user.to_bytes()).push_bind(vec![1_u8; 32]).push("0, 1, 1");
            row.push_bind(i64::MAX / 2);
        });
        insert.build().execute(&mut connection).await.unwrap();
    }
    let copy =
        "INSERT INTO session_data (handle, data, version) SELECT handle, '1', 1 FROM sessions";
    connection.execute(copy).await.unwrap();
    let analyse =
        if is_sqlite(fixture) { "ANALYZE" } else { "ANALYZE TABLE sessions, session_data" };
    connection.execute(analyse).await.unwrap();
}

fn is_sqlite(fixture: &Fixture) -> bool {
    fixture.url.starts_with("sqlite:")
}

/// One step of a plan, as the database tells it.
#[derive(Debug)]
pub(super) enum Step {
    Server { access: String, key: String, extra: String },
    Sqlite(String),
}

impl Step {
    /// Whether it finds its rows by the primary key, in its order, and no others.
    pub(super) fn is_by_primary_key(&self) -> bool {
        match self {
            Self::Server { access, key, extra, .. } => {
                key == "PRIMARY"
                    && ["const", "eq_ref", "range"].contains(&access.as_str())
                    && !extra.contains("filesort")
                    && !extra.contains("temporary")
            }
            Self::Sqlite(detail) => {
                detail.starts_with("SEARCH session")
                    && detail.contains("INDEX sqlite_autoindex_session")
            }
        }
    }
}

pub(super) async fn explain(fixture: &Fixture, statement: &str) -> Vec<Step> {
    if is_sqlite(fixture) {
        let mut connection = fixture.connection().await;
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let rows = sqlx::query(explain).fetch_all(&mut connection).await.unwrap();
        return rows.iter().map(|row| Step::Sqlite(row.get("detail"))).collect();
    }
    let mut connection = MySqlConnection::connect(&fixture.url).await.unwrap();
    let explain = AssertSqlSafe(format!("EXPLAIN FORMAT=TRADITIONAL {}", with_values(statement)));
    let rows = sqlx::raw_sql(explain).fetch_all(&mut connection).await.unwrap();
    let text = |row: &sqlx::mysql::MySqlRow, column| {
        row.try_get_unchecked::<Option<String>, _>(column).unwrap().unwrap_or_default()
    };
    rows.iter()
        .map(|row| Step::Server {
            access: text(row, "type"),
            key: text(row, "key"),
            extra: text(row, "Extra"),
        })
        .collect()
}

/// The statement with values of alice's in the place of its question marks. What a value must be shows in what stands before it.
fn with_values(statement: &str) -> String {
    let parts: Vec<_> = statement.split('?').collect();
    let mut text = String::new();
    for (index, part) in parts.iter().enumerate() {
        text.push_str(part);
        if index + 1 < parts.len() {
            text.push_str(&value_after(&text, index));
        }
    }
    text
}

fn value_after(before: &str, index: usize) -> String {
    let prefix = hex(&handle(&alice(), 0).as_bytes()[..4]);
    let word_before = |text: &str| {
        let word = text.trim_end().rsplit([' ', '(', '.']).next().unwrap_or_default();
        word.to_owned()
    };
    if before.ends_with("COALESCE(") {
        return "NULL".to_owned();
    }
    if before.ends_with("LIMIT ") {
        return "100".to_owned();
    }
    if before.ends_with("handle > ") {
        return "X''".to_owned();
    }
    if before.ends_with("BETWEEN ") {
        return format!("X'{prefix}{}'", "00".repeat(12));
    }
    // Between the two ends of a range stands the first, which is no condition of its own.
    if before.ends_with("' AND ") {
        return format!("X'{prefix}{}'", "FF".repeat(12));
    }
    let column = match before.rsplit_once(" IN (") {
        Some((column, list)) if !list.contains(')') => word_before(column),
        _ => word_before(before.trim_end_matches([' ', '=', '<', '>'])),
    };
    match column.as_str() {
        "handle" => {
            let number = u16::try_from(index % 40).unwrap();
            format!("X'{}'", hex(handle(&alice(), number).as_bytes()))
        }
        "user_id" => format!("X'{}'", hex(&alice().to_bytes())),
        "refresh_hash" => format!("X'{}'", "01".repeat(32)),
        _ => "1".to_owned(),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02X}").unwrap();
        text
    })
}
