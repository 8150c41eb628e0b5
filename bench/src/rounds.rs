//! Sides in turn: A B C A B C.

use crate::{
    failure::Failure,
    load::{Load, LoadError, Outcome, Script, generate},
    model::{Series, metric},
    run::Run,
    side::Usage,
    statistics::Measured,
};
use std::{mem, net::SocketAddr, time::Duration};

/// One who is measured in a case.
pub struct Contender {
    /// Its short name, as in the notes of the question.
    pub side: String,
    /// Where it answers.
    pub address: SocketAddr,
    /// The processes whose time is its cost, by the group that they are in; none, if it is not to be charged.
    pub group: Option<u32>,
    /// One for each connection.
    pub scripts: Vec<Box<dyn Script>>,
}

/// Under which circumstances.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Its name, as in the series and goals.
    pub name: &'a str,
    /// The core of the load; any, if none.
    pub load_core: Option<usize>,
    /// How long each side is warmed up before the first round.
    pub warm_up: Duration,
}

/// Warms every side up, then measures them in turn. Gives requests per second, the median and the 99th of 100 latencies, and the cost in processor time where it can be known.
///
/// # Errors
///
/// [`Failure::Load`] with the first answer that a script does not accept.
pub async fn in_turn(
    run: &Run,
    case: Case<'_>,
    contenders: &mut [Contender],
) -> Result<Vec<Series>, Failure> {
    for contender in &mut *contenders {
        run.say(&format!("{}{}: warming up", prefix(case), contender.side));
        one(case, contender, Duration::ZERO, case.warm_up).await?;
    }
    let mut table = Table::default();
    for round in 1..=run.rounds {
        for contender in &mut *contenders {
            let before = contender.group.and_then(Usage::of_group);
            let outcome = one(case, contender, LEAD, run.length).await?;
            let after = contender.group.and_then(Usage::of_group);
            run.say(&format!(
                "{}{}: round {round} of {}: {:.0} requests/s, p99 {:.0} µs",
                prefix(case),
                contender.side,
                run.rounds,
                outcome.per_second(),
                outcome.quantile_us(0.99),
            ));
            table.add(case.name, &contender.side, &outcome, before.zip(after));
        }
    }
    for series in &table.0 {
        if let Some(Measured { median, min, max }) = Measured::of(&series.values)
            && series.metric == metric::REQUESTS_PER_SECOND
        {
            let name = &series.side;
            run.say(&format!(
                "{}{name}: {median:.0} requests/s ({min:.0}..{max:.0})",
                prefix(case)
            ));
        }
    }
    Ok(table.0)
}

async fn one(
    case: Case<'_>,
    contender: &mut Contender,
    before: Duration,
    length: Duration,
) -> Result<Outcome, Failure> {
    let load = Load { address: contender.address, lead: before, length, core: case.load_core };
    let failed = |source: LoadError| Failure::Load {
        side: contender.side.clone(),
        case: case.name.to_owned(),
        source,
    };
    let scripts = mem::take(&mut contender.scripts);
    let (outcome, scripts) = generate(load, scripts).await.map_err(failed)?;
    contender.scripts = scripts;
    Ok(outcome)
}

fn prefix(case: Case<'_>) -> String {
    if case.name.is_empty() { String::new() } else { format!("{}: ", case.name) }
}

#[derive(Default)]
struct Table(Vec<Series>);

impl Table {
    fn add(&mut self, case: &str, side: &str, outcome: &Outcome, usage: Option<(Usage, Usage)>) {
        self.put(case, side, metric::REQUESTS_PER_SECOND, outcome.per_second());
        self.put(case, side, metric::P50_US, outcome.quantile_us(0.5));
        self.put(case, side, metric::P99_US, outcome.quantile_us(0.99));
        if let Some((before, after)) = usage {
            // The lead is in it, so it is the time of all requests by the rate of those that were counted.
            let spent = after.processor.saturating_sub(before.processor).as_secs_f64();
            let share = spent / (LEAD + outcome.length).as_secs_f64();
            self.put(case, side, metric::CPU_US, share / outcome.per_second() * 1e6);
        }
    }

    fn put(&mut self, case: &str, side: &str, metric: &str, value: f64) {
        let found = self
            .0
            .iter_mut()
            .find(|series| series.case == case && series.side == side && series.metric == metric);
        if let Some(series) = found {
            series.values.push(value);
            return;
        }
        self.0.push(Series {
            case: case.to_owned(),
            side: side.to_owned(),
            metric: metric.to_owned(),
            values: vec![value],
        });
    }
}

/// How long a side is asked at the beginning of each of its rounds before anything is counted: its caches have seen the others meanwhile.
const LEAD: Duration = Duration::from_millis(300);
