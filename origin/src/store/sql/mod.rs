//! The store on SQL databases, through `sqlx`'s `Any` driver: one text per statement for all engines. What differs stands in [`dialect`].

mod dialect;
mod ending;
mod events;
mod feed;
mod imported_sessions;
mod leases;
mod list;
mod migrate;
mod pool;
mod revocations;
mod rotation;
mod row;
mod session_data;
mod sessions;
mod signing_keys;
mod step;

use super::{
    DataUpdate, DueEvent, Ending, EventId, Expired, ImportMode, Imported, ImportedSession,
    KeyAddition, KeyRemoval, NewSession, NewSigningKey, RemoveKey, RevocationPage, Rotate,
    Rotation, SealedSigningKey, SourceId, Store, StoreError, StoredSession, TakenBack, Use,
};
use crate::clock::Clock;
use async_trait::async_trait;
use dialect::Dialect;
use pool::{Pool, Transaction};
use sqlx::{Any, QueryBuilder};
use std::{num::NonZeroU64, sync::Arc, time::Duration};
use step::{repeatable, to_the_end, with_retry};
use wayleave_shared::{
    feed::FeedCursor,
    json::Json,
    refresh_token::RefreshHash,
    session_handle::SessionHandle,
    user_id::UserId,
    wire::{Confirmation, SessionData},
};

/// Sessions, their data and the signing keys in an SQL database.
#[derive(Clone)]
pub struct SqlStore {
    pool: Pool,
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
        let pool = Pool::new(url, dialect, connections)?;
        migrate::run(url, dialect).await?;
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

    /// The time in a statement that is put together.
    fn push_now(&self, query: &mut QueryBuilder<Any>) {
        let (before, after) = self.dialect.now().split_once('?').unwrap_or_default();
        query.push(before).push_bind(self.now_override()).push(after);
    }

    async fn begin(&self) -> Result<Transaction, StoreError> {
        Ok(self.pool.begin().await?)
    }
}

async fn ping(store: &SqlStore) -> Result<(), StoreError> {
    store.pool.execute(sqlx::query("SELECT 1")).await?;
    Ok(())
}

#[async_trait]
impl Store for SqlStore {
    async fn create_session(&self, session: NewSession) -> Result<(), StoreError> {
        to_the_end(self, async move |store| sessions::create(&store, &session).await).await
    }

    async fn session(&self, handle: SessionHandle) -> Result<Option<StoredSession>, StoreError> {
        to_the_end(self, async move |store| repeatable(|| sessions::find(&store, handle)).await)
            .await
    }

    async fn rotate(&self, rotate: Rotate) -> Result<Rotation, StoreError> {
        to_the_end(self, async move |store| repeatable(|| rotation::rotate(&store, &rotate)).await)
            .await
    }

    async fn note_use(&self, usage: Use) -> Result<bool, StoreError> {
        to_the_end(self, async move |store| repeatable(|| rotation::note_use(&store, &usage)).await)
            .await
    }

    async fn confirm(
        &self,
        confirmations: &[Confirmation],
    ) -> Result<Vec<SessionHandle>, StoreError> {
        let confirmations = confirmations.to_vec();
        to_the_end(self, async move |store| {
            repeatable(|| rotation::confirm(&store, &confirmations)).await
        })
        .await
    }

    async fn update_payload(
        &self,
        handle: SessionHandle,
        payload: Option<&Json>,
    ) -> Result<bool, StoreError> {
        let payload = payload.cloned();
        to_the_end(self, async move |store| {
            repeatable(|| sessions::update_payload(&store, handle, payload.as_ref())).await
        })
        .await
    }

    async fn revoke_session(
        &self,
        handle: SessionHandle,
        ending: Ending,
    ) -> Result<bool, StoreError> {
        to_the_end(self, async move |store| {
            with_retry(|| ending::one(&store, handle, ending)).await
        })
        .await
    }

    async fn revoke_user(
        &self,
        user_id: &UserId,
        kept: Option<SessionHandle>,
        ending: Ending,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        let user_id = user_id.clone();
        to_the_end(self, async move |store| {
            with_retry(|| ending::of_user(&store, &user_id, kept, ending)).await
        })
        .await
    }

    async fn revoke_surplus(
        &self,
        user_id: &UserId,
        limit: u32,
        ending: Ending,
    ) -> Result<Vec<SessionHandle>, StoreError> {
        let user_id = user_id.clone();
        to_the_end(self, async move |store| {
            with_retry(|| ending::surplus(&store, &user_id, limit, ending)).await
        })
        .await
    }

    async fn report(&self, user_id: &UserId, stolen: SessionHandle) -> Result<(), StoreError> {
        let user_id = user_id.clone();
        to_the_end(self, async move |store| {
            with_retry(|| events::report(&store, &user_id, stolen)).await
        })
        .await
    }

    async fn remove_expired(
        &self,
        after: Option<SessionHandle>,
        limit: u32,
    ) -> Result<Expired, StoreError> {
        to_the_end(self, async move |store| {
            repeatable(|| ending::expired(&store, after, limit)).await
        })
        .await
    }

