//! The table `sessions`.

use super::{SqlStore, revocations, row};
use crate::store::{NewSession, Rotate, Rotation, StoreError, StoredSession};
use sqlx::{AssertSqlSafe, QueryBuilder, any::AnyRow};
use std::time::Duration;
use wayleave_shared::{
    json::Json, refresh_token::RefreshHash, session_handle::SessionHandle, user_id::UserId,
    wire::Session,
};

pub(super) async fn create(store: &SqlStore, new: &NewSession) -> Result<(), StoreError> {
    let now = store.dialect.now();
    let statement = format!(
        "INSERT INTO sessions
            (handle, user_id, refresh_hash, generation, jwt_payload, created_at, refreshed_at, expires_at)
         VALUES (?, ?, ?, 0, ?, {now}, {now}, {now} + ?)"
    );
    let insert = sqlx::query(AssertSqlSafe(statement))
        .bind(new.handle.as_bytes().to_vec())
        .bind(new.user_id.to_bytes())
        .bind(new.refresh_hash.0.to_vec())
        .bind(new.jwt_payload.as_ref().map(json_bytes))
        .bind(store.now_override())
        .bind(store.now_override())
        .bind(store.now_override())
        .bind(row::milliseconds(new.validity));
    let Some(data) = &new.data else {
        insert.execute(&store.pool).await?;
        return Ok(());
    };

    let mut transaction = store.begin().await?;
    insert.execute(&mut *transaction).await?;
    sqlx::query("INSERT INTO session_data (handle, data, version) VALUES (?, ?, 1)")
        .bind(new.handle.as_bytes().to_vec())
        .bind(json_bytes(data))
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
}

pub(super) async fn find(
    store: &SqlStore,
    handle: SessionHandle,
) -> Result<Option<StoredSession>, StoreError> {
    let statement = format!(
        "SELECT {COLUMNS} FROM sessions WHERE handle = ? AND expires_at > {}",
        store.dialect.now()
    );
    let found = sqlx::query(AssertSqlSafe(statement))
        .bind(handle.as_bytes().to_vec())
        .bind(store.now_override())
        .fetch_optional(&store.pool)
        .await?;
    found.as_ref().map(stored_session).transpose()
}

pub(super) async fn rotate(store: &SqlStore, rotate: &Rotate) -> Result<Rotation, StoreError> {
    let now = store.dialect.now();
    let statement = format!(
        "UPDATE sessions
            SET refresh_hash = ?, generation = generation + 1, refreshed_at = {now}, expires_at = {now} + ?
          WHERE handle = ? AND refresh_hash = ? AND expires_at > {now}"
    );
    // sqlx sets CLIENT_FOUND_ROWS, so this counts rows matched, not rows changed.
    let matched = sqlx::query(AssertSqlSafe(statement))
        .bind(rotate.to.0.to_vec())
        .bind(store.now_override())
        .bind(store.now_override())
        .bind(row::milliseconds(rotate.validity))
        .bind(rotate.handle.as_bytes().to_vec())
        .bind(rotate.from.0.to_vec())
        .bind(store.now_override())
        .execute(&store.pool)
        .await?
        .rows_affected();
    Ok(if matched == 0 { Rotation::Lost } else { Rotation::Advanced })
}

pub(super) async fn revoke(
    store: &SqlStore,
    handle: SessionHandle,
    remember: Duration,
) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    let statement =
        format!("DELETE FROM sessions WHERE handle = ? AND expires_at > {}", store.dialect.now());
    let live = sqlx::query(AssertSqlSafe(statement))
        .bind(handle.as_bytes().to_vec())
        .bind(store.now_override())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    // A row that was not live is left to the removal of expired sessions, with its data.
    if live > 0 {
        sqlx::query("DELETE FROM session_data WHERE handle = ?")
            .bind(handle.as_bytes().to_vec())
            .execute(&mut *transaction)
            .await?;
        revocations::record_session(store, &mut transaction, handle, remember).await?;
    }
    transaction.commit().await?;
    Ok(live > 0)
}

