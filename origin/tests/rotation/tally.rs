//! How often each kind of outcome was seen.

use crate::model::{Expected, Kind};
use std::fmt::{self, Display};

/// What a run of all cases came to.
#[derive(Default)]
pub(crate) struct Tally {
    pub cases: u64,
    pub transitions: u64,
    /// How many refreshes were held up before they wrote.
    pub slow: u64,
    seen: [u64; OUTCOMES.len()],
}

/// What comes of a presented refresh token, seen from outside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    Rotated,
    Confirmed,
    Kept,
    Repeated,
    Theft,
    /// The session was ended, or the token is none of ours.
    Unauthorised,
    /// The session is past its end, and still stored.
    Expired,
}

const OUTCOMES: [Outcome; 7] = [
    Outcome::Rotated,
    Outcome::Confirmed,
    Outcome::Kept,
    Outcome::Repeated,
    Outcome::Theft,
    Outcome::Unauthorised,
    Outcome::Expired,
];

impl Tally {
    pub(crate) fn saw(&mut self, outcome: Outcome) {
        for (seen, of) in self.seen.iter_mut().zip(OUTCOMES) {
            *seen += u64::from(of == outcome);
        }
    }

    /// The kinds of outcome that never came.
    pub(crate) fn missing(&self) -> Vec<Outcome> {
        let all = OUTCOMES.into_iter().zip(self.seen);
        all.filter(|(_, seen)| *seen == 0).map(|(outcome, _)| outcome).collect()
    }
}

impl From<Expected> for Outcome {
    fn from(expected: Expected) -> Self {
        match expected {
            Expected::Issued(Kind::Rotated, _) => Self::Rotated,
            Expected::Issued(Kind::Confirmed, _) => Self::Confirmed,
            Expected::Issued(Kind::Kept, _) => Self::Kept,
            Expected::Issued(Kind::Recovered | Kind::Shared, _) => Self::Repeated,
            Expected::Theft(_) => Self::Theft,
            Expected::Over(None) => Self::Expired,
            Expected::Over(Some(_)) => Self::Unauthorised,
        }
    }
}

impl Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} transitions; answers:", self.transitions)?;
        for (outcome, seen) in OUTCOMES.into_iter().zip(self.seen) {
            write!(formatter, " {} {seen}", format!("{outcome:?}").to_lowercase())?;
        }
        if self.slow > 0 {
            write!(formatter, "; of them {} held up before they wrote", self.slow)?;
        }
        Ok(())
    }
}
