//! The tables `signing_keys` and `removed_signing_keys`.

use super::{SqlStore, list::padded, pool::Transaction, revocations, row};
use crate::store::{
    KeyAddition, KeyRemoval, NewSigningKey, RemoveKey, SealedSigningKey, StoreError,
};
use sqlx::{AssertSqlSafe, QueryBuilder, any::AnyRow};
use std::time::Duration;
use wayleave_shared::key_set::KeyId;

pub(super) async fn all(store: &SqlStore) -> Result<Vec<SealedSigningKey>, StoreError> {
    let query = sqlx::query(
        "SELECT generation, key_id, sealed_seed, signs_from, signs_until, longest_validity FROM signing_keys
          WHERE NOT EXISTS (SELECT 1 FROM removed_signing_keys WHERE removed_signing_keys.key_id = signing_keys.key_id)
          ORDER BY generation",
    );
    let rows = store.pool.fetch_all(query).await?;
    rows.iter().map(signing_key).collect()
}

pub(super) async fn add(store: &SqlStore, key: &NewSigningKey) -> Result<KeyAddition, StoreError> {
    let mut transaction = store.begin().await?;
    let query = sqlx::query("SELECT removed_at FROM removed_signing_keys WHERE key_id = ?")
        .bind(key.key_id.as_str().as_bytes().to_vec());
    let removed = transaction.fetch_optional(query).await?;
    if removed.is_some() {
        return Ok(KeyAddition::Removed);
    }
    let added = insert(&mut transaction, key).await?;
    transaction.commit().await?;
    Ok(if added { KeyAddition::Added } else { KeyAddition::Taken })
}

pub(super) async fn raise_validity(
    store: &SqlStore,
    generation: u64,
    validity: Duration,
) -> Result<(), StoreError> {
    let validity = row::milliseconds(validity);
    let query = sqlx::query(
        "UPDATE signing_keys SET longest_validity = ? WHERE generation = ? AND longest_validity < ?",
    )
    .bind(validity)
    .bind(row::integer(generation))
    .bind(validity);
    store.pool.execute(query).await?;
    Ok(())
}

pub(super) async fn forget(store: &SqlStore, generations: &[u64]) -> Result<(), StoreError> {
    if generations.is_empty() {
        return Ok(());
    }
    let mut delete = QueryBuilder::new("DELETE FROM signing_keys WHERE generation IN (");
    let mut these = delete.separated(", ");
    for generation in padded(generations.iter().copied()) {
        these.push_bind(row::integer(generation));
    }
    delete.push(")");
    store.pool.execute(delete.build()).await?;
    Ok(())
}

pub(super) async fn remove(store: &SqlStore, remove: &RemoveKey) -> Result<KeyRemoval, StoreError> {
    let key_id = remove.key.as_str().as_bytes().to_vec();
    let mut transaction = store.begin().await?;
    let query = sqlx::query("DELETE FROM signing_keys WHERE key_id = ?").bind(key_id.clone());
    let deleted = transaction.execute(query).await?.rows_affected();
    if deleted == 0 {
        return Ok(KeyRemoval::Unknown);
    }
    if let Some(successor) = &remove.successor
        && !insert(&mut transaction, successor).await?
    {
        return Ok(KeyRemoval::SuccessorTaken);
    }
    let statement = format!(
        "INSERT INTO removed_signing_keys (key_id, removed_at) VALUES (?, {})",
        store.dialect.now()
    );
    let query = sqlx::query(AssertSqlSafe(statement)).bind(key_id).bind(store.now_override());
    let noted = transaction.execute(query).await;
    match noted {
        // Somebody removed it at the same time; their transaction has told the feed.
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            return Ok(KeyRemoval::Unknown);
        }
        noted => noted?,
    };
    revocations::record_key(store, &mut transaction, &remove.key, remove.remember).await?;
    transaction.commit().await?;
    Ok(KeyRemoval::Removed)
}

/// Whether the generation was free.
async fn insert(transaction: &mut Transaction, key: &NewSigningKey) -> Result<bool, StoreError> {
    let query = sqlx::query(
        "INSERT INTO signing_keys (generation, key_id, sealed_seed, signs_from, signs_until, longest_validity)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(row::integer(key.generation))
    .bind(key.key_id.as_str().as_bytes().to_vec())
    .bind(key.sealed_seed.clone())
    .bind(row::integer(key.signs_from.0))
    .bind(row::integer(key.signs_until.0))
    .bind(row::milliseconds(key.longest_validity));
    let inserted = transaction.execute(query).await;
    match inserted {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn signing_key(found: &AnyRow) -> Result<SealedSigningKey, StoreError> {
    let key_id: Vec<u8> = row::column(found, TABLE, "key_id")?;
    let key_id: Option<KeyId> = String::from_utf8(key_id).ok().and_then(|text| text.parse().ok());
    Ok(SealedSigningKey {
        generation: row::unsigned(found, TABLE, "generation")?,
        key_id: key_id.ok_or(StoreError::Inconsistent { table: TABLE, column: "key_id" })?,
        sealed_seed: row::column(found, TABLE, "sealed_seed")?,
        signs_from: row::time(found, TABLE, "signs_from")?,
        signs_until: row::time(found, TABLE, "signs_until")?,
        longest_validity: Duration::from_millis(row::unsigned(found, TABLE, "longest_validity")?),
    })
}

const TABLE: &str = "signing_keys";
