//! The store on SQL databases, through `sqlx`'s `Any` driver: one text per statement for all engines. What differs stands in [`dialect`].

mod dialect;
mod feed;
mod migrate;
mod revocations;
mod row;
mod session_data;
mod sessions;
mod signing_keys;

use super::{
    DataUpdate, KeyAddition, KeyRemoval, NewSession, NewSigningKey, RemoveKey, RevocationPage,
    Rotate, Rotation, SealedSigningKey, Store, StoreError, StoredSession,
};
use crate::clock::Clock;
use async_trait::async_trait;
use dialect::Dialect;
use sqlx::{Any, AnyConnection, AnyPool, Executor, SqlSafeStr, Transaction, any::AnyPoolOptions};
use std::{future::Future, sync::Arc, time::Duration};
use wayleave_shared::{
    feed::FeedCursor, json::Json, session_handle::SessionHandle, user_id::UserId, wire::SessionData,
};

/// Sessions, their data and the signing keys in an SQL database.
#[derive(Clone)]
pub struct SqlStore {
    pool: AnyPool,
    dialect: Dialect,
    clock: StoreClock,
}

/// Whose time decides whether a session is live.
#[derive(Clone)]
pub enum StoreClock {
    /// The database's, read inside each statement: what production uses.
    Database,
    /// This one, for tests that must not wait.
    Given(Arc<dyn Clock>),
}

impl SqlStore {
    /// Connects, and brings the schema up to date. Two origins may do so at once.
    ///
    /// `url` is `mysql://user:password@host:port/database` or `sqlite:file`; `connections` is the most that are open at a time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the database cannot be reached, [`StoreError::Migration`] if its schema is not ours or newer than we know.
    pub async fn connect(
        url: &str,
        connections: u32,
        clock: StoreClock,
    ) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of(url);
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(move |connection, _| Box::pin(prepare(connection, dialect)))
            .connect(&dialect.complete(url))
            .await?;
        migrate::run(&pool, dialect).await?;
        let store = Self { pool, dialect, clock };
        with_retry(|| feed::set_up(&store)).await?;
        Ok(store)
    }

    /// Closes all connections, after what runs on them has ended.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// What is bound where a statement asks for the time: `NULL` makes it the database's.
    fn now_override(&self) -> Option<i64> {
        match &self.clock {
            StoreClock::Database => None,
            StoreClock::Given(clock) => Some(row::integer(clock.now().0)),
        }
    }

    async fn begin(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.pool.begin_with(self.dialect.begin().into_sql_str()).await?)
    }
}

/// Runs a step again where the database rolled it back for reasons that pass: deadlock (1213), lock wait (1205), busy. The step must be one atomic
/// statement or transaction, for it may run several times.
async fn with_retry<T, F, Fut>(step: F) -> Result<T, StoreError>
where
    F: Fn() -> Fut + Send,
    Fut: Future<Output = Result<T, StoreError>> + Send,
    T: Send,
{
    for _ in 0..RETRIES {
        match step().await {
            Err(StoreError::Unavailable(sqlx::Error::Database(_))) => {
                tokio::task::yield_now().await;
            }
            outcome => return outcome,
        }
    }
    step().await
}

async fn prepare(connection: &mut AnyConnection, dialect: Dialect) -> sqlx::Result<()> {
    for statement in dialect.on_connect() {
        connection.execute(*statement).await?;
    }
    Ok(())
}

#[async_trait]
impl Store for SqlStore {
    async fn create_session(&self, session: NewSession) -> Result<(), StoreError> {
        with_retry(|| sessions::create(self, &session)).await
    }

    async fn session(&self, handle: SessionHandle) -> Result<Option<StoredSession>, StoreError> {
        sessions::find(self, handle).await
    }

    async fn rotate(&self, rotate: Rotate) -> Result<Rotation, StoreError> {
        with_retry(|| sessions::rotate(self, &rotate)).await
    }

    async fn revoke_session(
        &self,
        handle: SessionHandle,
        remember: Duration,
    ) -> Result<bool, StoreError> {
        with_retry(|| sessions::revoke(self, handle, remember)).await
    }

    async fn revoke_user(
        &self,
        user_id: &UserId,
        remember: Duration,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        with_retry(|| sessions::revoke_user(self, user_id, remember)).await
    }

    async fn revocations(
        &self,
        since: Option<FeedCursor>,
        limit: usize,
    ) -> Result<RevocationPage, StoreError> {
        feed::page(self, since, limit).await
    }

    async fn forget_revocations(&self, limit: u32) -> Result<u64, StoreError> {
        with_retry(|| revocations::forget(self, limit)).await
    }

    async fn sessions_of_user(
        &self,
        user_id: &UserId,
        after: Option<SessionHandle>,
        limit: u32,
    ) -> Result<Vec<StoredSession>, StoreError> {
        sessions::of_user(self, user_id, after, limit).await
    }

    async fn session_data(&self, handle: SessionHandle) -> Result<Option<SessionData>, StoreError> {
        session_data::read(self, handle).await
    }

    async fn update_session_data(
        &self,
        handle: SessionHandle,
        data: &Json,
        expected_version: Option<u64>,
    ) -> Result<DataUpdate, StoreError> {
        with_retry(|| session_data::update(self, handle, data, expected_version)).await
    }

    async fn signing_keys(&self) -> Result<Vec<SealedSigningKey>, StoreError> {
        signing_keys::all(self).await
    }

    async fn add_signing_key(&self, key: NewSigningKey) -> Result<KeyAddition, StoreError> {
        with_retry(|| signing_keys::add(self, &key)).await
    }

    async fn raise_validity(&self, generation: u64, validity: Duration) -> Result<(), StoreError> {
        with_retry(|| signing_keys::raise_validity(self, generation, validity)).await
    }

    async fn forget_signing_keys(&self, generations: &[u64]) -> Result<(), StoreError> {
        with_retry(|| signing_keys::forget(self, generations)).await
    }

    async fn remove_signing_key(&self, remove: RemoveKey) -> Result<KeyRemoval, StoreError> {
        with_retry(|| signing_keys::remove(self, &remove)).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }
}

/// How long a request waits for a connection before it is told to come back.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

const RETRIES: usize = 5;
