//! The end of sessions: rows, data, the revocation feed's entry and the event go together, in one transaction.

use super::{
    SqlStore, events,
    list::push_list,
    pool::Transaction,
    revocations, row,
    sessions::{TABLE, range_of},
    with_retry,
};
use crate::store::{Ending, Expired, StoreError};
use sqlx::{AssertSqlSafe, QueryBuilder};
use std::cmp::Reverse;
use wayleave_shared::{session_handle::SessionHandle, user_id::UserId};

pub(super) async fn one(
    store: &SqlStore,
    handle: SessionHandle,
    ending: Ending,
) -> Result<bool, StoreError> {
    let statement = format!(
        "SELECT user_id FROM sessions WHERE handle = ? AND expires_at > {}{}",
        store.dialect.now(),
        store.dialect.for_update()
    );
    let mut transaction = store.begin().await?;
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(handle.as_bytes().to_vec())
        .bind(store.now_override());
    let found = transaction.fetch_optional(query).await?;
    // A row that is not live is left to the removal of expired sessions, with its data.
    let Some(found) = found else { return Ok(false) };
    delete(&mut transaction, &[handle]).await?;
    revocations::record_session(store, &mut transaction, handle, ending.remember).await?;
    if ending.event {
        let user_id = row::user_id(&found, TABLE)?;
        events::record(store, &mut transaction, ending.reason, &user_id, &[handle]).await?;
    }
    transaction.commit().await?;
    Ok(true)
}

pub(super) async fn of_user(
    store: &SqlStore,
    user_id: &UserId,
    kept: Option<SessionHandle>,
    ending: Ending,
) -> Result<Vec<SessionHandle>, StoreError> {
    let mut transaction = store.begin().await?;
    let mut rows = rows_of(store, &mut transaction, user_id).await?;
    rows.retain(|row| Some(row.handle) != kept);
    let live: Vec<_> = rows.iter().filter(|row| row.is_live).map(|row| row.handle).collect();
    let all: Vec<_> = rows.iter().map(|row| row.handle).collect();
    delete(&mut transaction, &all).await?;
    revocations::record_sessions(store, &mut transaction, &live, ending.remember).await?;
    if kept.is_none() {
        revocations::record_user(store, &mut transaction, user_id, ending.remember).await?;
    }
    if ending.event && !live.is_empty() {
        events::record(store, &mut transaction, ending.reason, user_id, &live).await?;
    }
    transaction.commit().await?;
    Ok(live)
}

pub(super) async fn surplus(
    store: &SqlStore,
    user_id: &UserId,
    limit: u32,
    ending: Ending,
) -> Result<Vec<SessionHandle>, StoreError> {
    let mut transaction = store.begin().await?;
    let mut rows = rows_of(store, &mut transaction, user_id).await?;
    rows.retain(|row| row.is_live);
    // One order for everybody: log-ins at the same time must not end each other.
    rows.sort_unstable_by_key(|row| Reverse((row.refreshed_at, *row.handle.as_bytes())));
    let surplus: Vec<_> = rows.iter().skip(limit as usize).map(|row| row.handle).collect();
    if surplus.is_empty() {
        return Ok(surplus);
    }
    delete(&mut transaction, &surplus).await?;
    revocations::record_sessions(store, &mut transaction, &surplus, ending.remember).await?;
    if ending.event {
        events::record(store, &mut transaction, ending.reason, user_id, &surplus).await?;
    }
    transaction.commit().await?;
    Ok(surplus)
}

