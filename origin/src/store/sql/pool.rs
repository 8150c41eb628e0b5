//! The connections to the database: made when they are needed, used by one step at a time, kept for the next.
//!
//! sqlx's own pool asks the server whether a connection is alive before it hands it out, and again when it comes back: two round trips around each statement. Here
//! every step runs to its end (see [`super::step`]), so a connection whose last step succeeded is as good as before. It is tested where there is a reason.

use super::dialect::Dialect;
use crate::store::error::is_cut;
use sqlx::{
    Any, AnyConnection, ConnectOptions, Connection, Executor,
    any::{AnyArguments, AnyConnectOptions, AnyQueryResult, AnyRow},
};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout_at},
};

/// A statement with its values.
pub(super) type Query<'query> = sqlx::query::Query<'query, Any, AnyArguments>;

/// The connections of a store. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pool(Arc<Shared>);

struct Shared {
    options: AnyConnectOptions,
    dialect: Dialect,
    /// The most connections that are open at a time.
    most: u32,
    /// One for each of them.
    places: Arc<Semaphore>,
    idle: Mutex<Idle>,
}

/// What nobody uses just now.
#[derive(Default)]
struct Idle {
    /// The one that was used last comes last, and is used next: those that are not needed are left alone, and end.
    connections: Vec<Kept>,
    /// When a connection was last found broken: those that were not used since are in doubt.
    broke_at: Option<Instant>,
}

struct Kept {
    connection: AnyConnection,
    made_at: Instant,
    used_at: Instant,
}

/// A connection in use. Dropped, it is closed: only [`Leased::finish`] gives it back.
pub(super) struct Leased {
    connection: AnyConnection,
    made_at: Instant,
    pool: Pool,
    _place: OwnedSemaphorePermit,
}

/// A transaction. Dropped without [`Transaction::commit`], it is rolled back.
pub(super) struct Transaction(Option<Leased>);

impl Pool {
    /// Connects nowhere yet.
    pub(super) fn new(url: &str, dialect: Dialect, most: u32) -> sqlx::Result<Self> {
        let options = dialect.complete(url).parse()?;
        let places = Arc::new(Semaphore::new(most as usize));
        Ok(Self(Arc::new(Shared { options, dialect, most, places, idle: Mutex::default() })))
    }

    /// Waits for a connection, but not longer than [`ACQUIRE_TIMEOUT`].
    pub(super) async fn acquire(&self) -> sqlx::Result<Leased> {
        let now = Instant::now();
        let deadline = now + ACQUIRE_TIMEOUT;
        let place = timeout_at(deadline, Arc::clone(&self.0.places).acquire_owned()).await;
        let place = place.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let place = place.map_err(|_| sqlx::Error::PoolClosed)?;
        loop {
            let (kept, broke_at) = {
                let mut idle = self.idle();
                (idle.connections.pop(), idle.broke_at)
            };
            let (connection, made_at) = match kept {
                None => (self.connect_until(deadline).await?, now),
                Some(kept) if now.duration_since(kept.made_at) >= LIFETIME => continue,
                Some(Kept { mut connection, made_at, used_at }) => {
                    let is_in_doubt = now.duration_since(used_at) >= TRUSTED
                        || broke_at.is_some_and(|broke_at| used_at <= broke_at);
                    if is_in_doubt && !is_alive(&mut connection, deadline).await {
                        self.note_broken();
                        continue;
                    }
                    (connection, made_at)
                }
            };
            return Ok(Leased { connection, made_at, pool: self.clone(), _place: place });
        }
    }

    /// Waits until every connection was given back, and closes them. Nobody gets one any more.
    pub(super) async fn close(&self) {
        let all = self.0.places.acquire_many(self.0.most).await;
        self.0.places.close();
        drop(all);
        let connections = std::mem::take(&mut self.idle().connections);
        for kept in connections {
            // The server finds out by itself.
            let _ = kept.connection.close().await;
        }
    }

    async fn connect_until(&self, deadline: Instant) -> sqlx::Result<AnyConnection> {
        let connecting = self.connect_patiently();
        timeout_at(deadline, connecting).await.map_err(|_| sqlx::Error::PoolTimedOut)?
    }

