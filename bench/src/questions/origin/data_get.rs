//! Reading session data.

use super::{
    browser::Browser,
    check,
    edge::Isolate,
    goals::{self, case, connections},
    sample,
    stage::{METHOD, Side, Stage},
};
use crate::{
    failure::Failure,
    load::{Repeated, Script},
    questions::{Answer, Question},
    rounds::in_turn,
    run::Run,
};
use async_trait::async_trait;
use std::sync::Arc;

/// What it costs to read the data of a session, its access token verified first.
pub(super) struct DataGet;

#[async_trait(?Send)]
impl Question for DataGet {
    fn name(&self) -> &'static str {
        "origin-data-get"
    }

    fn title(&self) -> &'static str {
        "Origin: session data is read"
    }

    fn is_guarded(&self) -> bool {
        true
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let stage = Stage::set(run, !run.short).await?;
        check::data(&stage).await?;
        let (mut series, mut cases) = (Vec::new(), Vec::new());
        for &connections in connections(run) {
            let name = format!("{connections} connections");
            let mut contenders = Vec::new();
            for side in stage.sides() {
                contenders.push(stage.contender(side, readers(&stage, side, connections).await?)?);
            }
            series.extend(in_turn(run, case(run, &name), &mut contenders).await?);
            cases.push(name);
        }
        Ok(Answer {
            method: format!("{METHOD} Every connection reads the data of a session of its own, 90 bytes of JSON. {VERIFIED}"),
            sides: stage.notes(run),
            series,
            goals: goals::of_operation(&cases),
            not_measured: Vec::new(),
            remarks: vec![
                "`express-session` has nothing to verify but its cookie's signature; it reads the session, and moves its end with a second statement.".to_owned(),
            ],
        })
    }
}

/// Scripts that read, one for each of so many connections.
pub(super) async fn readers(
    stage: &Stage,
    side: Side,
    connections: usize,
) -> Result<Vec<Box<dyn Script>>, Failure> {
    let mut scripts = Vec::new();
    let isolates = Isolate::for_each(stage, connections).await?;
    for (connection, isolate) in isolates.into_iter().enumerate() {
        let browser = Browser::log_in(stage, side, &sample::user(connection, 0)).await?;
        let request = browser.read_data(stage.origin.service_key());
        scripts.push(verified(&browser, isolate, Box::new(Repeated::new(request))));
    }
    Ok(scripts)
}

/// Before each request the access token is verified, where that is the edge's part.
pub(super) fn verified(
    browser: &Browser,
    isolate: Arc<Isolate>,
    then: Box<dyn Script>,
) -> Box<dyn Script> {
    match browser.access_token() {
        Some(token) => Box::new(Verified { isolate, token: token.to_owned(), then }),
        None => then,
    }
}

struct Verified {
    isolate: Arc<Isolate>,
    token: String,
    then: Box<dyn Script>,
}

impl Script for Verified {
    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String> {
        self.isolate.verify(&self.token)?;
        self.then.next(request)
    }
}

/// Who verifies.
pub(super) const VERIFIED: &str = "The access token is verified first: `supertokens` and the limit do it in the server (HS256). With Wayleave it is the edge's part, or that of the crate `wayleave` in the app: so the load does it, with their code and their memory of tokens, before it asks the origin.";
