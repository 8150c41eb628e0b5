//! Removes sessions that have expired, with their data. Nothing depends on it: a session that is not live counts as absent whether or not its row is there.

use crate::{
    metrics::Metrics,
    random,
    store::{Store, StoreError},
};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::time::{Instant, MissedTickBehavior};

/// Removes expired sessions, over and over: `interval` after the end of one pass through the table, or up to a minute later, the next begins. Safe to run on any
/// number of origins. A failure is logged and tried again.
///
/// One origin at a time does it: who gets the lease. The lease's holder is drawn for each pass, not for each process, and a finished pass keeps the lease for the
/// interval. So nobody gets it before, neither the other origins nor this one after a restart, and then whoever asks first does. No origin needs to know of the
/// others, and the database's clock alone says when. A pass that broke off, by a failure or the end of the process, leaves a lease that is over within
/// [`LEASE_TIME`]; what it was doing at that moment is a transaction, which ends as a whole or is rolled back.
pub async fn remove_expired(store: Arc<dyn Store>, interval: Duration, metrics: Metrics) {
    let mut ticks = tokio::time::interval(TRY_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let mut pace = Unhurried { began: Instant::now(), metrics: &metrics };
        if let Err(error) = pass(&*store, interval, AT_A_TIME, &mut pace).await {
            tracing::error!(error = %error, "expired sessions could not be removed");
        }
    }
}

/// One pass through all sessions, if nobody else is at it or finished one less than `interval` ago. Looks at `at_a_time` rows, then pauses as long as that took, and
/// so on: it never takes more than half of one connection.
///
/// # Errors
///
/// Any [`StoreError`]. What was removed before stays removed.
pub async fn pass(
    store: &dyn Store,
    interval: Duration,
    at_a_time: u32,
    pace: &mut impl Pace,
) -> Result<Pass, StoreError> {
    let holder = random::bytes()?;
    if !store.hold_lease(LEASE, holder, LEASE_TIME).await? {
        return Ok(Pass::NotNow);
    }
    tracing::info!("removing expired sessions");
    let (mut rows, mut after, mut told) = (Rows::default(), None, pace.elapsed());
    loop {
        let began = pace.elapsed();
        let batch = store.remove_expired(after, at_a_time).await?;
        rows.seen += u64::from(batch.seen);
        rows.removed += u64::from(batch.removed);
        pace.removed(batch.removed);
        let Some(next) = batch.next else { break };
        after = Some(next);

        let ended = pace.elapsed();
        if ended.saturating_sub(told) >= TELL_EVERY {
            tell(rows, ended, "still removing expired sessions");
            told = ended;
        }
        pace.pause(ended.saturating_sub(began)).await;
        if !store.hold_lease(LEASE, holder, LEASE_TIME).await? {
            tell(rows, ended, "another origin goes on removing expired sessions");
            return Ok(Pass::Lost(rows));
        }
    }
    // What is remembered of imported sessions: none at most deployments, and less every day at the others.
    while store.forget_imports(at_a_time).await? >= u64::from(at_a_time) {
        store.hold_lease(LEASE, holder, LEASE_TIME).await?;
    }
    store.hold_lease(LEASE, holder, interval).await?;
    tell(rows, pace.elapsed(), "removed expired sessions");
    Ok(Pass::Finished(rows))
}

/// What came of a pass.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pass {
    /// It came to the end of the table.
    Finished(Rows),
    /// It was held up for so long that somebody else took over.
    Lost(Rows),
    /// Somebody else is at it, or was a short time ago.
    NotNow,
}

/// How far a pass came.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Rows {
    /// How many rows were looked at.
    pub seen: u64,
    /// How many of them were removed.
    pub removed: u64,
}

/// The time that a pass takes, and who counts what it removes: tests bring their own.
pub trait Pace: Send {
    /// How long it has been going on.
    fn elapsed(&self) -> Duration;

    /// Lets this time pass.
    fn pause(&mut self, span: Duration) -> impl Future<Output = ()> + Send;

    /// Counts the rows of a batch, which are gone whatever becomes of the pass.
    fn removed(&mut self, _rows: u32) {}
}

/// Time as it passes, from this instant on.
struct Unhurried<'metrics> {
    began: Instant,
    metrics: &'metrics Metrics,
}

impl Pace for Unhurried<'_> {
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    async fn pause(&mut self, span: Duration) {
        tokio::time::sleep(span).await;
    }

    fn removed(&mut self, rows: u32) {
        self.metrics.expired_removed(rows);
    }
}

fn tell(rows: Rows, elapsed: Duration, sentence: &'static str) {
    tracing::info!(
        rows.seen = rows.seen,
        rows.removed = rows.removed,
        duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        "{sentence}"
    );
}

/// The lease's name.
pub const LEASE: &str = "remove expired sessions";

/// Much longer than a batch and its pause ever take.
pub const LEASE_TIME: Duration = Duration::from_mins(5);

/// How often it is looked whether it is time.
const TRY_EVERY: Duration = Duration::from_mins(1);

const AT_A_TIME: u32 = 1000;

/// The log tells that often how far a pass has come.
const TELL_EVERY: Duration = Duration::from_secs(10);