    async fn hold_lease(
        &self,
        name: &str,
        holder: [u8; 16],
        time: Duration,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        to_the_end(self, async move |store| {
            repeatable(|| leases::hold(&store, &name, holder, time)).await
        })
        .await
    }

    async fn release_lease(&self, name: &str, holder: [u8; 16]) -> Result<(), StoreError> {
        let name = name.to_owned();
        to_the_end(self, async move |store| {
            repeatable(|| leases::release(&store, &name, holder)).await
        })
        .await
    }

    async fn take_events(&self, limit: u32, pause: Duration) -> Result<Vec<DueEvent>, StoreError> {
        to_the_end(self, async move |store| with_retry(|| events::take(&store, limit, pause)).await)
            .await
    }

    async fn finish_event(&self, event: EventId) -> Result<(), StoreError> {
        to_the_end(self, async move |store| repeatable(|| events::finish(&store, event)).await)
            .await
    }

    async fn postpone_event(&self, event: EventId, pause: Duration) -> Result<(), StoreError> {
        to_the_end(self, async move |store| {
            repeatable(|| events::postpone(&store, event, pause)).await
        })
        .await
    }

    async fn revocations(
        &self,
        since: Option<FeedCursor>,
        limit: usize,
    ) -> Result<RevocationPage, StoreError> {
        to_the_end(self, async move |store| repeatable(|| feed::page(&store, since, limit)).await)
            .await
    }

    async fn forget_revocations(&self, limit: u32) -> Result<u64, StoreError> {
        to_the_end(self, async move |store| repeatable(|| revocations::forget(&store, limit)).await)
            .await
    }

    async fn sessions_of_user(
        &self,
        user_id: &UserId,
        after: Option<SessionHandle>,
        limit: u32,
    ) -> Result<Vec<StoredSession>, StoreError> {
        let user_id = user_id.clone();
        to_the_end(self, async move |store| {
            repeatable(|| sessions::of_user(&store, &user_id, after, limit)).await
        })
        .await
    }

    async fn session_data(&self, handle: SessionHandle) -> Result<Option<SessionData>, StoreError> {
        to_the_end(self, async move |store| repeatable(|| session_data::read(&store, handle)).await)
            .await
    }

    async fn update_session_data(
        &self,
        handle: SessionHandle,
        data: &Json,
        expected_version: Option<u64>,
        writes: NonZeroU64,
    ) -> Result<DataUpdate, StoreError> {
        let write = session_data::Write { handle, data: data.clone(), expected_version, writes };
        to_the_end(self, async move |store| {
            with_retry(|| session_data::update(&store, &write)).await
        })
        .await
    }

    async fn import_sessions(
        &self,
        sessions: &[ImportedSession],
        mode: ImportMode,
    ) -> Result<Imported, StoreError> {
        let sessions = sessions.to_vec();
        to_the_end(self, async move |store| {
            with_retry(|| imported_sessions::import(&store, &sessions, mode)).await
        })
        .await
    }

    async fn session_of_imported_token(
        &self,
        token_hash: RefreshHash,
    ) -> Result<Option<SessionHandle>, StoreError> {
        to_the_end(self, async move |store| {
            repeatable(|| imported_sessions::of_token(&store, &token_hash)).await
        })
        .await
    }

    async fn take_back_imports(
        &self,
        after: Option<SourceId>,
        limit: u32,
    ) -> Result<TakenBack, StoreError> {
        to_the_end(self, async move |store| {
            with_retry(|| imported_sessions::take_back(&store, after, limit)).await
        })
        .await
    }

    async fn remove_import(&self, source: SourceId) -> Result<(), StoreError> {
        to_the_end(self, async move |store| {
            repeatable(|| imported_sessions::remove(&store, source)).await
        })
        .await
    }

    async fn forget_imports(&self, limit: u32) -> Result<u64, StoreError> {
        to_the_end(self, async move |store| {
            repeatable(|| imported_sessions::forget(&store, limit)).await
        })
        .await
    }

    async fn signing_keys(&self) -> Result<Vec<SealedSigningKey>, StoreError> {
        to_the_end(self, async move |store| repeatable(|| signing_keys::all(&store)).await).await
    }

    async fn add_signing_key(&self, key: NewSigningKey) -> Result<KeyAddition, StoreError> {
        to_the_end(self, async move |store| with_retry(|| signing_keys::add(&store, &key)).await)
            .await
    }

    async fn raise_validity(&self, generation: u64, validity: Duration) -> Result<(), StoreError> {
        to_the_end(self, async move |store| {
            repeatable(|| signing_keys::raise_validity(&store, generation, validity)).await
        })
        .await
    }

    async fn forget_signing_keys(&self, generations: &[u64]) -> Result<(), StoreError> {
        let generations = generations.to_vec();
        to_the_end(self, async move |store| {
            repeatable(|| signing_keys::forget(&store, &generations)).await
        })
        .await
    }

    async fn remove_signing_key(&self, remove: RemoveKey) -> Result<KeyRemoval, StoreError> {
        to_the_end(self, async move |store| {
            with_retry(|| signing_keys::remove(&store, &remove)).await
        })
        .await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        to_the_end(self, async move |store| repeatable(|| ping(&store)).await).await
    }
}
