//! What the servers take.

use super::{
    create::Creation,
    data_get::readers,
    sample,
    stage::{METHOD, Side, Stage},
};
use crate::{
    failure::Failure,
    load::{Load, Script, generate},
    model::{Bound, Goal, Series, metric},
    questions::{Answer, Question},
    run::Run,
};
use async_trait::async_trait;
use std::time::Duration;

/// How much memory a server has after it has worked.
pub(super) struct Memory;

#[async_trait(?Send)]
impl Question for Memory {
    fn name(&self) -> &'static str {
        "origin-memory"
    }

    fn title(&self) -> &'static str {
        "Origin: memory of the server"
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let stage = Stage::set(run, !run.short).await?;
        let mut series: Vec<Series> = Vec::new();
        for side in stage.sides() {
            let mut work = vec![
                Creation::for_each(&stage, side, CONNECTIONS, Some(&sample::data())),
                readers(&stage, side, CONNECTIONS).await?,
            ];
            let mut values = Vec::new();
            for round in 1..=run.rounds {
                for scripts in &mut work {
                    load(run, &stage, side, scripts).await?;
                }
                let Some(usage) = stage.process(side).usage() else { continue };
                let memory_kb = usage.resident_kb;
                run.say(&format!("{}: round {round}: {memory_kb} kB", side.name()));
                values.push(u32::try_from(memory_kb).map_or(f64::NAN, f64::from));
            }
            series.push(Series {
                case: CASE.to_owned(),
                side: side.name().to_owned(),
                metric: metric::MEMORY_KB.to_owned(),
                values,
            });
        }
        let (ours, peer) = (Side::Wayleave.name(), Side::Supertokens.name());
        Ok(Answer {
            method: format!(
                "{METHOD} In each round {CONNECTIONS} connections create sessions with data, then read session data; after that the resident memory of the server's process is read. The database's is not in it."
            ),
            sides: stage.notes(run),
            series,
            goals: vec![Goal::against(CASE, metric::MEMORY_KB, ours, peer, Bound::AtMost(0.25))],
            not_measured: Vec::new(),
            remarks: Vec::new(),
        })
    }
}

async fn load(
    run: &Run,
    stage: &Stage,
    side: Side,
    scripts: &mut Vec<Box<dyn Script>>,
) -> Result<(), Failure> {
    let load = Load {
        address: stage.address(side)?,
        lead: Duration::ZERO,
        length: run.length,
        core: None,
    };
    let failed =
        |source| Failure::Load { side: side.name().to_owned(), case: CASE.to_owned(), source };
    let (_, back) = generate(load, std::mem::take(scripts)).await.map_err(failed)?;
    *scripts = back;
    Ok(())
}

const CONNECTIONS: usize = 64;
const CASE: &str = "64 connections";
