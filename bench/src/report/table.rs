//! Goals, figures and verdicts, for the page and the terminal.

use super::figure::{promise, spread, title};
use crate::{
    model::{Answered, Goal},
    statistics::Verdict,
};
use std::fmt::Write;

/// One goal in words: of what, what was promised, what was measured, whether that is enough.
#[must_use]
pub fn row(answered: &Answered, goal: &Goal) -> [String; 4] {
    let mut of = format!("{} {}", goal.side, title(&goal.metric));
    if !goal.case.is_empty() {
        let _ = write!(of, ", {}", goal.case);
    }
    let (measured, verdict) = match goal.verdict(answered) {
        Verdict::Reached(measured) => (spread(measured), "reached"),
        Verdict::Missed(measured) => (spread(measured), "missed"),
        Verdict::NotMeasured => ("not measured".to_owned(), "open"),
    };
    [of, promise(goal), measured, verdict.to_owned()]
}

/// The table of all goals for a terminal: goal, measured, verdict.
#[must_use]
pub fn terminal(all: &[Answered]) -> String {
    let mut rows = vec![["question", "of", "goal", "measured", "verdict"].map(str::to_owned)];
    for answered in all {
        for goal in &answered.goals {
            let [of, goal, measured, verdict] = row(answered, goal);
            rows.push([answered.name.clone(), of, goal, measured, verdict]);
        }
    }
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..rows[0].len()).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<_> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    text
}
