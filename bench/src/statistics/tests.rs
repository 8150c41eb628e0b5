use super::*;
use crate::model::{Machine, Series, metric};

fn series(case: &str, side: &str, values: &[f64]) -> Series {
    Series {
        case: case.to_owned(),
        side: side.to_owned(),
        metric: metric::REQUESTS_PER_SECOND.to_owned(),
        values: values.to_vec(),
    }
}

fn answered(series: Vec<Series>) -> Answered {
    Answered {
        name: "edge-hot".to_owned(),
        title: String::new(),
        method: String::new(),
        sides: Vec::new(),
        series,
        goals: Vec::new(),
        machine: Machine::default(),
        measured_at: String::new(),
        not_measured: Vec::new(),
        remarks: Vec::new(),
    }
}

#[test]
fn the_median_of_an_odd_number_of_values_is_the_middle_one() {
    let measured = Measured::of(&[30.0, 10.0, 20.0]);

    assert_eq!(measured, Some(Measured { median: 20.0, min: 10.0, max: 30.0 }));
}

#[test]
fn the_median_of_an_even_number_of_values_is_the_mean_of_the_two_in_the_middle() {
    let measured = Measured::of(&[4.0, 1.0, 2.0, 100.0]);

    assert_eq!(measured, Some(Measured { median: 3.0, min: 1.0, max: 100.0 }));
}

#[test]
fn no_value_has_no_median() {
    assert_eq!(Measured::of(&[]), None);
    assert_eq!(Measured::of(&[1.0, f64::NAN]), None);
    assert_eq!(Measured::of(&[1.0, f64::INFINITY]), None);
}

#[test]
fn a_ratio_is_that_of_the_same_round_and_not_of_the_medians() {
    // The medians are 20 and 10, but no round had that ratio twice.
    let answered =
        answered(vec![series("", "a", &[10.0, 20.0, 30.0]), series("", "b", &[10.0, 5.0, 20.0])]);
    let goal = Goal::against("", metric::REQUESTS_PER_SECOND, "a", "b", Bound::AtLeast(1.6));

    assert_eq!(
        goal.verdict(&answered),
        Verdict::Missed(Measured { median: 1.5, min: 1.0, max: 4.0 })
    );
}

#[test]
fn a_bound_holds_at_its_own_value() {
    assert!(Bound::AtLeast(2.2).holds(2.2) && !Bound::AtLeast(2.2).holds(2.199));
    assert!(Bound::AtMost(15.0).holds(15.0) && !Bound::AtMost(15.0).holds(15.001));
}

#[test]
fn generous_bounds_bear_what_is_twice_as_bad() {
    assert_eq!(Bound::AtLeast(3.0).generous(), Bound::AtLeast(1.5));
    assert_eq!(Bound::AtMost(3.0).generous(), Bound::AtMost(6.0));
}

#[test]
fn an_absolute_goal_looks_at_the_figure_itself() {
    let answered = answered(vec![series("c", "a", &[10.0, 12.0, 11.0])]);
    let goal = Goal::absolute("c", metric::REQUESTS_PER_SECOND, "a", Bound::AtMost(11.0));

    assert_eq!(
        goal.verdict(&answered),
        Verdict::Reached(Measured { median: 11.0, min: 10.0, max: 12.0 })
    );
}

#[test]
fn a_goal_may_compare_two_cases_of_one_side() {
    let answered = answered(vec![series("10M", "a", &[13.0]), series("100k", "a", &[10.0])]);
    let goal =
        Goal::against_case("10M", metric::REQUESTS_PER_SECOND, "a", "100k", Bound::AtMost(1.3));

    assert_eq!(
        goal.verdict(&answered),
        Verdict::Reached(Measured { median: 1.3, min: 1.3, max: 1.3 })
    );
}

#[test]
fn a_goal_about_what_is_not_there_is_not_measured() {
    let answered = answered(vec![series("c", "a", &[10.0, 12.0]), series("c", "b", &[10.0])]);
    let about = |side, other| {
        Goal::against("c", metric::REQUESTS_PER_SECOND, side, other, Bound::AtLeast(1.0))
            .verdict(&answered)
    };

    assert_eq!(about("a", "nobody"), Verdict::NotMeasured);
    assert_eq!(about("nobody", "a"), Verdict::NotMeasured);
    // A round is missing: nobody knows which belong together.
    assert_eq!(about("a", "b"), Verdict::NotMeasured);
}
