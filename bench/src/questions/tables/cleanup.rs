//! The removal of a million expired rows beside live traffic.

use super::{
    cost::Measured,
    data::{Data, grouped, origin, refresh_keys},
    operation::{Caller, Operation, Operations},
    seed::Population,
    server::{Server, database},
};
use crate::{
    failure::Failure,
    load::{Load, Outcome, Script, exchange, generate, request::request},
    model::{Bound, Goal, SideNote, metric},
    questions::{Answer, Question},
    run::Run,
    side::Origin,
};
use async_trait::async_trait;
use std::{mem, rc::Rc, time::Duration};
use tokio::time::sleep;
use wayleave_dev::stopwatch::Stopwatch;

/// The question, about one engine.
pub(super) struct Cleanup(pub(super) Rc<Data>);

#[async_trait(?Send)]
impl Question for Cleanup {
    fn name(&self) -> &'static str {
        self.0.engine.pick(["tables-cleanup-mariadb", "tables-cleanup-mysql"])
    }

    fn title(&self) -> &'static str {
        self.0.engine.pick([
            "Tables: live traffic while expired sessions are removed, MariaDB",
            "Tables: live traffic while expired sessions are removed, MySQL",
        ])
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let count = EXPIRED.min(run.rows);
        let live = Population::ordinary(count);
        let populations = [live.clone(), Population::expired(count)];
        let server = self.0.schema(run, SCHEMA, &populations).await?;
        let mut traffic = Traffic::new(live)?;
        let mut measured = Measured::default();

        let without = origin(run, &server, SCHEMA, &[KEY]).await?;
        traffic.run(&without, WARM_UP).await?;
        drop(without);
        for round in 1..=run.rounds {
            let without = origin(run, &server, SCHEMA, &[KEY]).await?;
            let outcome = traffic.run(&without, run.length).await?;
            self.add(run, &mut measured, WITHOUT, round, &outcome);
            drop(without);

            let with = cleaning(run, &server).await?;
            let before = removed(&with).await?;
            let watch = Stopwatch::start();
            let outcome = traffic.run(&with, run.length).await?;
            let rate = (removed(&with).await? - before) / watch.elapsed().as_secs_f64();
            self.add(run, &mut measured, WITH, round, &outcome);
            measured.add(CASE, WITH, REMOVED_PER_SECOND, rate);
        }
        // The rounds are what the goal is about: they are not lost with it.
        let rest = match self.rest(run, &server, &mut traffic).await {
            Ok(rest) => rest,
            Err(failure) => {
                format!("How long it takes to the end could not be measured: {failure}.")
            }
        };
        let version = server.version().await?;
        server.run(&format!("DROP DATABASE {SCHEMA}")).await?;
        server.stop().await?;
        Ok(Answer {
            method: format!(
                "A table of {} live sessions and {} that ran out less than a day ago, in any order, on a {} server ({}). {CONNECTIONS} connections log in, read data and refresh in turn, as fast as they are answered, at an origin that has the \
                 removal turned off and at one that has just begun it, in turn. Each begins with a new process, and the removal at the table's beginning.",
                grouped(count),
                grouped(count),
                self.0.engine.name(),
                self.0.engine.settings().join(" "),
            ),
            sides: vec![
                SideNote::new(WITHOUT, &version, "`WAYLEAVE_EXPIRED_REMOVAL_INTERVAL` is `never`."),
                SideNote::new(WITH, &version, "The removal is under way."),
            ],
            series: measured.0,
            goals: vec![Goal::against(CASE, metric::P99_US, WITH, WITHOUT, Bound::AtMost(2.0))],
            not_measured: Vec::new(),
            remarks: vec![rest],
        })
    }
}

impl Cleanup {
    fn add(&self, run: &Run, measured: &mut Measured, side: &str, round: usize, outcome: &Outcome) {
        let (rate, p99) = (outcome.per_second(), outcome.quantile_us(0.99));
        measured.add(CASE, side, metric::REQUESTS_PER_SECOND, rate);
        measured.add(CASE, side, metric::P50_US, outcome.quantile_us(0.5));
        measured.add(CASE, side, metric::P99_US, p99);
        let (name, rounds) = (self.name(), run.rounds);
        run.say(&format!(
            "{name}: {side}: round {round} of {rounds}: {rate:.0} requests/s, p99 {p99:.0} µs"
        ));
    }

