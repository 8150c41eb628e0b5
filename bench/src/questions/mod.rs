//! What is asked.
//!
//! | folder | what it asks |
//! |---|---|
//! | `edge` | what it costs to know who it is, at the edge |
//! | `origin` | what it costs to keep sessions |
//! | `tables` | whether that cost grows with the number of sessions |
//! | `verifier` | what one verification costs without a server |

mod edge;
mod origin;
mod tables;
pub mod verifier;

use crate::{
    failure::Failure,
    model::{Answered, Goal, Series, SideNote},
    run::Run,
};
use async_trait::async_trait;

/// Something that can be measured.
#[async_trait(?Send)]
pub trait Question {
    /// What it is called on the command line and in file names: lower case, with hyphens.
    fn name(&self) -> &'static str;

    /// What it asks, for the page and for `bench --list`.
    fn title(&self) -> &'static str;

    /// Whether its short form is part of `bench --guard`.
    fn is_guarded(&self) -> bool {
        false
    }

    /// Starts the sides, measures them, and stops them. Where `run.short`, only what the goals are about.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    async fn answer(&self, run: &Run) -> Result<Answer, Failure>;
}

/// What a question gives: [`Answered`] without what is the same for all.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// How it was measured, in sentences.
    pub method: String,
    /// Who took part.
    pub sides: Vec<SideNote>,
    /// Everything that was measured.
    pub series: Vec<Series>,
    /// What was promised.
    pub goals: Vec<Goal>,
    /// What one might expect here and was not measured, and why.
    pub not_measured: Vec<String>,
    /// What a reader should know beside the figures.
    pub remarks: Vec<String>,
}

/// All questions, in the order of the page.
#[must_use]
pub fn all() -> Vec<Box<dyn Question>> {
    [edge::all(), origin::all(), tables::all(), verifier::all()].into_iter().flatten().collect()
}

/// Asks one, and completes its answer.
///
/// # Errors
///
/// [`Failure`].
pub async fn ask(question: &dyn Question, run: &Run, now: String) -> Result<Answered, Failure> {
    let Answer { method, sides, series, goals, not_measured, remarks } =
        question.answer(run).await?;
    Ok(Answered {
        name: question.name().to_owned(),
        title: question.title().to_owned(),
        method,
        sides,
        series,
        goals,
        machine: run.machine.clone(),
        measured_at: now,
        not_measured,
        remarks,
    })
}
