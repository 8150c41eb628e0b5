//! What is counted, for `GET /metrics`.

use crate::{service::TheftAction, store::EndReason};
use prometheus_client::{
    encoding::text,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};
use std::sync::Arc;

/// The counters of one origin, from zero at its start. Clones count together.
///
/// Counts only: no label says whose session it was.
///
/// ```
/// use wayleave_origin::metrics::Metrics;
///
/// let metrics = Metrics::new();
/// metrics.session_created();
/// assert!(metrics.encode().contains("\nwayleave_sessions_created_total 1\n"));
/// ```
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Counters>);

#[derive(Debug)]
struct Counters {
    registry: Registry,
    confirmations: Counter,
    deliveries: Labelled,
    ended: Labelled,
    expired: Counter,
    refreshes: Labelled,
    created: Counter,
    thefts: Labelled,
}

/// What became of a refresh.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refresh {
    /// The newest token was answered again, and is now known to be in use.
    Confirmed,
    /// It was not answered because of a failure of ours, or because it lost every race.
    Failed,
    /// The newest token was answered again: it came into use a moment ago.
    Kept,
    /// A replaced token was answered with the same successor as before.
    Repeated,
    /// The newest token was replaced by a successor.
    Rotated,
    /// The token is in two hands.
    Theft,
    /// There is no such session, or the token is not ours.
    Unauthorised,
}

/// What became of an attempt to tell the webhook.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Delivery {
    /// It failed; there will be another.
    Failed,
    /// It failed, and was the last.
    GivenUp,
    /// The receiver has it.
    Told,
}

impl Metrics {
    /// All counters at zero, every label's series included: a rate can be taken from the first event on.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("wayleave");
        let mut counter = |name, help| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let created = counter("sessions_created", "Log-ins");
        let confirmations =
            counter("confirmations_received", "Refresh tokens that an edge saw in use");
        let expired = counter("expired_sessions_removed", "Rows of sessions that ran out, removed");
        let mut labelled = |name, help, label, values: &[&'static str]| {
            let labelled = Labelled::new(label, values);
            registry.register(name, help, labelled.family.clone());
            labelled
        };
        let refreshes = labelled(
            "refreshes",
            "Refresh tokens presented",
            "outcome",
            &Refresh::ALL.map(Refresh::name),
        );
        let thefts = labelled(
            "thefts",
            "Refresh tokens found in two hands",
            "action",
            &[TheftAction::Report, TheftAction::RevokeSession, TheftAction::RevokeUser]
                .map(TheftAction::name),
        );
        let ended = labelled("sessions_ended", "Live sessions ended", "reason", &REASONS);
        let deliveries = labelled(
            "webhook_deliveries",
            "Attempts to tell the webhook",
            "outcome",
            &Delivery::ALL.map(Delivery::name),
        );
        let counters = Counters {
            registry,
            confirmations,
            deliveries,
            ended,
            expired,
            refreshes,
            created,
            thefts,
        };
        Self(Arc::new(counters))
    }

    /// All counters in the text form of `OpenMetrics` 1.0.0, which Prometheus reads.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut text, &self.0.registry);
        text
    }

    /// A log-in.
    pub fn session_created(&self) {
        self.0.created.inc();
    }

    /// A refresh token was presented.
    pub fn refresh(&self, outcome: Refresh) {
        self.0.refreshes.add(outcome.name(), 1);
    }

    /// A refresh token is in two hands, and this is done about it.
    pub fn theft(&self, done: TheftAction) {
        self.0.thefts.add(done.name(), 1);
    }

    /// So many live sessions were ended.
    pub fn sessions_ended(&self, why: EndReason, count: usize) {
        self.0.ended.add(reason(why), count);
    }

    /// So many confirmations came in, news or not.
    pub fn confirmations_received(&self, count: usize) {
        self.0.confirmations.inc_by(number(count));
    }

    /// So many expired sessions were removed.
    pub fn expired_removed(&self, count: u32) {
        self.0.expired.inc_by(u64::from(count));
    }

    /// An attempt to tell the webhook ended.
    pub fn webhook_delivery(&self, outcome: Delivery) {
        self.0.deliveries.add(outcome.name(), 1);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Refresh {
    const ALL: [Self; 7] = [
        Self::Confirmed,
        Self::Failed,
        Self::Kept,
        Self::Repeated,
        Self::Rotated,
        Self::Theft,
        Self::Unauthorised,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
            Self::Kept => "kept",
            Self::Repeated => "repeated",
            Self::Rotated => "rotated",
            Self::Theft => "theft",
            Self::Unauthorised => "unauthorised",
        }
    }
}

impl Delivery {
    const ALL: [Self; 3] = [Self::Failed, Self::GivenUp, Self::Told];

    const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::GivenUp => "given_up",
            Self::Told => "told",
        }
    }
}

/// One counter for each value of one label.
#[derive(Clone, Debug)]
struct Labelled {
    label: &'static str,
    family: Family<[(&'static str, &'static str); 1], Counter>,
}

impl Labelled {
    fn new(label: &'static str, values: &[&'static str]) -> Self {
        let family = Family::default();
        for value in values {
            drop(family.get_or_create(&[(label, *value)]));
        }
        Self { label, family }
    }

    fn add(&self, value: &'static str, count: usize) {
        self.family.get_or_create(&[(self.label, value)]).inc_by(number(count));
    }
}

const fn reason(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Limit => "limit",
        EndReason::Replaced => "replaced",
        EndReason::Revoked => "revoked",
        EndReason::Theft(_) => "theft",
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

const REASONS: [&str; 4] = ["limit", "replaced", "revoked", "theft"];
