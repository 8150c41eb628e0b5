//! What the removal of expired sessions as a job promises: one pass at a time, once in an interval, unhurried, and safe to break off.

use crate::{
    Promise,
    engine::Fixture,
    promises,
    sessions::{VALIDITY, alice, created_with_data, live, rows},
};
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use wayleave_origin::{
    clock::ManualClock,
    job::{
        self,
        remove_expired::{LEASE, LEASE_TIME, Pace, Pass, Rows, pass},
    },
    metrics::Metrics,
    store::Store,
};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        a_pass_removes_what_has_expired_and_tells_how_much,
        a_pass_pauses_after_each_batch_as_long_as_the_batch_took,
        a_finished_pass_lets_nobody_begin_before_the_interval_is_over,
        while_a_pass_goes_on_nobody_else_begins_one,
        a_pass_that_takes_longer_than_its_lease_keeps_it,
        a_pass_that_was_overtaken_stops_and_leaves_the_lease_alone,
        a_pass_that_broke_off_is_done_again_when_its_lease_is_over,
        a_failure_ends_the_pass_and_the_next_one_does_the_work,
        the_job_begins_at_once_and_counts,
    ]
}

const INTERVAL: Duration = Duration::from_hours(1);

const MILLISECOND: Duration = Duration::from_millis(1);

/// Time that passes 7 ms at each look, and in pauses.
struct Steps<Between> {
    looks: AtomicU32,
    pauses: Vec<Duration>,
    /// What happens in the pause of this number, counted from 1.
    between: Between,
}

impl<Between> Steps<Between> {
    fn with(between: Between) -> Self {
        Self { looks: AtomicU32::new(0), pauses: Vec::new(), between }
    }
}

impl<Between, Done> Pace for Steps<Between>
where
    Between: FnMut(usize) -> Done + Send,
    Done: Future<Output = ()> + Send,
{
    fn elapsed(&self) -> Duration {
        let looks = self.looks.fetch_add(1, Ordering::SeqCst);
        Duration::from_millis(7) * looks + self.pauses.iter().sum::<Duration>()
    }

    async fn pause(&mut self, span: Duration) {
        self.pauses.push(span);
        (self.between)(self.pauses.len()).await;
    }
}

/// A pass in batches of two rows, and in what happens between them.
async fn pass_with<Done: Future<Output = ()> + Send>(
    fixture: &Fixture,
    between: impl FnMut(usize) -> Done + Send,
) -> Pass {
    pass(&fixture.store, INTERVAL, 2, &mut Steps::with(between)).await.unwrap()
}

async fn pass_alone(fixture: &Fixture) -> Pass {
    pass_with(fixture, |_| async {}).await
}

/// Five sessions that have expired, and one that has not.
async fn six_sessions(fixture: &Fixture) {
    for number in 0..5 {
        created_with_data(fixture, number).await;
    }
    fixture.clock.advance(VALIDITY);
    created_with_data(fixture, 5).await;
}

async fn a_pass_removes_what_has_expired_and_tells_how_much(fixture: &Fixture) {
    six_sessions(fixture).await;

    let done = pass_alone(fixture).await;

    assert_eq!(done, Pass::Finished(Rows { seen: 6, removed: 5 }));
    assert_eq!(live(fixture, &alice()).await.len(), 1);
    assert_eq!((rows(fixture, "sessions").await, rows(fixture, "session_data").await), (1, 1));
}

async fn a_pass_pauses_after_each_batch_as_long_as_the_batch_took(fixture: &Fixture) {
    six_sessions(fixture).await;
    let mut pace = Steps::with(|_| async {});

    pass(&fixture.store, INTERVAL, 2, &mut pace).await.unwrap();

    // Three full batches; the fourth finds the end of the table.
    assert_eq!(pace.pauses, [Duration::from_millis(7); 3]);
}

async fn a_finished_pass_lets_nobody_begin_before_the_interval_is_over(fixture: &Fixture) {
    assert_eq!(pass_alone(fixture).await, Pass::Finished(Rows::default()));
    six_sessions(fixture).await;

    fixture.clock.advance(INTERVAL.saturating_sub(VALIDITY + MILLISECOND));
    assert_eq!(pass_alone(fixture).await, Pass::NotNow);

    fixture.clock.advance(MILLISECOND);
    let done = pass_alone(fixture).await;
    assert_eq!(done, Pass::Finished(Rows { seen: 6, removed: 6 }));
    assert_eq!(pass_alone(fixture).await, Pass::NotNow);
}

