//! One access token, again and again.

use super::{
    mint::write_request,
    stage::{Stage, empty, padding},
};
use crate::{
    failure::Failure,
    load::{Repeated, Script},
    machine::package_version,
    model::{Bound, Goal, SideNote, metric},
    questions::{Answer, Question},
    rounds::{Case, Contender, in_turn},
    run::Run,
    side::{Binding, Workerd},
};
use async_trait::async_trait;
use std::time::Duration;

/// What a request costs whose token was seen before.
pub(super) struct Hot;

#[async_trait(?Send)]
impl Question for Hot {
    fn name(&self) -> &'static str {
        "edge-hot"
    }

    fn title(&self) -> &'static str {
        "Edge: an access token that was seen before"
    }

    fn is_guarded(&self) -> bool {
        true
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let stage = Stage::set(run).await?;
        let sides = Sides::start(&stage, run).await?;
        let mut request = Vec::new();
        let token = stage.mint.token().map_err(Failure::Other)?;
        write_request(&mut request, PATH, &token);
        let scripts = || Repeated::times(&request, CONNECTIONS as usize);
        let series = in_turn(run, case(run), &mut sides.contenders(scripts)).await?;
        let goal = |other, bound| {
            let metric = metric::REQUESTS_PER_SECOND;
            Goal::against(CASE, metric, "wayleave", other, Bound::AtLeast(bound))
        };
        Ok(Answer {
            method: format!(
                "{} One valid access token ({} bytes, EdDSA) in a cookie, the same in every request.",
                method(run),
                token.len()
            ),
            sides: sides.notes(run),
            series,
            goals: vec![goal("jose", 2.2), goal("empty", 0.9)],
            not_measured: vec![NOT_MEASURED.to_owned()],
            remarks: vec![format!(
                "Remembering is what makes the difference: `jose` verifies the signature each time. What is remembered is checked again in every request: expiry, key set, revocation."
            )],
        })
    }
}

/// Those who answer whose session it is, each in a workerd of its own.
pub(super) struct Sides(Vec<(&'static str, Workerd)>);

impl Sides {
    /// Starts them, and looks whether they tell valid tokens from others.
    pub(super) async fn start(stage: &Stage<'_>, run: &Run) -> Result<Self, Failure> {
        let gateway = stage.start("wayleave", &[stage.gateway(None)?]).await?;
        let answer = stage.body("wayleave", gateway.address(), PATH).await?;
        let padding = padding(&answer);
        let mut sides = vec![("wayleave", gateway)];
        let jose = stage.jose("jose-worker", Binding::Text("PADDING", padding.clone()))?;
        sides.push(("jose", stage.start("jose", &[jose]).await?));
        sides.push(("empty", stage.start("empty", &[empty(run, "empty", &answer)?]).await?));
        if !run.short {
            let package = stage.package(&padding)?;
            sides.push(("package", stage.start("package", &[package]).await?));
        }
        for (side, workerd) in &sides {
            if *side != "empty" {
                let body = stage.body(side, workerd.address(), PATH).await?;
                if body.len() != answer.len() {
                    let sentence = format!("it answers {body}, which is not as long as {answer}");
                    return Err(Failure::Answer { side: (*side).to_owned(), sentence });
                }
            }
        }
        Ok(Self(sides))
    }

    /// All of them, with scripts for each.
    pub(super) fn contenders(&self, scripts: impl Fn() -> Vec<Box<dyn Script>>) -> Vec<Contender> {
        let contender = |(side, workerd): &(&str, Workerd)| Contender {
            side: (*side).to_owned(),
            address: workerd.address(),
            group: Some(workerd.process().group()),
            scripts: scripts(),
        };
        self.0.iter().map(contender).collect()
    }

    /// Without those that verify nothing.
    pub(super) fn without_empty(self) -> Self {
        Self(self.0.into_iter().filter(|(side, _)| *side != "empty").collect())
    }

    /// Who they are.
    pub(super) fn notes(&self, run: &Run) -> Vec<SideNote> {
        self.0.iter().map(|(side, _)| note(run, side)).collect()
    }
}

fn note(run: &Run, side: &str) -> SideNote {
    let what = match side {
        "wayleave" => {
            "The gateway as it is deployed, with all settings at their defaults, on its route `GET /auth/session`; key set and revocation feed come from a real origin"
        }
        "jose" => {
            "A worker of JavaScript: `jwtVerify` with `createLocalJWKSet` of the same key set, issuer and type checked; it knows of no revocation"
        }
        "package" => {
            "The npm package in a worker of JavaScript: `getSession`, then the user id; key set and revocation feed as the gateway"
        }
        _ => "A worker of JavaScript that looks at nothing and answers a constant of the same size",
    };
    let version = match side {
        "jose" => package_version(&run.repository, "jose").unwrap_or_default(),
        _ => env!("CARGO_PKG_VERSION").to_owned(),
    };
    SideNote::new(side, &version, what)
}

/// How all questions of the edge are measured.
pub(super) fn method(run: &Run) -> String {
    let cores = if run.machine.pinning {
        "kept on one core, the load on another together with the origin"
    } else {
        "not kept apart from the load, for this machine does not pin processes"
    };
    format!(
        "`workerd serve` without wrangler, one process for each side, {cores}. {CONNECTIONS} keep-alive connections, each with one request at a time. The sides take turns. All answers have a body of the same size; every answer but 200 ends the measurement."
    )
}

/// The circumstances of all questions of the edge.
pub(super) fn case(run: &Run) -> Case<'static> {
    let warm_up = if run.short { Duration::from_millis(700) } else { Duration::from_secs(3) };
    Case { name: CASE, load_core: run.load_core(), warm_up }
}

pub(super) const CASE: &str = "8 connections";
pub(super) const CONNECTIONS: u32 = 8;
pub(super) const PATH: &str = "/auth/session";
pub(super) const NOT_MEASURED: &str = "Cloudflare's network: all of this runs on one machine, so it says what the work costs, and not how long the way is.";
