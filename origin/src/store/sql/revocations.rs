//! The table `revocations`: what was ended, written in the transaction that ends it. The feed reads it, see [`super::feed`].

use super::{
    SqlStore,
    list::{parts, push_list},
    pool::Transaction,
    row,
};
use crate::{random, store::StoreError};
use sqlx::{AssertSqlSafe, QueryBuilder};
use std::time::Duration;
use wayleave_shared::{
    feed::UserDigest, key_set::KeyId, session_handle::SessionHandle, time::UnixMilliseconds,
    user_id::UserId,
};

/// Notes the end of one session.
pub(super) async fn record_session(
    store: &SqlStore,
    transaction: &mut Transaction,
    handle: SessionHandle,
    remember: Duration,
) -> Result<(), StoreError> {
    let statement = format!(
        "INSERT INTO revocations (id, kind, subject, forget_at) VALUES (?, ?, ?, {} + ?)",
        store.dialect.now()
    );
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(id(prefix_of(handle))?)
        .bind(SESSION)
        .bind(handle.as_bytes().to_vec())
        .bind(store.now_override())
        .bind(row::milliseconds(remember));
    transaction.execute(query).await?;
    Ok(())
}

/// Notes the end of these sessions.
pub(super) async fn record_sessions(
    store: &SqlStore,
    transaction: &mut Transaction,
    handles: &[SessionHandle],
    remember: Duration,
) -> Result<(), StoreError> {
    let forget_at = row::integer(now(store, transaction).await?.after(remember).0);
    for some in parts(handles) {
        let mut insert =
            QueryBuilder::new("INSERT INTO revocations (id, kind, subject, forget_at) VALUES ");
        for (index, handle) in some.iter().enumerate() {
            insert.push(if index == 0 { "(" } else { ", (" });
            let mut values = insert.separated(", ");
            values.push_bind(id(prefix_of(*handle))?);
            values.push_bind(SESSION);
            values.push_bind(handle.as_bytes().to_vec());
            values.push_bind(forget_at);
            insert.push(")");
        }
        transaction.execute(insert.build()).await?;
    }
    Ok(())
}

/// Notes the end of all sessions of a user: whatever was issued before, by any clock, is over. Those that were live are to be noted one by one besides.
pub(super) async fn record_user(
    store: &SqlStore,
    transaction: &mut Transaction,
    user_id: &UserId,
    remember: Duration,
) -> Result<(), StoreError> {
    let now = now(store, transaction).await?;
    // An origin whose clock is behind the database's dates a new log-in earlier than this statement. Such a log-in must stand, so the cut lies as far back as
    // clocks may differ.
    let issued_before = UnixMilliseconds(now.0.saturating_sub(CLOCK_SKEW_MS));
    let forget_at = row::integer(now.after(remember).0);
    let query = sqlx::query(
        "INSERT INTO revocations (id, kind, subject, issued_before, forget_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(id(SessionHandle::prefix_of(user_id))?)
    .bind(USER)
    .bind(UserDigest::of(user_id).0.to_vec())
    .bind(row::integer(issued_before.whole_seconds().milliseconds().0))
    .bind(forget_at);
    transaction.execute(query).await?;
    Ok(())
}

/// Notes the removal of a signing key.
pub(super) async fn record_key(
    store: &SqlStore,
    transaction: &mut Transaction,
    key: &KeyId,
    remember: Duration,
) -> Result<(), StoreError> {
    let forget_at = now(store, transaction).await?.after(remember);
    let query =
        sqlx::query("INSERT INTO revocations (id, kind, subject, forget_at) VALUES (?, ?, ?, ?)")
            .bind(id(random::bytes()?)?)
            .bind(KEY)
            .bind(key.as_str().as_bytes().to_vec())
            .bind(row::integer(forget_at.0));
    transaction.execute(query).await?;
    Ok(())
}

/// Removes at most `limit` entries that nobody needs to know any more, and tells how many.
pub(super) async fn forget(store: &SqlStore, limit: u32) -> Result<u64, StoreError> {
    let statement = format!(
        "SELECT id FROM revocations WHERE forget_at <= {} ORDER BY forget_at LIMIT ?",
        store.dialect.now()
    );
    let query =
        sqlx::query(AssertSqlSafe(statement)).bind(store.now_override()).bind(i64::from(limit));
    let rows = store.pool.fetch_all(query).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut delete = QueryBuilder::new("DELETE FROM revocations WHERE id IN (");
    let ids = rows.iter().map(|found| row::column(found, TABLE, "id"));
    push_list(&mut delete, ids.collect::<Result<Vec<_>, _>>()?);
    Ok(store.pool.execute(delete.build()).await?.rows_affected())
}

/// The time inside a transaction, for statements that need it more than once.
pub(super) async fn now(
    store: &SqlStore,
    transaction: &mut Transaction,
) -> Result<UnixMilliseconds, StoreError> {
    let statement = format!("SELECT {} AS now", store.dialect.now());
    let query = sqlx::query(AssertSqlSafe(statement)).bind(store.now_override());
    let found = transaction.fetch_one(query).await?;
    row::time(&found, "(the clock)", "now")
}

/// A new primary key that begins like this.
pub(super) fn id(prefix: [u8; 4]) -> Result<Vec<u8>, StoreError> {
    Ok([prefix.as_slice(), &random::bytes::<12>()?].concat())
}

fn prefix_of(handle: SessionHandle) -> [u8; 4] {
    let [first, second, third, fourth, ..] = *handle.as_bytes();
    [first, second, third, fourth]
}

pub(super) const TABLE: &str = "revocations";

pub(super) const SESSION: i64 = 1;
pub(super) const USER: i64 = 2;
pub(super) const KEY: i64 = 3;

/// How far the clocks of an origin and the database may differ, in milliseconds.
const CLOCK_SKEW_MS: u64 = 60_000;
