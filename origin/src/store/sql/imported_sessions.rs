//! The table `imported_sessions`: which sessions came from another system, and with what refresh tokens.

use super::{
    SqlStore, ending,
    list::{parts, push_list},
    pool::Transaction,
    row, sessions,
};
use crate::store::{
    Import, ImportMode, Imported, ImportedSession, SourceId, StoreError, TakenBack,
};
use sqlx::{Any, AssertSqlSafe, QueryBuilder};
use std::collections::{HashMap, HashSet};
use wayleave_shared::{refresh_token::RefreshHash, session_handle::SessionHandle};

/// All of them or none: two imports that run at once find each other's rows, and one of them fails as a whole.
pub(super) async fn import(
    store: &SqlStore,
    sessions: &[ImportedSession],
    mode: ImportMode,
) -> Result<Imported, StoreError> {
    let mut imported = Imported::default();
    if sessions.is_empty() {
        return Ok(imported);
    }
    let mut transaction = store.begin().await?;
    let mut known = HashMap::new();
    for some in parts(sessions) {
        known.extend(known_among(&mut transaction, some).await?);
    }
    let mut new = Vec::new();
    for session in sessions {
        match known.get(&session.source) {
            None => new.push(session),
            Some(token_hash) if *token_hash == session.token_hash => imported.known += 1,
            Some(_) => imported.moved_on.push(session.source),
        }
    }
    imported.added = new.len() as u64;
    if mode == ImportMode::Keep && !new.is_empty() {
        for some in parts(&new) {
            insert(&mut transaction, some).await?;
        }
        transaction.commit().await?;
    }
    Ok(imported)
}

/// The tokens with which those of the sessions came that were imported before.
async fn known_among(
    transaction: &mut Transaction,
    sessions: &[ImportedSession],
) -> Result<HashMap<SourceId, RefreshHash>, StoreError> {
    let mut select =
        QueryBuilder::new("SELECT source, token_hash FROM imported_sessions WHERE source IN (");
    push_list(&mut select, sessions.iter().map(|session| session.source.0.to_vec()));
    let rows = transaction.fetch_all(select.build()).await?;
    let known = |found| {
        let source = SourceId(row::bytes(found, TABLE, "source")?);
        Ok((source, RefreshHash(row::bytes(found, TABLE, "token_hash")?)))
    };
    rows.iter().map(known).collect()
}

async fn insert(
    transaction: &mut Transaction,
    sessions: &[&ImportedSession],
) -> Result<(), StoreError> {
    let mut rows = QueryBuilder::new(
        "INSERT INTO imported_sessions (source, token_hash, handle, expires_at) ",
    );
    rows.push_values(sessions, |mut values, imported| {
        values.push_bind(imported.source.0.to_vec());
        values.push_bind(imported.token_hash.0.to_vec());
        values.push_bind(imported.session.handle.as_bytes().to_vec());
        values.push_bind(row::integer(imported.session.expires_at.0));
    });
    transaction.execute(rows.build()).await?;

    let mut rows = QueryBuilder::new(
        "INSERT INTO sessions
            (handle, user_id, refresh_hash, generation, jwt_payload, created_at, refreshed_at, expires_at) ",
    );
    rows.push_values(sessions, |mut values, imported| {
        let session = &imported.session;
        values.push_bind(session.handle.as_bytes().to_vec());
        values.push_bind(session.user_id.to_bytes());
        values.push_bind(imported.token_hash.0.to_vec());
        values.push("0");
        values.push_bind(session.jwt_payload.as_ref().map(|json| json.text().as_bytes().to_vec()));
        values.push_bind(row::integer(session.created_at.0));
        values.push_bind(row::integer(session.refreshed_at.0));
        values.push_bind(row::integer(session.expires_at.0));
    });
    transaction.execute(rows.build()).await?;

    let with_data = sessions
        .iter()
        .filter_map(|imported| imported.data.as_ref().map(|data| (imported.session.handle, data)));
    for some in parts(&with_data.collect::<Vec<_>>()) {
        let mut rows = QueryBuilder::new("INSERT INTO session_data (handle, data, version) ");
        rows.push_values(some, |mut values, (handle, data)| {
            values.push_bind(handle.as_bytes().to_vec());
            values.push_bind(data.text().as_bytes().to_vec());
            values.push("1");
        });
        transaction.execute(rows.build()).await?;
    }
    Ok(())
}

