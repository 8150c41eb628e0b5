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
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(handle.as_bytes().to_vec())
        .bind(store.now_override());
    let found = store.pool.fetch_optional(query).await?;
    let Some(found) = found else { return Ok(None) };
    Ok(Some(SessionData { data: row::json(&found, TABLE, "data")?, version: version(&found)? }))
}

pub(super) async fn update(
    store: &SqlStore,
    handle: SessionHandle,
    data: &Json,
    expected_version: Option<u64>,
) -> Result<DataUpdate, StoreError> {
    if let Some(told_version) = store.dialect.told_version() {
        let replaced = replace(store, told_version, handle, data, expected_version).await?;
        if let Some(version) = replaced {
            return Ok(DataUpdate::Stored(version));
        }
    }
    update_locked(store, handle, data, expected_version).await
}

/// The one statement that nearly all updates are. Gives the new version; `None` where nothing was stored yet, the version is another, or there is no such session.
///
/// The session's row is read without a lock. If somebody ends the session at the same time, he removes its data in the same transaction, before or after this: so this
/// finds no row, or happens before the end.
async fn replace(
    store: &SqlStore,
    told_version: &str,
    handle: SessionHandle,
    data: &Json,
    expected_version: Option<u64>,
) -> Result<Option<u64>, StoreError> {
    let statement = format!(
        "UPDATE session_data SET data = ?, version = {told_version}
          WHERE handle = ? AND version = COALESCE(?, version)
            AND EXISTS (SELECT 1 FROM sessions WHERE sessions.handle = ? AND expires_at > {})",
        store.dialect.now()
    );
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(data.text().as_bytes().to_vec())
        .bind(handle.as_bytes().to_vec())
        .bind(expected_version.map(row::integer))
        .bind(handle.as_bytes().to_vec())
        .bind(store.now_override());
    let written = store.pool.execute(query).await?;
    if written.rows_affected() == 0 {
        return Ok(None);
    }
    let version = written.last_insert_id().and_then(|version| u64::try_from(version).ok());
    version.map(Some).ok_or(StoreError::Inconsistent { table: TABLE, column: "version" })
}

/// Looks first, under lock: finds out why there was nothing to replace, and writes what is the first.
async fn update_locked(
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
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(handle.as_bytes().to_vec())
        .bind(store.now_override());
    let found = transaction.fetch_optional(query).await?;
    let Some(found) = found else { return Ok(DataUpdate::NoSession) };
    let stored_version = version(&found)?;
    if expected_version.is_some_and(|expected| expected != stored_version) {
        return Ok(DataUpdate::Conflict(stored_version));
    }

    // Both rows are locked, so nobody else writes or removes the data until the commit.
    let write = if stored_version == 0 {
        "INSERT INTO session_data (data, version, handle) VALUES (?, ?, ?)"
    } else {
        "UPDATE session_data SET data = ?, version = ? WHERE handle = ?"
    };
    let query = sqlx::query(write)
        .bind(data.text().as_bytes().to_vec())
        .bind(row::integer(stored_version + 1))
        .bind(handle.as_bytes().to_vec());
    transaction.execute(query).await?;
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