/// Reads a page without a lock, then removes what it found expired some rows at a time: where nothing has expired nothing is written, and on SQLite no writer
/// waits.
pub(super) async fn expired(
    store: &SqlStore,
    after: Option<SessionHandle>,
    limit: u32,
) -> Result<Expired, StoreError> {
    let statement = format!(
        "SELECT handle, expires_at <= {} AS expired FROM sessions WHERE handle > ? ORDER BY handle LIMIT ?",
        store.dialect.now()
    );
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(store.now_override())
        .bind(after.map_or_else(Vec::new, |after| after.as_bytes().to_vec()))
        .bind(i64::from(limit));
    let rows = store.pool.fetch_all(query).await?;
    let (mut last, mut expired) = (None, Vec::new());
    for found in &rows {
        let handle = SessionHandle::from_bytes(row::bytes(found, TABLE, "handle")?);
        last = Some(handle);
        if row::unsigned(found, TABLE, "expired")? == 1 {
            expired.push(handle);
        }
    }
    let mut removed = 0;
    for some in expired.chunks(REMOVE_AT_A_TIME) {
        removed += with_retry(|| remove_expired(store, some)).await?;
    }
    let seen = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    Ok(Expired { seen, removed, next: last.filter(|_| seen >= limit) })
}

/// Looks again under lock: a refresh that was under way at the first look, or a clock that was set back, may have made one of them live, and somebody else
/// who cleans up may have been faster.
async fn remove_expired(store: &SqlStore, handles: &[SessionHandle]) -> Result<u32, StoreError> {
    let mut transaction = store.begin().await?;
    let mut select = QueryBuilder::new("SELECT handle FROM sessions WHERE handle IN (");
    push_list(&mut select, handles.iter().map(|handle| handle.as_bytes().to_vec()));
    select.push(" AND expires_at <= ");
    store.push_now(&mut select);
    // In one order, so that two who clean up wait for each other and do not lock each other out.
    select.push(" ORDER BY handle").push(store.dialect.for_update());
    let rows = transaction.fetch_all(select.build()).await?;
    let handle = |found| row::bytes(found, TABLE, "handle").map(SessionHandle::from_bytes);
    let expired: Vec<_> = rows.iter().map(handle).collect::<Result<_, _>>()?;
    delete(&mut transaction, &expired).await?;
    transaction.commit().await?;
    Ok(u32::try_from(expired.len()).unwrap_or(u32::MAX))
}

/// A row of a user, locked.
struct Locked {
    handle: SessionHandle,
    refreshed_at: u64,
    is_live: bool,
}

async fn rows_of(
    store: &SqlStore,
    transaction: &mut Transaction,
    user_id: &UserId,
) -> Result<Vec<Locked>, StoreError> {
    let (first, last) = range_of(user_id);
    let statement = format!(
        "SELECT handle, refreshed_at, expires_at > {} AS live FROM sessions WHERE handle BETWEEN ? AND ? AND user_id = ?{}",
        store.dialect.now(),
        store.dialect.for_update()
    );
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(store.now_override())
        .bind(first)
        .bind(last)
        .bind(user_id.to_bytes());
    let rows = transaction.fetch_all(query).await?;
    let locked = |found| {
        Ok(Locked {
            handle: SessionHandle::from_bytes(row::bytes(found, TABLE, "handle")?),
            refreshed_at: row::unsigned(found, TABLE, "refreshed_at")?,
            is_live: row::unsigned(found, TABLE, "live")? == 1,
        })
    };
    rows.iter().map(locked).collect()
}

/// Removes rows and their data.
pub(super) async fn delete(
    transaction: &mut Transaction,
    handles: &[SessionHandle],
) -> Result<(), StoreError> {
    for some in handles.chunks(DELETE_AT_A_TIME) {
        for table in ["sessions", "session_data"] {
            let mut delete = QueryBuilder::new(format!("DELETE FROM {table} WHERE handle IN ("));
            push_list(&mut delete, some.iter().map(|handle| handle.as_bytes().to_vec()));
            transaction.execute(delete.build()).await?;
        }
    }
    Ok(())
}

const DELETE_AT_A_TIME: usize = 500;

/// With the most data that a session may keep, a transaction that removes these is about 100 MiB where the server logs whole rows: below what Group Replication
/// takes by default (143 MiB). It is also soon over for whoever waits for SQLite's write lock.
const REMOVE_AT_A_TIME: usize = 100;
