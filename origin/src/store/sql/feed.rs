//! The revocation feed: the order of what stands in `revocations`, and reading it from a cursor.
//!
//! An entry is written without a position, for its transaction may commit long after a later one's. Whoever pulls gives positions to the entries that
//! have committed, under the lock of the one row of `feed_state`: so no entry ever appears behind a position that was read.

use super::{
    SqlStore,
    list::{padded, push_list},
    revocations::{KEY, SESSION, TABLE, USER},
    row, with_retry,
};
use crate::{
    random,
    store::{Revocation, RevocationPage, StoreError},
};
use sqlx::{AssertSqlSafe, QueryBuilder, any::AnyRow};
use wayleave_shared::{
    feed::{FeedCursor, RevokedKey, RevokedSession, RevokedUser, UserDigest},
    session_handle::SessionHandle,
    time::{UnixMilliseconds, UnixSeconds},
};

/// Draws the epoch of a database that has none. Of origins that start together one writes it, by the primary key.
pub(super) async fn set_up(store: &SqlStore) -> Result<(), StoreError> {
    let known = sqlx::query("SELECT id FROM feed_state WHERE id = 1");
    if store.pool.fetch_optional(known).await?.is_some() {
        return Ok(());
    }
    let query = sqlx::query("INSERT INTO feed_state (id, epoch, position) VALUES (1, ?, 0)")
        .bind(random::bytes::<16>()?.to_vec());
    let inserted = store.pool.execute(query).await;
    match inserted {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(()),
        outcome => Ok(outcome.map(|_| ())?),
    }
}

/// What was ended since the cursor, at most `limit` entries.
pub(super) async fn page(
    store: &SqlStore,
    since: Option<FeedCursor>,
    limit: usize,
) -> Result<RevocationPage, StoreError> {
    let (head, waiting) = sequenced(store, limit).await?;
    let known = since.filter(|since| since.epoch == head.epoch && since.position <= head.position);
    let from = known.map_or(0, |since| since.position);
    let mut page = RevocationPage {
        cursor: head,
        restart: known.is_none(),
        more: waiting,
        entries: Vec::new(),
    };
    if from == head.position {
        return Ok(page);
    }
    let statement = format!(
        "SELECT kind, subject, issued_before, forget_at, position FROM revocations
          WHERE position > ? AND position <= ? AND forget_at > {}
          ORDER BY position LIMIT ?",
        store.dialect.now()
    );
    // One more than asked for tells whether there is more.
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(row::integer(from))
        .bind(row::integer(head.position))
        .bind(store.now_override())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1));
    let rows = store.pool.fetch_all(query).await?;
    for found in rows.iter().take(limit) {
        page.entries.push(revocation(found)?);
    }
    if rows.len() > limit
        && let Some(last) = rows.get(limit.saturating_sub(1))
    {
        page.cursor.position = row::unsigned(last, TABLE, "position")?;
        page.more = true;
    }
    Ok(page)
}

/// Where the feed ends once at least `wanted` of the entries that have committed have their position, and whether some still wait for one.
async fn sequenced(store: &SqlStore, wanted: usize) -> Result<(FeedCursor, bool), StoreError> {
    let mut state = state(store).await?;
    let mut sequenced = 0;
    while state.1 && sequenced < wanted.max(1) {
        sequenced += with_retry(|| sequence_some(store)).await?;
        state = self::state(store).await?;
    }
    Ok(state)
}

/// One small read without a lock: all that a pull costs while nothing happens.
async fn state(store: &SqlStore) -> Result<(FeedCursor, bool), StoreError> {
    let query = sqlx::query(
        "SELECT epoch, position, EXISTS (SELECT 1 FROM revocations WHERE position IS NULL) AS waiting
           FROM feed_state WHERE id = 1",
    );
    let found = store.pool.fetch_one(query).await?;
    let cursor = FeedCursor {
        epoch: row::bytes(&found, STATE, "epoch")?,
        position: row::unsigned(&found, STATE, "position")?,
    };
    Ok((cursor, row::unsigned(&found, STATE, "waiting")? == 1))
}

/// Gives the next positions to some entries that have none. Only one transaction at a time gets past the lock, and what it reads has committed.
async fn sequence_some(store: &SqlStore) -> Result<usize, StoreError> {
    let mut transaction = store.begin().await?;
    let lock =
        format!("SELECT position FROM feed_state WHERE id = 1{}", store.dialect.for_update());
    let found = transaction.fetch_one(sqlx::query(AssertSqlSafe(lock))).await?;
    let mut position = row::unsigned(&found, STATE, "position")?;

    let query = sqlx::query("SELECT id FROM revocations WHERE position IS NULL LIMIT ?")
        .bind(SEQUENCE_AT_A_TIME);
    let waiting = transaction.fetch_all(query).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Vec<u8>> =
        waiting.iter().map(|found| row::column(found, TABLE, "id")).collect::<Result<_, _>>()?;
    let from = position + 1;
    position += ids.len() as u64;
    let mut update = QueryBuilder::new("UPDATE revocations SET position = CASE id");
    for (id, position) in padded(ids.iter().zip(from..)) {
        update.push(" WHEN ").push_bind(id.clone());
        update.push(" THEN ").push_bind(row::integer(position));
    }
    update.push(" END WHERE id IN (");
    push_list(&mut update, ids.iter().cloned());
    transaction.execute(update.build()).await?;
    let query =
        sqlx::query("UPDATE feed_state SET position = ? WHERE id = 1").bind(row::integer(position));
    transaction.execute(query).await?;
    transaction.commit().await?;
    Ok(ids.len())
}

fn revocation(found: &AnyRow) -> Result<Revocation, StoreError> {
    let bad = |column| StoreError::Inconsistent { table: TABLE, column };
    let forget_at = rounded_up(row::time(found, TABLE, "forget_at")?);
    let kind: i64 = row::column(found, TABLE, "kind")?;
    Ok(match kind {
        SESSION => {
            let handle = SessionHandle::from_bytes(row::bytes(found, TABLE, "subject")?);
            Revocation::Session(RevokedSession { handle, forget_at })
        }
        USER => Revocation::User(RevokedUser {
            user: UserDigest(row::bytes(found, TABLE, "subject")?),
            issued_before: row::time(found, TABLE, "issued_before")?.whole_seconds(),
            forget_at,
        }),
        KEY => {
            let subject: Vec<u8> = row::column(found, TABLE, "subject")?;
            let key = String::from_utf8(subject).ok().and_then(|text| text.parse().ok());
            Revocation::Key(RevokedKey { key: key.ok_or_else(|| bad("subject"))?, forget_at })
        }
        _ => return Err(bad("kind")),
    })
}

/// An entry is never forgotten early: not by the part of a second either.
fn rounded_up(time: UnixMilliseconds) -> UnixSeconds {
    UnixSeconds(time.0.div_ceil(1000))
}

const STATE: &str = "feed_state";

const SEQUENCE_AT_A_TIME: i64 = 500;
