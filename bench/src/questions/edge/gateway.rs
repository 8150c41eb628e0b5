//! A protected route that is passed on to the app.

use super::{
    hot::{CASE, CONNECTIONS, NOT_MEASURED, case, method},
    mint::{USER_ID, write_request},
    stage::{Stage, empty},
};
use crate::{
    failure::Failure,
    load::Repeated,
    machine::package_version,
    model::SideNote,
    questions::{Answer, Question},
    rounds::{Contender, in_turn},
    run::Run,
    side::{Binding, Worker},
};
use async_trait::async_trait;

/// What it costs to stand before an app.
pub(super) struct Gateway;

#[async_trait(?Send)]
impl Question for Gateway {
    fn name(&self) -> &'static str {
        "edge-gateway"
    }

    fn title(&self) -> &'static str {
        "Edge: a request that is verified and passed on to the app"
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let stage = Stage::set(run).await?;
        let app = || empty(run, "app", &format!(r#"{{"userId":"{USER_ID}","page":"profile"}}"#));
        let upstream = || Binding::Service("UPSTREAM", "app");
        let forward = Worker {
            name: "forward",
            bindings: vec![upstream()],
            ..super::stage::peer(run, "forward-gateway")?
        };
        let gateways = [
            ("wayleave", stage.gateway(Some("app"))?),
            ("jose", stage.jose("jose-gateway", upstream())?),
            ("forward", forward),
        ];
        let mut sides = Vec::new();
        for (side, gateway) in gateways {
            let workerd = stage.start(side, &[gateway, app()?]).await?;
            if side != "forward" {
                stage.body(side, workerd.address(), PATH).await?;
            }
            sides.push((side, workerd));
        }
        let mut request = Vec::new();
        write_request(&mut request, PATH, &stage.mint.token().map_err(Failure::Other)?);
        let mut contenders: Vec<_> = sides
            .iter()
            .map(|(side, workerd)| Contender {
                side: (*side).to_owned(),
                address: workerd.address(),
                group: Some(workerd.process().group()),
                scripts: Repeated::times(&request, CONNECTIONS as usize),
            })
            .collect();
        let series = in_turn(run, case(run), &mut contenders).await?;
        let version = env!("CARGO_PKG_VERSION");
        let jose = package_version(&run.repository, "jose").unwrap_or_default();
        Ok(Answer {
            method: format!(
                "{} One valid access token in every request, to a protected path of the app. The app is another worker of the same workerd, reached by a service binding; it answers a constant.",
                method(run)
            ),
            sides: vec![
                SideNote::new(
                    "wayleave",
                    version,
                    "The gateway as it is deployed: verifies, looks at the revocation feed, removes the session's cookies and every header of its own from what the client sent, says who it is, and passes on",
                ),
                SideNote::new(
                    "jose",
                    &jose,
                    "A worker of JavaScript that verifies with `jwtVerify`, sets one header with the user id, and passes on; it removes nothing",
                ),
                SideNote::new(
                    "forward",
                    version,
                    "A worker of JavaScript that passes everything on as it is",
                ),
            ],
            series,
            goals: Vec::new(),
            not_measured: vec![NOT_MEASURED.to_owned()],
            remarks: vec![format!(
                "No goal was set for {CASE} through a gateway. What passing on costs in workerd, the side `forward` shows."
            )],
        })
    }
}

const PATH: &str = "/api/profile";