    /// A server that refuses connections may just be starting: whoever needs one waits for it.
    async fn connect_patiently(&self) -> sqlx::Result<AnyConnection> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.0.options.connect().await {
                Ok(mut connection) => {
                    for statement in self.0.dialect.on_connect() {
                        connection.execute(*statement).await?;
                    }
                    return Ok(connection);
                }
                Err(sqlx::Error::Io(error))
                    if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
                Err(sqlx::Error::Database(error)) if error.is_transient_in_connect_phase() => {}
                Err(error) => return Err(error),
            }
            sleep(pause).await;
            pause = LONGEST_PAUSE.min(2 * pause);
        }
    }

    fn keep(&self, connection: AnyConnection, made_at: Instant) {
        let now = Instant::now();
        let unused = {
            let mut idle = self.idle();
            idle.connections.push(Kept { connection, made_at, used_at: now });
            let is_unused = |oldest: &mut Kept| now.duration_since(oldest.used_at) >= IDLE_LIMIT;
            if idle.connections.first_mut().is_some_and(is_unused) {
                Some(idle.connections.remove(0))
            } else {
                None
            }
        };
        if let Some(unused) = unused {
            tokio::spawn(unused.connection.close());
        }
    }

    fn note_broken(&self) {
        self.idle().broke_at = Some(Instant::now());
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn is_alive(connection: &mut AnyConnection, deadline: Instant) -> bool {
    matches!(timeout_at(deadline, connection.ping()).await, Ok(Ok(())))
}

impl Leased {
    /// Gives the connection back after a step with this outcome.
    async fn finish<T>(mut self, outcome: sqlx::Result<T>) -> sqlx::Result<T> {
        if let Err(error) = &outcome {
            // What the server refused leaves the connection good, unless it was the connection that it ended.
            let is_open = matches!(error, sqlx::Error::Database(_) | sqlx::Error::RowNotFound)
                && is_alive(&mut self.connection, Instant::now() + TEST_TIMEOUT).await;
            if !is_open {
                self.pool.note_broken();
                return outcome;
            }
        }
        self.keep();
        outcome
    }

    async fn begin(mut self) -> sqlx::Result<Transaction> {
        let begun = self.connection.execute(self.pool.0.dialect.begin()).await;
        match begun {
            Ok(_) => Ok(Transaction(Some(self))),
            Err(error) => self.finish(Err(error)).await,
        }
    }

    async fn roll_back(mut self) {
        let rolling_back = self.connection.execute("ROLLBACK");
        match timeout_at(Instant::now() + TEST_TIMEOUT, rolling_back).await {
            Ok(Ok(_)) => self.keep(),
            _ => self.pool.note_broken(),
        }
    }

    fn keep(self) {
        let Self { connection, made_at, pool, _place } = self;
        pool.keep(connection, made_at);
    }
}

impl Transaction {
    /// Makes what was done in it durable, all of it.
    pub(super) async fn commit(mut self) -> sqlx::Result<()> {
        self.connection()?.execute("COMMIT").await?;
        if let Some(leased) = self.0.take() {
            leased.keep();
        }
        Ok(())
    }

    pub(super) async fn execute(&mut self, query: Query<'_>) -> sqlx::Result<AnyQueryResult> {
        query.execute(self.connection()?).await
    }

    pub(super) async fn fetch_all(&mut self, query: Query<'_>) -> sqlx::Result<Vec<AnyRow>> {
        query.fetch_all(self.connection()?).await
    }

    pub(super) async fn fetch_one(&mut self, query: Query<'_>) -> sqlx::Result<AnyRow> {
        query.fetch_one(self.connection()?).await
    }

    pub(super) async fn fetch_optional(
        &mut self,
        query: Query<'_>,
    ) -> sqlx::Result<Option<AnyRow>> {
        query.fetch_optional(self.connection()?).await
    }

    fn connection(&mut self) -> sqlx::Result<&mut AnyConnection> {
        // It is there until the transaction is over.
        self.0.as_mut().map(|leased| &mut leased.connection).ok_or(sqlx::Error::PoolClosed)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(leased) = self.0.take() {
            tokio::spawn(leased.roll_back());
        }
    }
}

impl Pool {
    /// Begins a transaction. Where the connection turns out to be dead nothing has happened yet, so it begins on another.
    pub(super) async fn begin(&self) -> sqlx::Result<Transaction> {
        match self.acquire().await?.begin().await {
            Err(error) if is_cut(&error) => self.acquire().await?.begin().await,
            outcome => outcome,
        }
    }

    pub(super) async fn execute(&self, query: Query<'_>) -> sqlx::Result<AnyQueryResult> {
        let mut leased = self.acquire().await?;
        let outcome = query.execute(&mut leased.connection).await;
        leased.finish(outcome).await
    }

    pub(super) async fn fetch_all(&self, query: Query<'_>) -> sqlx::Result<Vec<AnyRow>> {
        let mut leased = self.acquire().await?;
        let outcome = query.fetch_all(&mut leased.connection).await;
        leased.finish(outcome).await
    }

    pub(super) async fn fetch_one(&self, query: Query<'_>) -> sqlx::Result<AnyRow> {
        let mut leased = self.acquire().await?;
        let outcome = query.fetch_one(&mut leased.connection).await;
        leased.finish(outcome).await
    }

    pub(super) async fn fetch_optional(&self, query: Query<'_>) -> sqlx::Result<Option<AnyRow>> {
        let mut leased = self.acquire().await?;
        let outcome = query.fetch_optional(&mut leased.connection).await;
        leased.finish(outcome).await
    }
}

/// How long a request waits for a connection before it is told to come back.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// For how long after its last use a connection is taken to be alive. Short: whoever kills one that nobody uses should not be noticed. Under load a connection is used
/// again long before.
const TRUSTED: Duration = Duration::from_millis(100);

/// How long a connection may take to show that it is alive after a failure, while somebody waits for the answer.
const TEST_TIMEOUT: Duration = Duration::from_secs(1);

/// A connection that was not needed for so long is closed, and so is one of this age: what stands between us and the server may have been replaced meanwhile.
const IDLE_LIMIT: Duration = Duration::from_mins(10);
const LIFETIME: Duration = Duration::from_mins(30);

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(600);
