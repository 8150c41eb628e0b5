//! The table `session_data`.

use super::{SqlStore, row};
use crate::store::{DataUpdate, StoreError};
use sqlx::AssertSqlSafe;
use wayleave_shared::{json::Json, session_handle::SessionHandle, wire::SessionData};

pub(super) async fn read(
    store: &SqlStore,
    handle: SessionHandle,
) -> Result<Option<SessionData>, StoreError> {
    let statement = format!(
        "SELECT data, version FROM sessions LEFT JOIN session_data ON session_data.handle = sessions.handle
          WHERE sessions.handle = ? AND expires_at > {}",
        store.dialect.now()
    );
    let found = sqlx::query(AssertSqlSafe(statement))
        .bind(handle.as_bytes().to_vec())
        .bind(store.now_override())
        .fetch_optional(&store.pool)
        .await?;
    let Some(found) = found else { return Ok(None) };
    Ok(Some(SessionData { data: row::json(&found, TABLE, "data")?, version: version(&found)? }))
}

pub(super) async fn update(
    store: &SqlStore,
    handle: SessionHandle,
    data: &Json,
    expected_version: Option<u64>,
) -> Result<DataUpdate, StoreError> {
    let statement = format!(
        "SELECT version FROM sessions LEFT JOIN session_data ON session_data.handle = sessions.handle
          WHERE sessions.handle = ? AND expires_at > {}{}",
        store.dialect.now(),
        store.dialect.for_update()
    );
    let mut transaction = store.begin().await?;
    let found = sqlx::query(AssertSqlSafe(statement))
        .bind(handle.as_bytes().to_vec())
        .bind(store.now_override())
        .fetch_optional(&mut *transaction)
        .await?;
    let Some(found) = found else { return Ok(DataUpdate::NoSession) };
    let stored_version = version(&found)?;
    if expected_version.is_some_and(|expected| expected != stored_version) {
        return Ok(DataUpdate::Conflict(stored_version));
    }

    // The session's row is locked, so nobody else writes or removes its data until the commit.
    let write = if stored_version == 0 {
        "INSERT INTO session_data (data, version, handle) VALUES (?, ?, ?)"
    } else {
        "UPDATE session_data SET data = ?, version = ? WHERE handle = ?"
    };
    sqlx::query(write)
        .bind(data.text().as_bytes().to_vec())
        .bind(row::integer(stored_version + 1))
        .bind(handle.as_bytes().to_vec())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(DataUpdate::Stored(stored_version + 1))
}

/// The version of a joined row: 0 where no data was ever stored.
fn version(found: &sqlx::any::AnyRow) -> Result<u64, StoreError> {
    let version: Option<i64> = row::column(found, TABLE, "version")?;
    u64::try_from(version.unwrap_or(0))
        .map_err(|_| StoreError::Inconsistent { table: TABLE, column: "version" })
}

const TABLE: &str = "session_data";
