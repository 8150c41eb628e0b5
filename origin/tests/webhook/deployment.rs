//! A store with events, and what tells of them.

use crate::receiver::Receiver;
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use wayleave_origin::{
    clock::ManualClock,
    config::{Settings, Source},
    job::Telling,
    metrics::Metrics,
    store::{SqlStore, Store, StoreClock},
};
use wayleave_shared::{session_handle::SessionHandle, time::UnixMilliseconds, user_id::UserId};

/// Everything but the receiver. Removed with this value.
pub(crate) struct Deployment {
    pub(crate) store: SqlStore,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) metrics: Metrics,
    settings: Settings,
    _folder: TempDir,
}

impl Deployment {
    /// With this receiver.
    pub(crate) async fn telling(receiver: &Receiver) -> Self {
        Self::at(&receiver.url).await
    }

    /// With two secrets, and this address to tell.
    pub(crate) async fn at(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(START));
        let database = format!("sqlite:{}/test.db", folder.path().display());
        let given = StoreClock::Given(clock.clone());
        let store = SqlStore::connect(&database, 4, given).await.unwrap();
        let settings = settings(url, &database);
        Self { store, clock, metrics: Metrics::new(), settings, _folder: folder }
    }

    /// What an origin runs.
    pub(crate) fn origin(&self) -> Telling {
        let webhook = self.settings.webhook.clone().unwrap();
        let store = Arc::new(self.store.clone());
        Telling::new(webhook, store, self.clock.clone(), self.metrics.clone()).unwrap()
    }

    /// An event about a session of this user.
    pub(crate) async fn report(&self, user_id: &str) -> SessionHandle {
        let user_id = UserId::text(user_id).unwrap();
        let stolen = SessionHandle::new(&user_id, [1; 12]);
        self.store.report(&user_id, stolen).await.unwrap();
        stolen
    }

    /// How many attempts had this outcome.
    pub(crate) fn count(&self, outcome: &str) -> u64 {
        let name = format!("wayleave_webhook_deliveries_total{{outcome=\"{outcome}\"}} ");
        let text = self.metrics.encode();
        let line = text.lines().find_map(|line| line.strip_prefix(&name)).unwrap();
        line.parse().unwrap()
    }

    /// Told, failed, given up.
    pub(crate) fn counts(&self) -> [u64; 3] {
        ["told", "failed", "given_up"].map(|outcome| self.count(outcome))
    }

    /// How many events are left, due or not.
    pub(crate) async fn left(&self) -> usize {
        self.clock.advance(Duration::from_hours(1000));
        self.store.take_events(100, Duration::ZERO).await.unwrap().len()
    }
}

/// Settings of an origin with this webhook.
pub(crate) fn settings(webhook_url: &str, database_url: &str) -> Settings {
    Settings::parse(&source(webhook_url, database_url)).unwrap()
}

/// The same, before they are checked.
pub(crate) fn source(webhook_url: &str, database_url: &str) -> Source {
    Source::of([
        ("WAYLEAVE_SERVICE_KEYS", SERVICE_KEY),
        ("WAYLEAVE_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("WAYLEAVE_ISSUER", "https://id.example"),
        ("WAYLEAVE_LISTEN", "127.0.0.1:0"),
        ("WAYLEAVE_DATABASE_URL", database_url),
        ("WAYLEAVE_WEBHOOK_URL", webhook_url),
        ("WAYLEAVE_WEBHOOK_SECRET", SECRETS_TEXT),
    ])
}

pub(crate) const START: UnixMilliseconds = UnixMilliseconds(1_700_000_000_123);
pub(crate) const SERVICE_KEY: &str = "0123456789abcdef0123456789abcdef";

/// As the settings have them.
pub(crate) const SECRETS: [[u8; 32]; 2] = [[1; 32], [2; 32]];
const SECRETS_TEXT: &str =
    "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE,AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";