pub(super) async fn revoke_user(
    store: &SqlStore,
    user_id: &UserId,
    remember: Duration,
) -> Result<Vec<SessionHandle>, StoreError> {
    let (first, last) = range_of(user_id);
    let statement = format!(
        "SELECT handle, user_id, expires_at > {} AS live FROM sessions WHERE handle BETWEEN ? AND ? AND user_id = ?{}",
        store.dialect.now(),
        store.dialect.for_update()
    );
    let mut transaction = store.begin().await?;
    let rows = sqlx::query(AssertSqlSafe(statement))
        .bind(store.now_override())
        .bind(first)
        .bind(last)
        .bind(user_id.to_bytes())
        .fetch_all(&mut *transaction)
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    let mut live = Vec::with_capacity(rows.len());
    for found in &rows {
        let handle = SessionHandle::from_bytes(row::bytes(found, TABLE, "handle")?);
        all.push(handle);
        if row::unsigned(found, TABLE, "live")? == 1 {
            live.push(handle);
        }
    }
    for some in all.chunks(DELETE_AT_A_TIME) {
        for table in ["sessions", "session_data"] {
            let mut delete = QueryBuilder::new(format!("DELETE FROM {table} WHERE handle IN ("));
            let mut handles = delete.separated(", ");
            for handle in some {
                handles.push_bind(handle.as_bytes().to_vec());
            }
            delete.push(")").build().execute(&mut *transaction).await?;
        }
    }
    revocations::record_user(store, &mut transaction, user_id, &live, remember).await?;
    transaction.commit().await?;
    Ok(live)
}

pub(super) async fn of_user(
    store: &SqlStore,
    user_id: &UserId,
    after: Option<SessionHandle>,
    limit: u32,
) -> Result<Vec<StoredSession>, StoreError> {
    let (first, last) = range_of(user_id);
    let statement = format!(
        "SELECT {COLUMNS} FROM sessions
          WHERE handle BETWEEN ? AND ? AND handle > ? AND user_id = ? AND expires_at > {}
          ORDER BY handle LIMIT ?",
        store.dialect.now()
    );
    let rows = sqlx::query(AssertSqlSafe(statement))
        .bind(first)
        .bind(last)
        // Every handle is longer than no bytes at all, so it comes after them.
        .bind(after.map_or_else(Vec::new, |after| after.as_bytes().to_vec()))
        .bind(user_id.to_bytes())
        .bind(store.now_override())
        .bind(i64::from(limit))
        .fetch_all(&store.pool)
        .await?;
    rows.iter().map(stored_session).collect()
}

fn stored_session(found: &AnyRow) -> Result<StoredSession, StoreError> {
    let user_id: Vec<u8> = row::column(found, TABLE, "user_id")?;
    let user_id = UserId::from_bytes(&user_id)
        .map_err(|_| StoreError::Inconsistent { table: TABLE, column: "user_id" })?;
    Ok(StoredSession {
        session: Session {
            handle: SessionHandle::from_bytes(row::bytes(found, TABLE, "handle")?),
            user_id,
            jwt_payload: row::json(found, TABLE, "jwt_payload")?,
            created_at: row::time(found, TABLE, "created_at")?,
            refreshed_at: row::time(found, TABLE, "refreshed_at")?,
            expires_at: row::time(found, TABLE, "expires_at")?,
        },
        refresh_hash: RefreshHash(row::bytes(found, TABLE, "refresh_hash")?),
        generation: row::unsigned(found, TABLE, "generation")?,
    })
}

/// Between which handles all sessions of a user lie.
fn range_of(user_id: &UserId) -> (Vec<u8>, Vec<u8>) {
    let prefix = SessionHandle::prefix_of(user_id);
    ([prefix.as_slice(), &[0; 12]].concat(), [prefix.as_slice(), &[0xff; 12]].concat())
}

fn json_bytes(json: &Json) -> Vec<u8> {
    json.text().as_bytes().to_vec()
}

const TABLE: &str = "sessions";

const COLUMNS: &str =
    "handle, user_id, refresh_hash, generation, jwt_payload, created_at, refreshed_at, expires_at";

const DELETE_AT_A_TIME: usize = 500;
