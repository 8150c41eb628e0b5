//! What an operation costs on a large table and on a small one.

use super::{
    data::{Data, Size, refresh_keys},
    operation::{Caller, Operation, Operations},
};
use crate::{
    failure::Failure,
    load::{Load, Outcome, Script, generate},
    model::{Bound, Goal, Series, SideNote, metric},
    questions::{Answer, Question},
    run::Run,
};
use async_trait::async_trait;
use std::{mem, rc::Rc, time::Duration};

/// The question, about one engine.
pub(super) struct Cost(pub(super) Rc<Data>);

#[async_trait(?Send)]
impl Question for Cost {
    fn name(&self) -> &'static str {
        self.0.engine.pick(["tables-cost-mariadb", "tables-cost-mysql"])
    }

    fn title(&self) -> &'static str {
        self.0.engine.pick([
            "Tables: what an operation costs in a large one, MariaDB",
            "Tables: what an operation costs in a large one, MySQL",
        ])
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let sizes = self.0.sizes(run).await?;
        let mut measured = Measured::default();
        let mut contenders = Vec::new();
        for operation in Operation::ALL {
            for size in &sizes.sides {
                contenders.push(Contender::new(operation, size)?);
            }
        }
        for contender in &mut contenders {
            contender.load(WARM_UP).await?;
        }
        for round in 1..=run.rounds {
            for contender in &mut contenders {
                let outcome = contender.load(contender.length(run)).await?;
                let (case, side) = (contender.operation.name(), contender.side.as_str());
                run.say(&format!(
                    "{}: {case}: {side}: round {round} of {}: {:.0} µs",
                    self.name(),
                    run.rounds,
                    operation_us(&outcome)
                ));
                measured.add(case, side, metric::OPERATION_US, operation_us(&outcome));
                measured.add(case, side, metric::P50_US, outcome.quantile_us(0.5));
                measured.add(case, side, metric::P99_US, outcome.quantile_us(0.99));
            }
        }
        let [small, large] = sizes.sides.each_ref().map(|size| size.side.clone());
        let version = sizes.server.version().await?;
        let used = contenders.iter().map(|contender| contender.operations).max().unwrap_or(0);
        let used = sizes.sides[1].used + used + CONNECTIONS;
        sizes.stop(used).await?;
        let goal = |operation: Operation| {
            let bound = Bound::AtMost(LIMIT);
            Goal::against(operation.name(), metric::OPERATION_US, &large, &small, bound)
        };
        Ok(Answer {
            method: self.method(),
            sides: vec![
                SideNote::new(&small, &version, "The table as it is soon after the start."),
                SideNote::new(&large, &version, "The table that must not cost more."),
            ],
            series: measured.0,
            goals: Operation::ALL.map(goal).to_vec(),
            not_measured: vec![
                "Tables that do not fit into the server's memory: there each operation pays for reading a page, and how much is the disk's to say.".to_owned(),
            ],
            remarks: Vec::new(),
        })
    }
}

impl Cost {
    fn method(&self) -> String {
        format!(
            "Two schemas of one {} server ({}; else its own defaults, also of durability), a release build of the origin in front of each; {CONNECTIONS} connections, \
             the two sizes in turn in every round. A row in ten has data; a thousandth of the rows as many revocations are in the feed. Rows come so that \
             pages are as full as log-ins in any order leave them. Before the first round the server was restarted, and both tables read into memory. Keys are drawn evenly over the \
             whole table, each at most once for refreshes (while there are enough) and sign-outs. An operation's time is that of a connection, so it has the waiting for others in it. \
             Log-ins and sign-outs change the small table too: by less than its own size.",
            self.0.engine.name(),
            self.0.engine.settings().join(" "),
        )
    }
}

struct Contender {
    operation: Operation,
    side: String,
    address: std::net::SocketAddr,
    scripts: Vec<Box<dyn Script>>,
    operations: u64,
}

impl Contender {
    fn new(operation: Operation, size: &Size) -> Result<Self, Failure> {
        let caller = caller(size)?;
        let scripts = Operations::scripts(&caller, &[operation], CONNECTIONS);
        let address = size.origin.address();
        Ok(Self { operation, side: size.side.clone(), address, scripts, operations: 0 })
    }

    /// Sign-outs use up the rows of the small table.
    fn length(&self, run: &Run) -> Duration {
        if self.operation == Operation::Revoke { run.length * 3 / 8 } else { run.length / 2 }
    }

    async fn load(&mut self, length: Duration) -> Result<Outcome, Failure> {
        let load = Load { address: self.address, lead: LEAD, length, core: None };
        let failed = |source| Failure::Load {
            side: self.side.clone(),
            case: self.operation.name().to_owned(),
            source,
        };
        let (outcome, scripts) =
            generate(load, mem::take(&mut self.scripts)).await.map_err(failed)?;
        self.scripts = scripts;
        // With what was not counted: at most as much again.
        self.operations += 2 * outcome.operations + CONNECTIONS;
        Ok(outcome)
    }
}

/// Whoever asks the origin of a table.
pub(super) fn caller(size: &Size) -> Result<Caller, Failure> {
    Ok(Caller {
        bearer: format!("Bearer {}", size.origin.service_key()),
        keys: refresh_keys()?,
        population: size.population.clone(),
        used: size.used,
    })
}

/// Series that grow.
#[derive(Debug, Default)]
pub(super) struct Measured(pub(super) Vec<Series>);

impl Measured {
    /// Adds a round's value.
    pub(super) fn add(&mut self, case: &str, side: &str, metric: &str, value: f64) {
        let known =
            |one: &&mut Series| one.case == case && one.side == side && one.metric == metric;
        if let Some(series) = self.0.iter_mut().find(known) {
            series.values.push(value);
            return;
        }
        let [case, side, metric] = [case, side, metric].map(str::to_owned);
        self.0.push(Series { case, side, metric, values: vec![value] });
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few connections")]
fn operation_us(outcome: &Outcome) -> f64 {
    CONNECTIONS as f64 / outcome.per_second() * 1e6
}

const CONNECTIONS: u64 = 8;
const LIMIT: f64 = 1.3;
const LEAD: Duration = Duration::from_millis(200);
const WARM_UP: Duration = Duration::from_millis(800);
