//! `docs/performance.md`.

use super::{
    figure::{spread, title},
    table::row,
};
use crate::{
    model::{Answered, Machine},
    statistics::Measured,
};
use std::{collections::BTreeMap, fmt::Write};

/// The page, generated from all that was measured. `notes` are texts by the name of the question they belong to: what was tried where a goal was not reached, for
/// example.
#[must_use]
pub fn page(all: &[Answered], notes: &BTreeMap<String, String>) -> String {
    let mut text = String::from(INTRODUCTION);
    if all.is_empty() {
        text.push_str("\nNothing was measured yet.\n");
        return text;
    }
    text.push_str("\n## Goals\n\n");
    let mut rows = Vec::new();
    for answered in all {
        for goal in &answered.goals {
            let [of, promise, measured, verdict] = row(answered, goal);
            let question = format!("[{}](#{})", answered.name, anchor(&answered.title));
            rows.push(vec![question, of, promise, measured, verdict]);
        }
    }
    table(&mut text, &["question", "of", "goal", "measured", "verdict"], &rows);
    text.push_str(
        "\nMeasured is the median of the rounds, with the smallest and the largest behind it. A goal against another side, or another case, is judged by the ratio of \
         the same round of both.\n",
    );
    if let Some(general) = notes.get(GENERAL) {
        let _ = write!(text, "\n{}\n", general.trim());
    }
    for answered in all {
        section(&mut text, answered, notes.get(&answered.name));
    }
    machines(&mut text, all);
    text
}

fn section(text: &mut String, answered: &Answered, note: Option<&String>) {
    let _ = write!(text, "\n## {}\n\n{}\n", answered.title, answered.method);
    let sides: Vec<_> = answered
        .sides
        .iter()
        .map(|side| vec![format!("`{}`", side.name), side.version.clone(), side.what.clone()])
        .collect();
    if !sides.is_empty() {
        text.push('\n');
        table(text, &["side", "version", "what it is"], &sides);
    }
    if super::chart(answered).is_some() {
        let _ = write!(
            text,
            "\n![{}: the figures of the table below as bars](../bench/results/{}.svg)\n",
            answered.title, answered.name
        );
    }
    figures(text, answered);
    for (heading, sentences) in
        [("Remarks", &answered.remarks), ("Not measured", &answered.not_measured)]
    {
        if !sentences.is_empty() {
            let _ = write!(text, "\n{heading}:\n\n");
            for sentence in sentences {
                let _ = writeln!(text, "- {sentence}");
            }
        }
    }
    if let Some(note) = note {
        let _ = write!(text, "\n{}\n", note.trim());
    }
    let _ = write!(
        text,
        "\nMeasured {} at commit {}. All rounds: [{name}.json](../bench/results/{name}.json). Again: `make bench QUESTIONS={name}`.\n",
        answered.measured_at,
        answered.machine.commit,
        name = answered.name
    );
}

/// One row for each case and side, one column for each metric.
fn figures(text: &mut String, answered: &Answered) {
    let mut metrics: Vec<&str> = Vec::new();
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for series in &answered.series {
        if !metrics.contains(&series.metric.as_str()) {
            metrics.push(&series.metric);
        }
        if !pairs.contains(&(&series.case, &series.side)) {
            pairs.push((&series.case, &series.side));
        }
    }
    if pairs.is_empty() {
        return;
    }
    let with_case = pairs.iter().any(|(case, _)| !case.is_empty());
    let mut head: Vec<String> = metrics.iter().map(|metric| title(metric)).collect();
    head.insert(0, "side".to_owned());
    if with_case {
        head.insert(0, "case".to_owned());
    }
    let cell = |case: &str, side: &str, metric: &str| {
        let values = answered.values(case, side, metric);
        values.and_then(Measured::of).map_or_else(String::new, spread)
    };
    let rows: Vec<_> = pairs
        .iter()
        .map(|(case, side)| {
            let mut row: Vec<_> = metrics.iter().map(|metric| cell(case, side, metric)).collect();
            row.insert(0, format!("`{side}`"));
            if with_case {
                row.insert(0, (*case).to_owned());
            }
            row
        })
        .collect();
    text.push('\n');
    table(text, &head.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
}

/// Those on which it was measured: one, as long as nobody measured a part of it on another.
fn machines(text: &mut String, all: &[Answered]) {
    text.push_str("\n## Machine and versions\n");
    let mut known: Vec<(&Machine, Vec<&str>)> = Vec::new();
    for answered in all {
        let same = |(machine, _): &&mut (&Machine, Vec<&str>)| {
            // A commit is told with each question.
            Machine { commit: String::new(), ..(*machine).clone() }
                == Machine { commit: String::new(), ..answered.machine.clone() }
        };
        match known.iter_mut().find(same) {
            Some((_, names)) => names.push(&answered.name),
            None => known.push((&answered.machine, vec![&answered.name])),
        }
    }
    let several = known.len() > 1;
    for (machine, names) in known {
        if several {
            let _ = write!(text, "\n{}:\n", names.join(", "));
        }
        let pinned = if machine.pinning { "" } else { "; it does not pin processes to cores" };
        let _ = write!(
            text,
            "\n{} cores, {}, {} GiB of memory, {}{pinned}.\n\n",
            machine.cores, machine.processor, machine.memory_gib, machine.kernel
        );
        let versions: Vec<_> = machine
            .versions
            .iter()
            .map(|(name, version)| vec![name.clone(), version.clone()])
            .collect();
        table(text, &["what", "version"], &versions);
    }
}

fn table(text: &mut String, head: &[&str], rows: &[Vec<String>]) {
    let _ = writeln!(text, "| {} |", head.join(" | "));
    let _ = writeln!(text, "|{}", "---|".repeat(head.len()));
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}

/// What a heading is called in a link, as forges make it.
fn anchor(title: &str) -> String {
    let lower = title.to_lowercase();
    let kept = lower.chars().filter(|one| one.is_alphanumeric() || " -_".contains(*one));
    kept.map(|one| if one == ' ' { '-' } else { one }).collect()
}

const INTRODUCTION: &str = "# Performance

<!-- Generated by `make bench` from bench/results and bench/notes. Do not edit it here. -->

Every figure is from a run of `make bench`: the sides run on one machine, take turns (A B C A B C), and get the same load. Ratios within a run tell something; a figure
alone belongs to the machine. What was not measured is not here.
";

/// The note that stands before all questions.
const GENERAL: &str = "general";