pub(super) async fn of_token(
    store: &SqlStore,
    token_hash: &RefreshHash,
) -> Result<Option<SessionHandle>, StoreError> {
    let statement = format!(
        "SELECT handle FROM imported_sessions WHERE token_hash = ? AND expires_at > {}",
        store.dialect.now()
    );
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(token_hash.0.to_vec())
        .bind(store.now_override());
    let found = store.pool.fetch_optional(query).await?;
    let handle = |found| row::bytes(&found, TABLE, "handle").map(SessionHandle::from_bytes);
    found.map(handle).transpose()
}

/// Under lock, so that no refresh comes between the look and the removal.
pub(super) async fn take_back(
    store: &SqlStore,
    after: Option<SourceId>,
    limit: u32,
) -> Result<TakenBack, StoreError> {
    let mut transaction = store.begin().await?;
    let page = page(&mut transaction, after, limit).await?;
    let Some(last) = page.last() else { return Ok(TakenBack::default()) };
    let next = (page.len() >= limit as usize).then_some(last.source);

    let mut select = QueryBuilder::new("SELECT handle, generation FROM sessions WHERE handle IN (");
    push_list(&mut select, page.iter().map(|import| import.handle.as_bytes().to_vec()));
    select.push(" ORDER BY handle").push(store.dialect.for_update());
    let rows = transaction.fetch_all(select.build()).await?;
    let (mut unused, mut used) = (Vec::new(), HashSet::new());
    for found in &rows {
        let handle = SessionHandle::from_bytes(row::bytes(found, sessions::TABLE, "handle")?);
        if row::unsigned(found, sessions::TABLE, "generation")? == 0 {
            unused.push(handle);
        } else {
            used.insert(handle);
        }
    }
    let (in_use, gone): (Vec<_>, Vec<_>) =
        page.into_iter().partition(|import| used.contains(&import.handle));
    ending::delete(&mut transaction, &unused).await?;
    if !gone.is_empty() {
        let sources = gone.iter().map(|import| import.source.0.to_vec());
        transaction.execute(delete(sources).build()).await?;
    }
    transaction.commit().await?;
    Ok(TakenBack { removed: gone.len() as u64, in_use, next })
}

async fn page(
    transaction: &mut Transaction,
    after: Option<SourceId>,
    limit: u32,
) -> Result<Vec<Import>, StoreError> {
    let query = sqlx::query(
        "SELECT source, handle FROM imported_sessions WHERE source > ? ORDER BY source LIMIT ?",
    )
    // Every id is longer than no bytes at all, so it comes after them.
    .bind(after.map_or_else(Vec::new, |after| after.0.to_vec()))
    .bind(i64::from(limit));
    let rows = transaction.fetch_all(query).await?;
    let import = |found| {
        Ok(Import {
            source: SourceId(row::bytes(found, TABLE, "source")?),
            handle: SessionHandle::from_bytes(row::bytes(found, TABLE, "handle")?),
        })
    };
    rows.iter().map(import).collect()
}

pub(super) async fn remove(store: &SqlStore, source: SourceId) -> Result<(), StoreError> {
    let query =
        sqlx::query("DELETE FROM imported_sessions WHERE source = ?").bind(source.0.to_vec());
    store.pool.execute(query).await?;
    Ok(())
}

/// Removes at most `limit` rows whose tokens have ended, and tells how many.
pub(super) async fn forget(store: &SqlStore, limit: u32) -> Result<u64, StoreError> {
    let statement = format!(
        "SELECT source FROM imported_sessions WHERE expires_at <= {} ORDER BY expires_at LIMIT ?",
        store.dialect.now()
    );
    let query =
        sqlx::query(AssertSqlSafe(statement)).bind(store.now_override()).bind(i64::from(limit));
    let rows = store.pool.fetch_all(query).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let sources: Vec<_> = rows
        .iter()
        .map(|found| row::column::<Vec<u8>>(found, TABLE, "source"))
        .collect::<Result<_, _>>()?;
    let removed = store.pool.execute(delete(sources.into_iter()).build()).await?;
    Ok(removed.rows_affected())
}

fn delete(sources: impl Iterator<Item = Vec<u8>>) -> QueryBuilder<Any> {
    let mut delete = QueryBuilder::new("DELETE FROM imported_sessions WHERE source IN (");
    push_list(&mut delete, sources);
    delete
}

const TABLE: &str = "imported_sessions";
