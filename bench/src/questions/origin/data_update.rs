//! Replacing session data.

use super::{
    browser::Browser,
    check,
    data_get::{VERIFIED, verified},
    edge::Isolate,
    goals::{self, case, connections},
    sample,
    stage::{METHOD, Side, Stage},
};
use crate::{
    failure::Failure,
    load::{Numbered, Script},
    questions::{Answer, Question},
    rounds::in_turn,
    run::Run,
};
use async_trait::async_trait;

/// What it costs to replace the data of a session, its access token verified first.
pub(super) struct DataUpdate;

/// Whose data is written.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Rows {
    OneEach,
    OneForAll,
}

#[async_trait(?Send)]
impl Question for DataUpdate {
    fn name(&self) -> &'static str {
        "origin-data-update"
    }

    fn title(&self) -> &'static str {
        "Origin: session data is replaced"
    }

    fn is_guarded(&self) -> bool {
        true
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let stage = Stage::set(run, !run.short).await?;
        check::data(&stage).await?;
        let (mut series, mut cases) = (Vec::new(), Vec::new());
        for &connections in connections(run) {
            for (rows, words) in
                [(Rows::OneEach, "a session each"), (Rows::OneForAll, "one session")]
            {
                let name = format!("{connections} connections, {words}");
                let mut contenders = Vec::new();
                for side in stage.sides() {
                    let scripts = writers(&stage, side, connections, rows).await?;
                    contenders.push(stage.contender(side, scripts)?);
                }
                series.extend(in_turn(run, case(run, &name), &mut contenders).await?);
                cases.push(name);
            }
        }
        Ok(Answer {
            method: format!("{METHOD} 90 bytes of JSON with another number each time are written, whatever was there before: without `If-Match`. Every connection writes to a session of its own, or all write to the same one, whose row they then have to wait for. {VERIFIED}"),
            sides: stage.notes(run),
            series,
            goals: goals::of_operation(&cases),
            not_measured: Vec::new(),
            remarks: vec![
                "Only `wayleave` counts the writes (`ETag`), so that others can write on a condition.".to_owned(),
                "`express-session` reads the whole session before it writes it.".to_owned(),
            ],
        })
    }
}

async fn writers(
    stage: &Stage,
    side: Side,
    connections: usize,
    rows: Rows,
) -> Result<Vec<Box<dyn Script>>, Failure> {
    let mut scripts = Vec::new();
    let mut browser = Browser::log_in(stage, side, &sample::user(0, 0)).await?;
    for (connection, isolate) in
        Isolate::for_each(stage, connections).await?.into_iter().enumerate()
    {
        if rows == Rows::OneEach {
            browser = Browser::log_in(stage, side, &sample::user(connection, 0)).await?;
        }
        let request = browser.write_data(stage.origin.service_key(), &sample::numbered_data());
        let request = Numbered::new(request, connection)
            .map_err(|sentence| Failure::Answer { side: side.name().to_owned(), sentence })?;
        scripts.push(verified(&browser, isolate, Box::new(request)));
    }
    Ok(scripts)
}
