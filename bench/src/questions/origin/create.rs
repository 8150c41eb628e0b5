//! Creating sessions.

use super::{
    browser::write_log_in,
    check,
    goals::{self, case, connections},
    sample,
    stage::{METHOD, Side, Stage},
};
use crate::{
    failure::Failure,
    load::Script,
    questions::{Answer, Question},
    rounds::in_turn,
    run::Run,
};
use async_trait::async_trait;
use serde_json::Value;

/// What a log-in costs.
pub(super) struct Create;

#[async_trait(?Send)]
impl Question for Create {
    fn name(&self) -> &'static str {
        "origin-create"
    }

    fn title(&self) -> &'static str {
        "Origin: a session is created"
    }

    fn is_guarded(&self) -> bool {
        true
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let stage = Stage::set(run, !run.short).await?;
        check::data(&stage).await?;
        let (mut series, mut cases) = (Vec::new(), Vec::new());
        for &connections in connections(run) {
            let with_data = (Some(sample::data()), ", with session data");
            for (data, words) in [(None, ""), with_data] {
                let name = format!("{connections} connections{words}");
                let mut contenders = Vec::new();
                for side in stage.sides() {
                    let scripts = Creation::for_each(&stage, side, connections, data.as_ref());
                    contenders.push(stage.contender(side, scripts)?);
                }
                series.extend(in_turn(run, case(run, &name), &mut contenders).await?);
                cases.push(name);
            }
        }
        Ok(Answer {
            method: format!(
                "{METHOD} Every request logs in a user who was never there, with a small JWT payload, and in half of the cases with session data of 90 bytes. The answers of `wayleave` and `supertokens` have all tokens and cookies; the limit makes none."
            ),
            sides: stage.notes(run),
            series,
            goals: goals::of_operation(&cases),
            not_measured: Vec::new(),
            remarks: vec![
                "`express-session` keeps one text for each session and signs only its cookie; it makes no tokens.".to_owned(),
            ],
        })
    }
}

/// Log-ins of users of whom none is another.
pub(super) struct Creation {
    side: Side,
    service_key: String,
    connection: usize,
    next: u64,
    data: Option<Value>,
}

impl Creation {
    /// One for each of so many connections.
    pub(super) fn for_each(
        stage: &Stage,
        side: Side,
        connections: usize,
        data: Option<&Value>,
    ) -> Vec<Box<dyn Script>> {
        let one = |connection| Self::one(stage, side, connection, data);
        (0..connections).map(|connection| Box::new(one(connection)) as Box<dyn Script>).collect()
    }

    /// That of one connection.
    pub(super) fn one(stage: &Stage, side: Side, connection: usize, data: Option<&Value>) -> Self {
        let service_key = stage.origin.service_key().to_owned();
        Self { side, service_key, connection, next: 0, data: data.cloned() }
    }
}

impl Script for Creation {
    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String> {
        let user = sample::user(self.connection, self.next);
        self.next += 1;
        write_log_in(request, self.side, &self.service_key, &user, self.data.as_ref());
        Ok(())
    }
}
