use super::*;
use crate::model::{Answered, Bound, Goal, Machine, Series, SideNote, metric};
use std::collections::BTreeMap;

fn answered() -> Answered {
    let series = |side: &str, metric: &str, values: &[f64]| Series {
        case: "8 connections".to_owned(),
        side: side.to_owned(),
        metric: metric.to_owned(),
        values: values.to_vec(),
    };
    let goal = |other, bound| {
        Goal::against("8 connections", metric::REQUESTS_PER_SECOND, "wayleave", other, bound)
    };
    Answered {
        name: "edge-hot".to_owned(),
        title: "Edge: a token".to_owned(),
        method: "Asked again and again.".to_owned(),
        sides: vec![
            SideNote::new("wayleave", "0.1.0", "The gateway"),
            SideNote::new("jose", "6.2.17", "A worker | of JavaScript"),
        ],
        series: vec![
            series("wayleave", metric::REQUESTS_PER_SECOND, &[12_000.0, 12_400.0, 11_000.0]),
            series("jose", metric::REQUESTS_PER_SECOND, &[6000.0, 5000.0, 5500.0]),
            series("wayleave", metric::P99_US, &[850.0, 850.0, 850.0]),
        ],
        goals: vec![
            goal("jose", Bound::AtLeast(2.2)),
            goal("jose", Bound::AtLeast(1.5)),
            goal("empty", Bound::AtLeast(0.9)),
        ],
        machine: Machine {
            processor: "Example 9000".to_owned(),
            cores: 2,
            memory_gib: 15.6,
            kernel: "Linux 6.1".to_owned(),
            pinning: true,
            commit: "0123456789".to_owned(),
            versions: BTreeMap::from([("workerd".to_owned(), "2026-11-01".to_owned())]),
        },
        measured_at: "2026-11-23T12:00:00Z".to_owned(),
        not_measured: vec!["The network.".to_owned()],
        remarks: vec!["Remembering pays.".to_owned()],
    }
}

#[test]
fn the_page_tells_goals_figures_method_and_machine() {
    let notes = BTreeMap::from([("edge-hot".to_owned(), "What was tried: much.\n".to_owned())]);

    let page = page(&[answered()], &notes);

    assert_eq!(page, include_str!("tests/page.md"));
}

#[test]
fn the_terminal_gets_the_goals_in_columns() {
    assert_eq!(
        terminal(&[answered()]),
        "question  of                                  goal           measured      verdict\n\
         edge-hot  wayleave requests/s, 8 connections  ≥ 2.2 × jose   2 (2..2.48)   missed\n\
         edge-hot  wayleave requests/s, 8 connections  ≥ 1.5 × jose   2 (2..2.48)   reached\n\
         edge-hot  wayleave requests/s, 8 connections  ≥ 0.9 × empty  not measured  open\n"
    );
}

#[test]
fn the_chart_has_a_bar_for_each_side_as_long_as_its_median() {
    let mut answered = answered();
    answered.title = "a < b & c".to_owned();

    let svg = chart(&answered).unwrap();

    // 460 is the largest value, 12,400.
    let bars = svg.lines().filter(|line| line.starts_with("<rect x="));
    let widths: Vec<_> = bars.filter_map(|line| line.split("width=\"").nth(1)).collect();
    assert!(widths[0].starts_with("445.2\""), "{widths:?}");
    assert!(widths[1].starts_with("204.0\""), "{widths:?}");
    assert!(svg.contains("<title>a &lt; b &amp; c (requests/s)</title>"), "{svg}");
    assert_eq!(svg.matches("#0969da").count(), 1, "only ours has the colour");
}

#[test]
fn what_has_no_figures_has_no_chart() {
    assert_eq!(chart(&Answered { series: Vec::new(), ..answered() }), None);
}

#[test]
fn a_result_that_is_written_is_read_again_and_others_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("docs")).unwrap();
    let other = Answered { name: "no-longer-asked".to_owned(), ..answered() };

    write(folder.path(), &other).unwrap();
    write(folder.path(), &answered()).unwrap();

    // What nobody asks any more stands last.
    assert_eq!(read_all(folder.path()).unwrap(), [answered(), other]);
    let page = std::fs::read_to_string(folder.path().join("docs/performance.md")).unwrap();
    assert_eq!(page.matches("\n## Edge: a token\n").count(), 2);
    assert!(folder.path().join("bench/results/edge-hot.svg").exists());
}

#[test]
fn a_result_that_is_not_ours_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("bench/results");
    std::fs::create_dir_all(&results).unwrap();
    std::fs::write(results.join("odd.json"), "{}").unwrap();

    let error = read_all(folder.path()).unwrap_err().to_string();

    let path = results.join("odd.json");
    assert_eq!(
        error,
        format!("cannot use {}: missing field `name` at line 1 column 2", path.display())
    );
}
