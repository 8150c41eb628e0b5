//! Brings the schema up to date. Any number of origins may do so at once.

use super::{dialect::Dialect, pool::ACQUIRE_TIMEOUT};
use crate::store::StoreError;
use sqlx::{AnyConnection, AnyPool, Connection, Row, any::AnyPoolOptions, migrate::Migrator};
use std::time::Duration;

pub(super) async fn run(url: &str, dialect: Dialect) -> Result<(), StoreError> {
    // sqlx's own pool, for the migrator takes no other; it is not needed afterwards.
    let pool = AnyPoolOptions::new().max_connections(2).acquire_timeout(ACQUIRE_TIMEOUT);
    let pool = pool.connect(&dialect.complete(url)).await?;
    let outcome = migrate(&pool, dialect).await;
    pool.close().await;
    outcome
}

async fn migrate(pool: &AnyPool, dialect: Dialect) -> Result<(), StoreError> {
    match dialect {
        Dialect::Mysql => {
            // sqlx takes a lock of its own, which on MariaDB does not wait. Ours sits on a connection that leaves the pool: closing it lets go of
            // the lock, whatever came of the migrations.
            let mut locked = pool.acquire().await?.detach();
            lock(&mut locked).await?;
            let outcome = MYSQL.run(pool).await.map_err(StoreError::Migration);
            locked.close().await?;
            outcome
        }
        Dialect::Sqlite => run_again(pool).await,
    }
}

async fn lock(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let statement = "SELECT COALESCE(GET_LOCK(LEFT(CONCAT('wayleave/', SHA2(DATABASE(), 256)), 64), ?), 0) AS taken";
    let answer = sqlx::query(statement).bind(LOCK_WAIT_S).fetch_one(connection).await?;
    match answer.try_get::<i64, _>("taken") {
        Ok(1) => Ok(()),
        _ => Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)),
    }
}

/// SQLite has no lock for this: where two origins collide on a migration, one fails, and finds it done the next time.
async fn run_again(pool: &AnyPool) -> Result<(), StoreError> {
    let mut outcome = SQLITE.run(pool).await;
    for _ in 0..COLLISIONS {
        if outcome.is_ok() {
            break;
        }
        tokio::time::sleep(COLLISION_WAIT).await;
        outcome = SQLITE.run(pool).await;
    }
    outcome.map_err(StoreError::Migration)
}

static MYSQL: Migrator = sqlx::migrate!("migrations/mysql");
static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

const LOCK_WAIT_S: i64 = 60;
const COLLISIONS: usize = 5;
const COLLISION_WAIT: Duration = Duration::from_millis(100);
