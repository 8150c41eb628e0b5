//! Refreshing, and the first use of what it gives.
//!
//! | file | what it holds |
//! |---|---|
//! | `pool` | sessions of ours that may be refreshed now |
//! | `wayleave`, `supertokens`, `limit` | what a connection does on each side |
//! | `check` | whether each side trades a token once |

mod check;
mod limit;
mod pool;
mod supertokens;
mod wayleave;

use super::{
    browser::Browser,
    edge::{CONNECTIONS_PER_ISOLATE, Isolate},
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
use pool::Pool;

/// What a refresh costs, with the first use of its result: that is when a successor is known to have arrived.
pub(super) struct Refresh;

#[async_trait(?Send)]
impl Question for Refresh {
    fn name(&self) -> &'static str {
        "origin-refresh"
    }

    fn title(&self) -> &'static str {
        "Origin: a session is refreshed, and the new tokens are used for the first time"
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let stage = Stage::set(run, false).await?;
        check::refresh(&stage).await?;
        let pool = Pool::fill(run, &stage).await?;
        let (mut series, mut cases) = (Vec::new(), Vec::new());
        for &connections in connections(run) {
            let name = format!("{connections} connections");
            let ours = Isolate::for_each(&stage, connections)
                .await?
                .into_iter()
                .map(|isolate| wayleave::script(&stage, isolate, &pool))
                .collect();
            let mut contenders = vec![stage.contender(Side::Wayleave, ours)?];
            for side in [Side::Supertokens, Side::Limit] {
                let scripts = refreshers(&stage, side, connections).await?;
                contenders.push(stage.contender(side, scripts)?);
            }
            series.extend(in_turn(run, case(run, &name), &mut contenders).await?);
            cases.push(name);
        }
        Ok(Answer {
            method: format!(
                "{METHOD} One operation is one refresh and the first use of the new access token. `supertokens`: the refresh, then a verified request with the new cookies, which writes the new refresh token to the database. `wayleave`: `POST /v1/sessions/refresh`; the new access token is verified by the load with the edge's code, a signature each time; and the origin is told that it arrived with `POST /v1/sessions/confirm`, grouped as the edge groups it (its own code: what comes within 100 ms, at most 500, one call at a time for every {CONNECTIONS_PER_ISOLATE} connections), on the same connections and within the measured time. Every refresh trades a token: a session is refreshed again only when its last confirmation is older than the reuse window of 10 s. The limit reads the row and does the one guarded `UPDATE`, two statements: without the first nobody could say whose tokens the new ones are. It has no first use."
            ),
            sides: stage.notes(run),
            series,
            goals: goals::of_operation(&cases),
            not_measured: vec![
                "`express-session` has no refresh: its cookie stays the same as long as the session lives.".to_owned(),
            ],
            remarks: vec![
                "With every setting at its default `wayleave` answers a second refresh within 10 s with the same refresh token. Such answers write nothing and would be faster; none is in these figures.".to_owned(),
            ],
        })
    }
}

/// Scripts of those who trade a token at any time: each connection has sessions of its own, and takes them in turn.
async fn refreshers(
    stage: &Stage,
    side: Side,
    connections: usize,
) -> Result<Vec<Box<dyn Script>>, Failure> {
    let mut scripts = Vec::new();
    for connection in 0..connections {
        let (mut cookies, mut chains) = (Vec::new(), Vec::new());
        for number in 0..CHAINS {
            match Browser::log_in(stage, side, &sample::user(connection, number)).await? {
                Browser::Supertokens(all) => cookies.push(all),
                Browser::Limit { handle, hash, .. } => chains.push((handle, hash)),
                _ => {}
            }
        }
        scripts.push(match side {
            Side::Supertokens => supertokens::script(cookies),
            _ => limit::script(chains),
        });
    }
    Ok(scripts)
}

/// How many sessions a connection has there.
const CHAINS: u64 = 8;
