//! What the app keeps in a session: in the table `session_data`, or, as long as it is what the log-in brought and is small, in the session's own row.
//!
//! One rule says which it is, [`DATA`] and [`VERSION`]: the row in `session_data` if there is one; else `sessions.first_data`, as version 1; else nothing, as
//! version 0.

use super::{SqlStore, row};
use crate::store::{DataUpdate, StoreError};
use sqlx::AssertSqlSafe;
use std::num::NonZeroU64;
use wayleave_shared::{json::Json, session_handle::SessionHandle, wire::SessionData};

pub(super) async fn read(
    store: &SqlStore,
    handle: SessionHandle,
) -> Result<Option<SessionData>, StoreError> {
    let statement = format!(
        "SELECT {DATA} AS data, {VERSION} AS version
           FROM sessions LEFT JOIN session_data ON session_data.handle = sessions.handle
          WHERE sessions.handle = ? AND expires_at > {}",
        store.dialect.now()
    );
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(handle.as_bytes().to_vec())
        .bind(store.now_override());
    let found = store.pool.fetch_optional(query).await?;
    let Some(found) = found else { return Ok(None) };
    let version = row::unsigned(&found, TABLE, "version")?;
    Ok(Some(SessionData { data: row::json(&found, TABLE, "data")?, version }))
}

/// What [`update`] does.
pub(super) struct Write {
    pub(super) handle: SessionHandle,
    pub(super) data: Json,
    pub(super) expected_version: Option<u64>,
    /// As how many writes it counts.
    pub(super) writes: NonZeroU64,
}

pub(super) async fn update(store: &SqlStore, write: &Write) -> Result<DataUpdate, StoreError> {
    if let Some(told_version) = store.dialect.told_version()
        && let Some(version) = replace(store, told_version, write).await?
    {
        return Ok(DataUpdate::Stored(version));
    }
    update_locked(store, write).await
}

/// The one statement that nearly all updates are. Gives the new version; `None` where there is no row to replace yet, the version is another, or there is no such
/// session.
///
/// The session's row is read without a lock. If somebody ends the session at the same time, he removes its data in the same transaction, before or after this: so this
/// finds no row, or happens before the end.
async fn replace(
    store: &SqlStore,
    told_version: &str,
    write: &Write,
) -> Result<Option<u64>, StoreError> {
    let statement = format!(
        "UPDATE session_data SET data = ?, version = {told_version}
          WHERE handle = ? AND version = COALESCE(?, version)
            AND EXISTS (SELECT 1 FROM sessions WHERE sessions.handle = ? AND expires_at > {})",
        store.dialect.now()
    );
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(write.data.text().as_bytes().to_vec())
        .bind(row::integer(write.writes.get()))
        .bind(write.handle.as_bytes().to_vec())
        .bind(write.expected_version.map(row::integer))
        .bind(write.handle.as_bytes().to_vec())
        .bind(store.now_override());
    let written = store.pool.execute(query).await?;
    if written.rows_affected() == 0 {
        return Ok(None);
    }
    let version = written.last_insert_id().and_then(|version| u64::try_from(version).ok());
    version.map(Some).ok_or(StoreError::Inconsistent { table: TABLE, column: "version" })
}

/// Looks first, under lock: finds out why there was nothing to replace, and writes what is the first in `session_data`.
async fn update_locked(store: &SqlStore, write: &Write) -> Result<DataUpdate, StoreError> {
    let handle = write.handle.as_bytes().to_vec();
    let statement = format!(
        "SELECT {VERSION} AS version, session_data.version IS NOT NULL AS has_row
           FROM sessions LEFT JOIN session_data ON session_data.handle = sessions.handle
          WHERE sessions.handle = ? AND expires_at > {}{}",
        store.dialect.now(),
        store.dialect.for_update()
    );
    let mut transaction = store.begin().await?;
    let query =
        sqlx::query(AssertSqlSafe(statement)).bind(handle.clone()).bind(store.now_override());
    let found = transaction.fetch_optional(query).await?;
    let Some(found) = found else { return Ok(DataUpdate::NoSession) };
    let stored_version = row::unsigned(&found, TABLE, "version")?;
    let has_row = row::unsigned(&found, TABLE, "has_row")? == 1;
    if write.expected_version.is_some_and(|expected| expected != stored_version) {
        return Ok(DataUpdate::Conflict(stored_version));
    }

    // All of it is locked, so nobody else writes or removes the data until the commit.
    let version = stored_version + write.writes.get();
    let statement = if has_row {
        "UPDATE session_data SET data = ?, version = ? WHERE handle = ?"
    } else {
        "INSERT INTO session_data (data, version, handle) VALUES (?, ?, ?)"
    };
    let query = sqlx::query(statement)
        .bind(write.data.text().as_bytes().to_vec())
        .bind(row::integer(version))
        .bind(handle.clone());
    transaction.execute(query).await?;
    if !has_row && stored_version > 0 {
        // Nobody would read it any more; but what was replaced must not stay behind.
        let query =
            sqlx::query("UPDATE sessions SET first_data = NULL WHERE handle = ?").bind(handle);
        transaction.execute(query).await?;
    }
    transaction.commit().await?;
    Ok(DataUpdate::Stored(version))
}

const TABLE: &str = "session_data";

/// The data, over `sessions` and the row of `session_data` that may be there.
const DATA: &str = "COALESCE(session_data.data, first_data)";

/// The version of [`DATA`]: a condition is 1 where it holds.
const VERSION: &str = "COALESCE(session_data.version, first_data IS NOT NULL)";

/// The most bytes of JSON that a log-in puts into the session's own row; longer data gets a row in `session_data` at once. The row is read and changed at each
/// refresh, and a server that replicates by rows sends all of it for each change, before and after: it must stay small. As long as the column `first_data`.
pub(super) const MAX_FIRST_DATA_BYTES: usize = 1024;
