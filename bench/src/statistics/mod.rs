//! Medians, and goals judged by them.

use crate::model::{Answered, Bound, Goal};

/// The middle of some values, with the smallest and the largest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The middle one; of an even number the mean of the two in the middle.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

/// What became of a goal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// The median keeps the bound.
    Reached(Measured),
    /// It does not.
    Missed(Measured),
    /// The figures that it is about are not there, or not as many of the one side as of the other.
    NotMeasured,
}

impl Measured {
    /// Of these values; nothing if there are none, or one of them is not a number.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Some(Self { median, min: sorted[0], max: sorted[sorted.len() - 1] })
    }
}

impl Bound {
    /// Whether a figure keeps it.
    #[must_use]
    pub fn holds(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(bound) => figure >= bound,
            Self::AtMost(bound) => figure <= bound,
        }
    }

    /// The same with room: twice as bad is still kept. For checks on noisy machines.
    #[must_use]
    pub fn generous(self) -> Self {
        match self {
            Self::AtLeast(bound) => Self::AtLeast(bound / 2.0),
            Self::AtMost(bound) => Self::AtMost(bound * 2.0),
        }
    }
}

impl Goal {
    /// Whether it was reached. A ratio is that of the same round of both: what disturbs the machine disturbs both of them.
    #[must_use]
    pub fn verdict(&self, answered: &Answered) -> Verdict {
        let Some(measured) = self.figures(answered).and_then(|values| Measured::of(&values)) else {
            return Verdict::NotMeasured;
        };
        if self.bound.holds(measured.median) {
            Verdict::Reached(measured)
        } else {
            Verdict::Missed(measured)
        }
    }

    fn figures(&self, answered: &Answered) -> Option<Vec<f64>> {
        let own = answered.values(&self.case, &self.side, &self.metric)?;
        if self.against.is_none() && self.against_case.is_none() {
            return Some(own.to_vec());
        }
        let side = self.against.as_ref().unwrap_or(&self.side);
        let case = self.against_case.as_ref().unwrap_or(&self.case);
        ratios(own, answered.values(case, side, &self.metric)?)
    }
}

/// The ratio of each round; nothing if the rounds are not the same in number.
#[must_use]
pub fn ratios(own: &[f64], other: &[f64]) -> Option<Vec<f64>> {
    (own.len() == other.len())
        .then(|| own.iter().zip(other).map(|(own, other)| own / other).collect())
}

#[cfg(test)]
mod tests;
