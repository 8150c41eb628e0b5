//! The command line.

use crate::{
    failure::Failure,
    guard,
    model::Answered,
    questions,
    questions::Question,
    report,
    run::{ROWS, Run},
};
use clap::Parser;
use std::{
    fmt::Write,
    time::{Duration, SystemTime},
};

/// Measures Wayleave beside its peers, side by side on this machine.
#[derive(Clone, Debug, Parser)]
#[command(name = "bench")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Command {
    /// What to ask; everything, if nothing is named.
    questions: Vec<String>,
    /// How many rounds each side is measured.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,
    /// How many seconds each side is measured in each round.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=3600))]
    seconds: u16,
    /// How many rows the large tables of the questions `tables-…` have.
    #[arg(long, default_value_t = ROWS, value_parser = clap::value_parser!(u64).range(1000..=1_000_000_000))]
    rows: u64,
    /// Leave the large tables below target/bench for the next run.
    #[arg(long)]
    keep_tables: bool,
    /// List the questions.
    #[arg(long)]
    list: bool,
    /// Only check, in short rounds, that no ratio is grossly wrong. Writes nothing.
    #[arg(long, conflicts_with_all = ["rounds", "seconds", "list"])]
    guard: bool,
    /// Only write the page anew from the results that are there.
    #[arg(long, conflicts_with_all = ["rounds", "seconds", "list", "guard", "no_write"])]
    page: bool,
    /// Write neither results nor the page.
    #[arg(long)]
    no_write: bool,
}

impl Command {
    /// Does what was asked for. Returns what there is to print, and whether all went well.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    pub async fn run(self) -> Result<(String, bool), Failure> {
        let questions = self.chosen()?;
        if self.list {
            let lines = questions.iter().map(|one| format!("{:28}{}\n", one.name(), one.title()));
            return Ok((lines.collect(), true));
        }
        if self.guard {
            return guarded(&questions).await;
        }
        if self.page {
            return written_anew();
        }
        let length = Duration::from_secs(self.seconds.into());
        let mut run = Run::new(self.rounds.into(), length, false)?;
        (run.rows, run.keep_tables) = (self.rows, self.keep_tables);
        let asked = self.ask_all(&questions, &run).await;
        kept_if_failed(asked, run).map(|all| (report::terminal(&all), true))
    }

    async fn ask_all(
        &self,
        questions: &[Box<dyn Question>],
        run: &Run,
    ) -> Result<Vec<Answered>, Failure> {
        let mut all = Vec::new();
        for question in questions {
            run.say(&format!("{}: {}", question.name(), question.title()));
            let answered = questions::ask(question.as_ref(), run, now()).await?;
            if !self.no_write {
                report::write(run.repository.root(), &answered)?;
            }
            all.push(answered);
        }
        Ok(all)
    }

    fn chosen(&self) -> Result<Vec<Box<dyn Question>>, Failure> {
        let mut all = questions::all();
        let known: Vec<_> = all.iter().map(|question| question.name()).collect();
        if let Some(unknown) = self.questions.iter().find(|name| !known.contains(&name.as_str())) {
            let known = known.join(", ");
            return Err(Failure::Other(format!(
                "there is no question {unknown:?}: the questions are {known}"
            )));
        }
        if !self.questions.is_empty() {
            all.retain(|question| self.questions.iter().any(|name| name == question.name()));
        }
        Ok(all)
    }
}

fn written_anew() -> Result<(String, bool), Failure> {
    let run = Run::new(1, Duration::ZERO, true)?;
    let root = run.repository.root();
    report::write_page(root)?;
    Ok((report::terminal(&report::read_all(root)?), true))
}

/// On a noisy machine one bad figure says nothing: a question has several attempts.
async fn guarded(questions: &[Box<dyn Question>]) -> Result<(String, bool), Failure> {
    let run = Run::new(GUARD_ROUNDS, GUARD_LENGTH, true)?;
    let asked = guard_all(questions, &run).await;
    let (all, broken) = kept_if_failed(asked, run)?;
    let mut text = report::terminal(&all);
    for sentence in &broken {
        let _ = writeln!(text, "guard: {sentence}");
    }
    Ok((text, broken.is_empty()))
}

async fn guard_all(
    questions: &[Box<dyn Question>],
    run: &Run,
) -> Result<(Vec<Answered>, Vec<String>), Failure> {
    let mut all = Vec::new();
    let mut broken = Vec::new();
    for question in questions.iter().filter(|question| question.is_guarded()) {
        for attempt in 1..=GUARD_ATTEMPTS {
            run.say(&format!("guard: {}, attempt {attempt}", question.name()));
            let answered = questions::ask(question.as_ref(), run, now()).await?;
            let sentences = guard::broken(&answered);
            if sentences.is_empty() || attempt == GUARD_ATTEMPTS {
                broken.extend(sentences);
                all.push(answered);
                break;
            }
        }
    }
    Ok((all, broken))
}

/// The logs of a run that failed are what one wants to look at.
fn kept_if_failed<T>(outcome: Result<T, Failure>, run: Run) -> Result<T, Failure> {
    outcome.map_err(|failure| {
        Failure::Other(format!("{failure}\nThe logs are in {}", run.keep().display()))
    })
}

#[expect(clippy::disallowed_methods, reason = "a result says when it was measured")]
fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

const GUARD_ATTEMPTS: usize = 3;
const GUARD_ROUNDS: usize = 3;
const GUARD_LENGTH: Duration = Duration::from_millis(700);

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(arguments: &[&str]) -> String {
        let command = Command::try_parse_from([&["bench"], arguments].concat()).unwrap();
        command.chosen().err().unwrap().to_string()
    }

    #[test]
    fn an_unknown_question_is_answered_with_the_known_ones() {
        let failure = failure(&["edge-hot", "edge-warm"]);

        let beginning =
            "there is no question \"edge-warm\": the questions are edge-hot, edge-cold, ";
        assert!(failure.starts_with(beginning), "{failure}");
    }

    #[test]
    fn without_a_name_everything_is_asked() {
        let command = Command::try_parse_from(["bench"]).unwrap();

        assert_eq!(command.chosen().unwrap().len(), questions::all().len());
    }

    #[test]
    fn named_questions_are_asked_in_the_order_of_the_page() {
        let command = Command::try_parse_from(["bench", "edge-size", "edge-hot"]).unwrap();

        let names: Vec<_> = command.chosen().unwrap().iter().map(|one| one.name()).collect();
        assert_eq!(names, ["edge-hot", "edge-size"]);
    }

    #[test]
    fn no_rounds_are_refused_with_what_is_accepted() {
        let error = Command::try_parse_from(["bench", "--rounds", "0"]).unwrap_err().to_string();

        assert!(
            error.contains("invalid value '0' for '--rounds <ROUNDS>': 0 is not in 1..=1000"),
            "{error}"
        );
    }

    #[test]
    fn names_of_questions_are_different_and_fit_for_files() {
        let mut names: Vec<_> = questions::all().iter().map(|one| one.name()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();

        assert_eq!(names.len(), count);
        let fits = |name: &&str| {
            name.bytes().all(|one| one.is_ascii_lowercase() || one == b'-' || one.is_ascii_digit())
        };
        assert!(names.iter().all(fits), "{names:?}");
    }
}
