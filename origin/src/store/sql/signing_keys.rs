//! The table `signing_keys`.

use super::{SqlStore, row};
use crate::store::{NewSigningKey, SealedSigningKey, StoreError};

pub(super) async fn all(store: &SqlStore) -> Result<Vec<SealedSigningKey>, StoreError> {
    let rows = sqlx::query(
        "SELECT generation, key_id, sealed_seed, signs_from, signs_until FROM signing_keys ORDER BY generation",
    )
    .fetch_all(&store.pool)
    .await?;
    rows.iter()
        .map(|found| {
            let key_id: Vec<u8> = row::column(found, TABLE, "key_id")?;
            Ok(SealedSigningKey {
                generation: row::unsigned(found, TABLE, "generation")?,
                key_id: String::from_utf8(key_id)
                    .map_err(|_| StoreError::Inconsistent { table: TABLE, column: "key_id" })?,
                sealed_seed: row::column(found, TABLE, "sealed_seed")?,
                signs_from: row::time(found, TABLE, "signs_from")?,
                signs_until: row::time(found, TABLE, "signs_until")?,
            })
        })
        .collect()
}

pub(super) async fn add(store: &SqlStore, key: &NewSigningKey) -> Result<bool, StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO signing_keys (generation, key_id, sealed_seed, signs_from, signs_until) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(row::integer(key.generation))
    .bind(key.key_id.as_bytes().to_vec())
    .bind(key.sealed_seed.clone())
    .bind(row::integer(key.signs_from.0))
    .bind(row::integer(key.signs_until.0))
    .execute(&store.pool)
    .await;
    match inserted {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn remove_up_to(store: &SqlStore, generation: u64) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM signing_keys WHERE generation <= ?")
        .bind(row::integer(generation))
        .execute(&store.pool)
        .await?;
    Ok(())
}

const TABLE: &str = "signing_keys";
