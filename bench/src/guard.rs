//! The short check of the ratios, for every change: generous bounds, so that only what is grossly wrong is seen, on a noisy machine too.

use crate::{
    model::{Answered, Goal},
    report::goal_row,
    statistics::Verdict,
};

/// The goals of a short run that are missed even with room, each in a sentence. Bounds that are about a figure and not about a ratio are left out: they say
/// something about the machine.
#[must_use]
pub fn broken(answered: &Answered) -> Vec<String> {
    let ratios =
        answered.goals.iter().filter(|goal| goal.against.is_some() || goal.against_case.is_some());
    ratios
        .map(|goal| Goal { bound: goal.bound.generous(), ..goal.clone() })
        .filter(|goal| !matches!(goal.verdict(answered), Verdict::Reached(_)))
        .map(|goal| {
            let [of, promise, measured, _] = goal_row(answered, &goal);
            format!(
                "{}: {of}: {measured}, where {promise} is the least that is accepted",
                answered.name
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bound, Machine, Series, metric};

    fn answered(own: f64, bound: Bound) -> Answered {
        let series = |side: &str, value| Series {
            case: "8 connections".to_owned(),
            side: side.to_owned(),
            metric: metric::REQUESTS_PER_SECOND.to_owned(),
            values: vec![value; 3],
        };
        let metric = metric::REQUESTS_PER_SECOND;
        Answered {
            name: "edge-hot".to_owned(),
            title: String::new(),
            method: String::new(),
            sides: Vec::new(),
            series: vec![series("wayleave", own), series("jose", 1000.0)],
            goals: vec![
                Goal::against("8 connections", metric, "wayleave", "jose", bound),
                // About the machine: not looked at.
                Goal::absolute("8 connections", metric, "wayleave", Bound::AtLeast(1e9)),
            ],
            machine: Machine::default(),
            measured_at: String::new(),
            not_measured: Vec::new(),
            remarks: Vec::new(),
        }
    }

    #[test]
    fn half_of_a_goal_is_enough() {
        assert_eq!(broken(&answered(1100.0, Bound::AtLeast(2.2))), Vec::<String>::new());
        assert_eq!(broken(&answered(2000.0, Bound::AtMost(1.0))), Vec::<String>::new());
    }

    #[test]
    fn less_than_half_of_a_goal_is_named_with_its_ratio() {
        assert_eq!(
            broken(&answered(1000.0, Bound::AtLeast(2.2))),
            [
                "edge-hot: wayleave requests/s, 8 connections: 1, where ≥ 1.1 × jose is the least that is accepted"
            ]
        );
    }

    #[test]
    fn a_ratio_that_was_not_measured_is_broken() {
        let mut answered = answered(3000.0, Bound::AtLeast(2.2));
        answered.series.pop();

        assert_eq!(
            broken(&answered),
            [
                "edge-hot: wayleave requests/s, 8 connections: not measured, where ≥ 1.1 × jose is the least that is accepted"
            ]
        );
    }
}
