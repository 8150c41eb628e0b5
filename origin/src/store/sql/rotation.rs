//! What a refresh changes in the table `sessions`. Each step is one guarded statement: it happens only where nothing else happened since the row was read.

use super::{SqlStore, list::push_list, row};
use crate::store::{Rotate, Rotation, StoreError, Use};
use sqlx::{AssertSqlSafe, QueryBuilder};
use wayleave_shared::{session_handle::SessionHandle, wire::Confirmation};

pub(super) async fn rotate(store: &SqlStore, rotate: &Rotate) -> Result<Rotation, StoreError> {
    let statement = format!(
        "UPDATE sessions
            SET refresh_hash = ?, parent_hash = ?, derivation_key = ?, derivation_nonce = ?, confirmed_at = NULL,
                generation = generation + 1, refreshed_at = ?, expires_at = ?
          WHERE handle = ? AND refresh_hash = ? AND expires_at > {}",
        store.dialect.now()
    );
    // sqlx sets CLIENT_FOUND_ROWS, so this counts rows matched, not rows changed.
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(rotate.to.0.to_vec())
        .bind(rotate.from.0.to_vec())
        .bind(rotate.derivation.key.0.to_vec())
        .bind(rotate.derivation.nonce.to_vec())
        .bind(row::integer(rotate.refreshed_at.0))
        .bind(row::integer(rotate.expires_at.0))
        .bind(rotate.handle.as_bytes().to_vec())
        .bind(rotate.from.0.to_vec())
        .bind(store.now_override());
    let matched = store.pool.execute(query).await?.rows_affected();
    Ok(if matched == 0 { Rotation::Lost } else { Rotation::Advanced })
}

pub(super) async fn note_use(store: &SqlStore, usage: &Use) -> Result<bool, StoreError> {
    let now = store.dialect.now();
    let statement = format!(
        "UPDATE sessions SET confirmed_at = {now}, refreshed_at = ?, expires_at = ?
          WHERE handle = ? AND refresh_hash = ? AND confirmed_at IS NULL AND expires_at > {now}"
    );
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(store.now_override())
        .bind(row::integer(usage.refreshed_at.0))
        .bind(row::integer(usage.expires_at.0))
        .bind(usage.handle.as_bytes().to_vec())
        .bind(usage.token.0.to_vec())
        .bind(store.now_override());
    let matched = store.pool.execute(query).await?.rows_affected();
    Ok(matched > 0)
}

/// Reads first: most of what several edges report was confirmed by another of them a moment ago, and costs no write then.
pub(super) async fn confirm(
    store: &SqlStore,
    confirmations: &[Confirmation],
) -> Result<Vec<SessionHandle>, StoreError> {
    if confirmations.is_empty() {
        return Ok(Vec::new());
    }
    let mut gone: Vec<_> = confirmations.iter().map(|confirmation| confirmation.handle).collect();
    gone.sort_unstable_by_key(|handle| *handle.as_bytes());
    gone.dedup();
    let mut select = QueryBuilder::new(
        "SELECT handle, refresh_hash, confirmed_at FROM sessions WHERE handle IN (",
    );
    push_list(&mut select, gone.iter().map(|handle| handle.as_bytes().to_vec()));
    select.push(" AND expires_at > ");
    store.push_now(&mut select);
    let rows = store.pool.fetch_all(select.build()).await?;

    let (mut handles, mut hashes) = (Vec::new(), Vec::new());
    for found in &rows {
        let handle = SessionHandle::from_bytes(row::bytes(found, TABLE, "handle")?);
        let hash: [u8; 32] = row::bytes(found, TABLE, "refresh_hash")?;
        gone.retain(|one| *one != handle);
        let is_meant = confirmations
            .iter()
            .any(|one| one.handle == handle && hash.starts_with(&one.refresh_hash.0));
        if is_meant && row::optional_time(found, TABLE, "confirmed_at")?.is_none() {
            handles.push(handle.as_bytes().to_vec());
            hashes.push(hash.to_vec());
        }
    }
    if !handles.is_empty() {
        let mut update = QueryBuilder::new("UPDATE sessions SET confirmed_at = ");
        store.push_now(&mut update);
        update.push(" WHERE handle IN (");
        push_list(&mut update, handles);
        // No two sessions have a hash in common, so each handle meets its own.
        update.push(" AND refresh_hash IN (");
        push_list(&mut update, hashes);
        update.push(" AND confirmed_at IS NULL AND expires_at > ");
        store.push_now(&mut update);
        store.pool.execute(update.build()).await?;
    }
    Ok(gone)
}

const TABLE: &str = super::sessions::TABLE;
