//! The table `leases`.

use super::{SqlStore, row};
use crate::store::StoreError;
use sqlx::AssertSqlSafe;
use std::time::Duration;

pub(super) async fn hold(
    store: &SqlStore,
    name: &str,
    holder: [u8; 16],
    time: Duration,
) -> Result<bool, StoreError> {
    let now = store.dialect.now();
    let statement = format!(
        "UPDATE leases SET holder = ?, held_until = {now} + ? WHERE name = ? AND (holder = ? OR held_until <= {now})"
    );
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(holder.to_vec())
        .bind(store.now_override())
        .bind(row::milliseconds(time))
        .bind(name.as_bytes().to_vec())
        .bind(holder.to_vec())
        .bind(store.now_override());
    let matched = store.pool.execute(query).await?.rows_affected();
    if matched > 0 {
        return Ok(true);
    }
    // Somebody else holds it, or nobody ever did.
    let statement =
        format!("INSERT INTO leases (name, holder, held_until) VALUES (?, ?, {now} + ?)");
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(name.as_bytes().to_vec())
        .bind(holder.to_vec())
        .bind(store.now_override())
        .bind(row::milliseconds(time));
    let inserted = store.pool.execute(query).await;
    match inserted {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn release(
    store: &SqlStore,
    name: &str,
    holder: [u8; 16],
) -> Result<(), StoreError> {
    let query = sqlx::query("DELETE FROM leases WHERE name = ? AND holder = ?")
        .bind(name.as_bytes().to_vec())
        .bind(holder.to_vec());
    store.pool.execute(query).await?;
    Ok(())
}
