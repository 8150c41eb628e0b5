//! Puts the parts together, and takes them down in order.

use crate::{
    clock::{Clock, SystemClock},
    config::Settings,
    http::{self, ExpiredStatus, ServiceKeys},
    job,
    metrics::Metrics,
    service::{KeySecrets, KeySettings, Keys, KeysError, Revocations, SessionSettings, Sessions},
    store::{SqlStore, Store, StoreClock, StoreError},
};
use std::{future::Future, io, net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, sync::oneshot};
use wayleave_shared::refresh_token::{NoMasterKey, RefreshKeys};

/// Why the origin could not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address} (WAYLEAVE_LISTEN): {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The signing keys cannot be used.
    #[error("the signing keys cannot be used: {0}")]
    Keys(#[from] KeysError),
    /// There is no master key.
    #[error(transparent)]
    MasterKey(#[from] NoMasterKey),
    /// Requests still ran when the time to stop was over.
    #[error("requests still ran when WAYLEAVE_STOP_TIMEOUT was over; they were cut off")]
    StopTimedOut,
    /// The store cannot be used.
    #[error("the database cannot be used (WAYLEAVE_DATABASE_URL): {0}")]
    Store(#[from] StoreError),
    /// The server itself failed.
    #[error("the server failed: {0}")]
    Serve(#[source] io::Error),
    /// The webhook cannot be reached by TLS.
    #[error("the certificates of this machine cannot be used (WAYLEAVE_WEBHOOK_URL): {0}")]
    Webhook(#[source] io::Error),
}

/// An origin that is ready to serve: connected, migrated, with a signing key, listening.
pub struct Server {
    listener: TcpListener,
    store: SqlStore,
    state: http::State,
    telling: Option<job::Telling>,
    settings: Settings,
}

impl Server {
    /// Prepares everything that can fail.
    ///
    /// # Errors
    ///
    /// Any [`ServerError`] but those of [`Server::run`].
    pub async fn prepare(settings: Settings) -> Result<Self, ServerError> {
        let address = settings.listen;
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| ServerError::Listen { address, source })?;
        let store = SqlStore::connect(
            &settings.database_url,
            settings.database_connections,
            StoreClock::Database,
        )
        .await?;
        let state = state(&settings, Arc::new(store.clone()), Arc::new(SystemClock)).await?;
        let telling = telling(&settings, &state).map_err(ServerError::Webhook)?;
        Ok(Self { listener, store, state, telling, settings })
    }

    /// Where it listens: the actual port, where port 0 was asked for.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` resolves; then accepts nothing new, finishes what runs, and closes the database.
    ///
    /// # Errors
    ///
    /// [`ServerError::Serve`] or [`ServerError::StopTimedOut`].
    pub async fn run(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServerError> {
        let keys = job::keep_keys(Arc::clone(&self.state.keys), Arc::clone(&self.state.clock));
        let mut jobs = vec![
            tokio::spawn(keys),
            tokio::spawn(job::forget_revocations(Arc::clone(&self.state.store))),
        ];
        jobs.extend(self.settings.expired_removal_interval.map(|interval| {
            let (store, metrics) = (Arc::clone(&self.state.store), self.state.metrics.clone());
            tokio::spawn(job::remove_expired(store, interval, metrics))
        }));
        jobs.extend(self.telling.map(|telling| tokio::spawn(job::tell_webhook(telling))));
        let (stopping, stop_began) = oneshot::channel();
        let stop = async move {
            stop.await;
            tracing::info!("stopping: no new connections, finishing what runs");
            // Nobody listens any more only where the server has failed already.
            let _ = stopping.send(());
        };
        let serve =
            axum::serve(self.listener, http::router(self.state)).with_graceful_shutdown(stop);
        let timeout = self.settings.stop_timeout;
        let too_long = async move {
            match stop_began.await {
                Ok(()) => tokio::time::sleep(timeout).await,
                Err(_) => std::future::pending().await,
            }
        };
        let outcome = tokio::select! {
            served = serve => served.map_err(ServerError::Serve),
            () = too_long => Err(ServerError::StopTimedOut),
        };
        for job in jobs {
            job.abort();
        }
        self.store.close().await;
        outcome
    }
}

/// What tells the webhook, where there is one.
fn telling(settings: &Settings, state: &http::State) -> io::Result<Option<job::Telling>> {
    let Some(webhook) = settings.webhook.clone() else { return Ok(None) };
    let (store, clock) = (Arc::clone(&state.store), Arc::clone(&state.clock));
    job::Telling::new(webhook, store, clock, state.metrics.clone()).map(Some)
}

/// What the settings say about signing keys.
#[must_use]
pub fn keys_of(settings: &Settings) -> (KeySecrets<'_>, KeySettings) {
    let secrets = KeySecrets {
        master_keys: &settings.master_keys,
        signing_key: settings.signing_key.as_ref(),
    };
    let settings = KeySettings {
        interval: settings.signing_key_interval,
        access_validity: settings.access_token_validity,
    };
    (secrets, settings)
}

/// What the handlers work with, over any store and clock: tests bring their own.
///
/// # Errors
///
/// [`ServerError::Keys`] or [`ServerError::MasterKey`].
pub async fn state(
    settings: &Settings,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
) -> Result<http::State, ServerError> {
    let metrics = Metrics::new();
    let (secrets, key_settings) = keys_of(settings);
    let keys = Keys::load(Arc::clone(&store), secrets, key_settings, clock.now()).await?;
    let keys = Arc::new(keys);
    let refresh_keys = RefreshKeys::derive(settings.master_keys.iter().map(|key| &**key))?;
    let sessions = Sessions::new(
        Arc::clone(&store),
        Arc::clone(&keys),
        refresh_keys,
        SessionSettings {
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            access_validity: settings.access_token_validity,
            spread: settings.access_token_spread,
            refresh_validity: settings.refresh_token_validity,
            max_lifetime: settings.session_max_lifetime,
            max_per_user: settings.max_sessions_per_user,
            reuse_window: settings.refresh_reuse_window,
            imported_tokens: settings.imported_tokens,
            theft_action: settings.theft_action,
            anti_csrf: settings.anti_csrf,
            client_address: settings.client_address,
            cookies: settings.cookies.clone(),
            events: settings.webhook.is_some(),
        },
    )
    .with_metrics(metrics.clone());
    let revocations =
        Revocations::new(Arc::clone(&store), Arc::clone(&keys), settings.issuer.clone());
    let service_keys = ServiceKeys::new(settings.service_keys.clone());
    let expired_status = ExpiredStatus(settings.expired_status);
    let parts = http::Parts {
        sessions,
        revocations,
        keys,
        store,
        clock,
        metrics,
        expired_status,
        service_keys,
    };
    Ok(parts.into())
}