async fn while_a_pass_goes_on_nobody_else_begins_one(fixture: &Fixture) {
    six_sessions(fixture).await;

    let done = pass_with(fixture, async |_| {
        assert_eq!(pass_alone(fixture).await, Pass::NotNow);
    })
    .await;

    assert_eq!(done, Pass::Finished(Rows { seen: 6, removed: 5 }));
}

async fn a_pass_that_takes_longer_than_its_lease_keeps_it(fixture: &Fixture) {
    six_sessions(fixture).await;
    let clock: Arc<ManualClock> = Arc::clone(&fixture.clock);

    let done = pass_with(fixture, async |_| {
        clock.advance(LEASE_TIME.saturating_sub(MILLISECOND));
        assert_eq!(pass_alone(fixture).await, Pass::NotNow);
    })
    .await;

    assert!(matches!(done, Pass::Finished(Rows { seen: 6, .. })), "{done:?}");
}

async fn a_pass_that_was_overtaken_stops_and_leaves_the_lease_alone(fixture: &Fixture) {
    six_sessions(fixture).await;

    let overtaken = pass_with(fixture, async |pause| {
        if pause == 2 {
            fixture.clock.advance(LEASE_TIME);
            let taken = fixture.store.hold_lease(LEASE, [9; 16], LEASE_TIME).await.unwrap();
            assert!(taken);
        }
    })
    .await;

    assert_eq!(overtaken, Pass::Lost(Rows { seen: 4, removed: 4 }));
    assert!(fixture.store.hold_lease(LEASE, [9; 16], LEASE_TIME).await.unwrap());
}

async fn a_pass_that_broke_off_is_done_again_when_its_lease_is_over(fixture: &Fixture) {
    six_sessions(fixture).await;
    let store = fixture.store.clone();
    let (reached, at_pause) = tokio::sync::oneshot::channel();
    let mut reached = Some(reached);
    let broken_off = tokio::spawn(async move {
        let mut pace = Steps::with(|_| {
            let _ = reached.take().map(|reached| reached.send(()));
            std::future::pending::<()>()
        });
        pass(&store, INTERVAL, 2, &mut pace).await.unwrap()
    });
    at_pause.await.unwrap();
    broken_off.abort();
    assert!(broken_off.await.unwrap_err().is_cancelled());

    assert_eq!(pass_alone(fixture).await, Pass::NotNow);
    fixture.clock.advance(LEASE_TIME);
    let done = pass_alone(fixture).await;

    // The first two were removed before, the last has expired meanwhile.
    assert_eq!(done, Pass::Finished(Rows { seen: 4, removed: 4 }));
}

async fn a_failure_ends_the_pass_and_the_next_one_does_the_work(fixture: &Fixture) {
    six_sessions(fixture).await;
    let mut connection = fixture.connection().await;
    let rename = async |connection: &mut sqlx::AnyConnection, from, to| {
        let statement = sqlx::AssertSqlSafe(format!("ALTER TABLE {from} RENAME TO {to}"));
        sqlx::Executor::execute(connection, statement).await.unwrap();
    };
    rename(&mut connection, "session_data", "hidden").await;

    let failed = pass(&fixture.store, INTERVAL, 2, &mut Steps::with(|_| async {})).await;

    assert!(failed.is_err(), "{failed:?}");
    assert_eq!(rows(fixture, "sessions").await, 6, "the transaction is rolled back");
    rename(&mut connection, "hidden", "session_data").await;
    fixture.clock.advance(LEASE_TIME);
    assert_eq!(pass_alone(fixture).await, Pass::Finished(Rows { seen: 6, removed: 6 }));
}

async fn the_job_begins_at_once_and_counts(fixture: &Fixture) {
    six_sessions(fixture).await;
    let store: Arc<dyn Store> = Arc::new(fixture.store.clone());
    let metrics = Metrics::new();
    let job = tokio::spawn(job::remove_expired(store, INTERVAL, metrics.clone()));

    let counted = "\nwayleave_expired_sessions_removed_total 5\n";
    let removed = async {
        while !metrics.encode().contains(counted) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), removed).await.unwrap();
    assert_eq!(rows(fixture, "sessions").await, 1);

    job.abort();
    assert!(job.await.unwrap_err().is_cancelled());
}
