//! What was promised of the origin.

use super::stage::Side;
use crate::{
    model::{Bound, Goal, metric},
    rounds::Case,
    run::Run,
};
use std::time::Duration;

/// The goals of one operation in these cases.
pub(super) fn of_operation(cases: &[String]) -> Vec<Goal> {
    let ours = Side::Wayleave.name();
    let (peer, limit) = (Side::Supertokens.name(), Side::Limit.name());
    let of_case = |case: &String| {
        [
            Goal::against(case, metric::REQUESTS_PER_SECOND, ours, peer, Bound::AtLeast(3.5)),
            Goal::against(case, metric::REQUESTS_PER_SECOND, ours, limit, Bound::AtLeast(0.8)),
            Goal::against(case, metric::P99_US, ours, peer, Bound::AtMost(1.0)),
        ]
    };
    cases.iter().flat_map(of_case).collect()
}

/// How many connections there are in the cases of a run.
pub(super) fn connections(run: &Run) -> &'static [usize] {
    if run.short { &[16] } else { &[16, 64] }
}

/// The circumstances that are the same for all: the load may run on any core.
pub(super) fn case<'a>(run: &Run, name: &'a str) -> Case<'a> {
    let warm_up = if run.short { Duration::from_millis(700) } else { Duration::from_secs(2) };
    Case { name, load_core: None, warm_up }
}
