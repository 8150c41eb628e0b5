//! Another access token in every request.

use super::{
    hot::{CASE, CONNECTIONS, NOT_MEASURED, PATH, Sides, case, method},
    mint::Distinct,
    stage::Stage,
};
use crate::{
    failure::Failure,
    model::{Bound, Goal, metric},
    questions::{Answer, Question},
    rounds::in_turn,
    run::Run,
};
use async_trait::async_trait;

/// What a request costs whose token nobody has seen.
pub(super) struct Cold;

#[async_trait(?Send)]
impl Question for Cold {
    fn name(&self) -> &'static str {
        "edge-cold"
    }

    fn title(&self) -> &'static str {
        "Edge: an access token that nobody has seen"
    }

    fn is_guarded(&self) -> bool {
        true
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let stage = Stage::set(run).await?;
        let sides = Sides::start(&stage, run).await?.without_empty();
        let scripts = || Distinct::for_each(&stage.mint, PATH, CONNECTIONS);
        let series = in_turn(run, case(run), &mut sides.contenders(scripts)).await?;
        let metric = metric::REQUESTS_PER_SECOND;
        Ok(Answer {
            method: format!(
                "{} Every request carries an access token that no side has seen: another session, signed with the origin's key before the time begins.",
                method(run)
            ),
            sides: sides.notes(run),
            series,
            goals: vec![Goal::against(CASE, metric, "wayleave", "jose", Bound::AtLeast(1.15))],
            not_measured: vec![NOT_MEASURED.to_owned()],
            remarks: vec!["Each token is remembered too, and pushes out the one that was not used for longest: the memory is full while this is measured.".to_owned()],
        })
    }
}
