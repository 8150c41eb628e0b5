//! The table `events`: what the webhook has still to be told.

use super::{
    SqlStore,
    pool::Transaction,
    revocations::{id, now},
    row,
};
use crate::store::{DueEvent, EndReason, EventId, StoreError};
use sqlx::{AssertSqlSafe, any::AnyRow};
use std::time::Duration;
use wayleave_shared::{session_handle::SessionHandle, user_id::UserId};

/// Keeps an event in the transaction that makes it happen; due at once.
pub(super) async fn record(
    store: &SqlStore,
    transaction: &mut Transaction,
    reason: EndReason,
    user_id: &UserId,
    sessions: &[SessionHandle],
) -> Result<(), StoreError> {
    let now = row::integer(now(store, transaction).await?.0);
    let (reason, stolen) = to_columns(reason);
    // A theft that is only reported is about no session that was ended, and an event all the same.
    let mut rest = sessions;
    loop {
        let (some, others) = rest.split_at(rest.len().min(SESSIONS_PER_EVENT));
        let handles: Vec<u8> = some.iter().flat_map(|handle| *handle.as_bytes()).collect();
        let query = sqlx::query(
            "INSERT INTO events (id, reason, user_id, stolen, sessions, occurred_at, attempts, due_at)
             VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
        )
        .bind(id(SessionHandle::prefix_of(user_id))?)
        .bind(reason)
        .bind(user_id.to_bytes())
        .bind(stolen.map(|handle| handle.as_bytes().to_vec()))
        .bind(handles)
        .bind(now)
        .bind(now);
        transaction.execute(query).await?;
        rest = others;
        if rest.is_empty() {
            return Ok(());
        }
    }
}

/// As a transaction of its own.
pub(super) async fn report(
    store: &SqlStore,
    user_id: &UserId,
    stolen: SessionHandle,
) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    record(store, &mut transaction, EndReason::Theft(stolen), user_id, &[]).await?;
    Ok(transaction.commit().await?)
}

/// Reads what is due, then moves each to a later time, guarded: of several origins one gets it.
pub(super) async fn take(
    store: &SqlStore,
    limit: u32,
    pause: Duration,
) -> Result<Vec<DueEvent>, StoreError> {
    let statement = format!(
        "SELECT id, reason, user_id, stolen, sessions, occurred_at, attempts, due_at FROM events
          WHERE due_at <= {} ORDER BY due_at LIMIT ?",
        store.dialect.now()
    );
    let query =
        sqlx::query(AssertSqlSafe(statement)).bind(store.now_override()).bind(i64::from(limit));
    let rows = store.pool.fetch_all(query).await?;
    let mut taken = Vec::with_capacity(rows.len());
    for found in &rows {
        let statement = format!(
            "UPDATE events SET attempts = attempts + 1, due_at = {} + ? WHERE id = ? AND due_at = ? AND attempts = ?",
            store.dialect.now()
        );
        let query = sqlx::query(AssertSqlSafe(statement))
            .bind(store.now_override())
            .bind(row::milliseconds(pause))
            .bind(row::bytes::<16>(found, TABLE, "id")?.to_vec())
            .bind(row::column::<i64>(found, TABLE, "due_at")?)
            .bind(row::column::<i64>(found, TABLE, "attempts")?);
        let matched = store.pool.execute(query).await?.rows_affected();
        if matched > 0 {
            taken.push(due_event(found)?);
        }
    }
    Ok(taken)
}

pub(super) async fn finish(store: &SqlStore, event: EventId) -> Result<(), StoreError> {
    let query = sqlx::query("DELETE FROM events WHERE id = ?").bind(event.0.to_vec());
    store.pool.execute(query).await?;
    Ok(())
}

pub(super) async fn postpone(
    store: &SqlStore,
    event: EventId,
    pause: Duration,
) -> Result<(), StoreError> {
    let statement = format!("UPDATE events SET due_at = {} + ? WHERE id = ?", store.dialect.now());
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(store.now_override())
        .bind(row::milliseconds(pause))
        .bind(event.0.to_vec());
    store.pool.execute(query).await?;
    Ok(())
}

fn due_event(found: &AnyRow) -> Result<DueEvent, StoreError> {
    let sessions: Vec<u8> = row::column(found, TABLE, "sessions")?;
    let (sessions, rest) = sessions.as_chunks();
    if !rest.is_empty() {
        return Err(StoreError::Inconsistent { table: TABLE, column: "sessions" });
    }
    Ok(DueEvent {
        id: EventId(row::bytes(found, TABLE, "id")?),
        reason: from_columns(found)?,
        user_id: row::user_id(found, TABLE)?,
        sessions: sessions.iter().copied().map(SessionHandle::from_bytes).collect(),
        occurred_at: row::time(found, TABLE, "occurred_at")?,
        attempts: u32::try_from(row::unsigned(found, TABLE, "attempts")?).unwrap_or(u32::MAX),
    })
}

const fn to_columns(reason: EndReason) -> (i64, Option<SessionHandle>) {
    match reason {
        EndReason::Theft(stolen) => (THEFT, Some(stolen)),
        EndReason::Revoked => (REVOKED, None),
        EndReason::Replaced => (REPLACED, None),
        EndReason::Limit => (LIMIT, None),
    }
}

fn from_columns(found: &AnyRow) -> Result<EndReason, StoreError> {
    let stolen = row::optional_bytes(found, TABLE, "stolen")?.map(SessionHandle::from_bytes);
    match (row::column::<i64>(found, TABLE, "reason")?, stolen) {
        (THEFT, Some(stolen)) => Ok(EndReason::Theft(stolen)),
        (REVOKED, None) => Ok(EndReason::Revoked),
        (REPLACED, None) => Ok(EndReason::Replaced),
        (LIMIT, None) => Ok(EndReason::Limit),
        _ => Err(StoreError::Inconsistent { table: TABLE, column: "reason" }),
    }
}

const TABLE: &str = "events";

const THEFT: i64 = 1;
const REVOKED: i64 = 2;
const REPLACED: i64 = 3;
const LIMIT: i64 = 4;

/// The body that tells of them stays below 20 kB, as Standard Webhooks recommends.
const SESSIONS_PER_EVENT: usize = 500;