    /// What is still there is removed in one pass, as long as it takes, but not for ever.
    async fn rest(
        &self,
        run: &Run,
        server: &Server,
        traffic: &mut Traffic,
    ) -> Result<String, Failure> {
        let expired = left(server).await?;
        let cleaner = cleaning(run, server).await?;
        let watch = Stopwatch::start();
        let before = removed(&cleaner).await?;
        let mut done = 0.0;
        while watch.elapsed() < LONGEST_REST && done < expired {
            traffic.run(&cleaner, Duration::from_secs(1)).await?;
            done = removed(&cleaner).await? - before;
        }
        let (seconds, rate) = (watch.elapsed().as_secs_f64(), done / watch.elapsed().as_secs_f64());
        let outcome = if done < expired { "then it was broken off" } else { "then none was left" };
        let sentence = format!(
            "After the rounds {expired:.0} expired rows were left. One pass beside the same traffic removed {done:.0} of them in {seconds:.0} s, {rate:.0} a second; {outcome}."
        );
        run.say(&format!("{}: {sentence}", self.name()));
        Ok(sentence)
    }
}

/// The same connections in every round: the sessions that they know go on.
struct Traffic {
    scripts: Vec<Box<dyn Script>>,
}

impl Traffic {
    fn new(population: Population) -> Result<Self, Failure> {
        let bearer = format!("Bearer {SERVICE_KEY}");
        let caller = Caller { bearer, keys: refresh_keys()?, population, used: 0 };
        Ok(Self { scripts: Operations::scripts(&caller, &MIX, CONNECTIONS) })
    }

    async fn run(&mut self, origin: &Origin, length: Duration) -> Result<Outcome, Failure> {
        let load = Load { address: origin.address(), lead: LEAD, length, core: None };
        let failed =
            |source| Failure::Load { side: SCHEMA.to_owned(), case: CASE.to_owned(), source };
        let (outcome, scripts) =
            generate(load, mem::take(&mut self.scripts)).await.map_err(failed)?;
        self.scripts = scripts;
        Ok(outcome)
    }
}

/// An origin that removes expired sessions, and has begun.
async fn cleaning(run: &Run, server: &Server) -> Result<Origin, Failure> {
    // Whoever held it was ended in the middle of it, and has not given it back.
    server.run(&format!("DELETE FROM {SCHEMA}.leases")).await?;
    let cleaner =
        origin(run, server, SCHEMA, &[KEY, ("WAYLEAVE_EXPIRED_REMOVAL_INTERVAL", "1h")]).await?;
    let watch = Stopwatch::start();
    while removed(&cleaner).await? == 0.0 {
        if watch.elapsed() > PATIENCE {
            let sentence = "it removes no expired sessions".to_owned();
            return Err(Failure::Answer { side: SCHEMA.to_owned(), sentence });
        }
        sleep(STEP).await;
    }
    Ok(cleaner)
}

/// How many expired sessions an origin has removed since its start.
async fn removed(origin: &Origin) -> Result<f64, Failure> {
    let bytes = request("GET", "/metrics", &[], None);
    let number = exchange(origin.address(), &bytes, |answer| {
        let text = String::from_utf8_lossy(answer.body).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix(REMOVED));
        line.and_then(|rest| rest.trim().parse().ok()).ok_or(text)
    });
    let failed =
        |sentence: String| Failure::Answer { side: "the origin, /metrics".to_owned(), sentence };
    number.await.map_err(|error| failed(error.to_string()))?.map_err(failed)
}

async fn left(server: &Server) -> Result<f64, Failure> {
    let mut connection = server.connection().await?;
    // In one pass and without a lock.
    sqlx::query_scalar("SELECT CAST(COUNT(*) AS DOUBLE) FROM expiring.sessions WHERE expires_at < UNIX_TIMESTAMP() * 1000")
        .fetch_one(&mut connection)
        .await
        .map_err(database)
}

/// The same for every origin, as it is one deployment's.
const SERVICE_KEY: &str = "bench-bench-bench-bench-bench-bench";
const KEY: (&str, &str) = ("WAYLEAVE_SERVICE_KEYS", SERVICE_KEY);
const SCHEMA: &str = "expiring";
const EXPIRED: u64 = 1_000_000;
const CASE: &str = "create, data get and refresh in turn";
const WITH: &str = "with removal";
const WITHOUT: &str = "without";
const REMOVED_PER_SECOND: &str = "removed_per_second";
const REMOVED: &str = "wayleave_expired_sessions_removed_total";
const MIX: [Operation; 3] = [Operation::Create, Operation::DataGet, Operation::Refresh];
const CONNECTIONS: u64 = 8;
const LEAD: Duration = Duration::from_millis(500);
const WARM_UP: Duration = Duration::from_secs(3);
const LONGEST_REST: Duration = Duration::from_secs(100);
const PATIENCE: Duration = Duration::from_secs(30);
const STEP: Duration = Duration::from_millis(50);
