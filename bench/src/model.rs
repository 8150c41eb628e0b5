//! What a question is, once it is answered: plain data, as it lies in `bench/results`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One question, answered: what `bench/results/<name>.json` holds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Answered {
    /// What it is called on the command line: lower case, with hyphens.
    pub name: String,
    /// What it asks, for the page.
    pub title: String,
    /// How it was measured, in sentences.
    pub method: String,
    /// Who took part, in the order of the page.
    pub sides: Vec<SideNote>,
    /// Everything that was measured.
    pub series: Vec<Series>,
    /// What was promised.
    pub goals: Vec<Goal>,
    /// On what it was measured.
    pub machine: Machine,
    /// When, as RFC 3339 has it.
    pub measured_at: String,
    /// What one might expect here and was not measured, and why; sentences.
    pub not_measured: Vec<String>,
    /// What a reader should know beside the figures; sentences.
    pub remarks: Vec<String>,
}

/// One who took part.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SideNote {
    /// Its short name, as in [`Series::side`].
    pub name: String,
    /// The version of what it is made of.
    pub version: String,
    /// What it is and does; a sentence.
    pub what: String,
}

/// The values of one metric of one side in one case, one per round, in the order of the rounds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Series {
    /// Under which circumstances: "16 connections".
    pub case: String,
    /// Whose.
    pub side: String,
    /// Of what: one of [`metric`].
    pub metric: String,
    /// One per round.
    pub values: Vec<f64>,
}

/// What was promised.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Goal {
    /// As [`Series::case`].
    pub case: String,
    /// As [`Series::metric`].
    pub metric: String,
    /// Who promised.
    pub side: String,
    /// The other side, if it is a ratio to another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// The other case, if it is a ratio to another: of the side in `against`, or of the same side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against_case: Option<String>,
    /// What the figure, or the ratio, must keep.
    pub bound: Bound,
}

/// What a figure must keep.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// It is this or more.
    AtLeast(f64),
    /// It is this or less.
    AtMost(f64),
}

/// What the figures were measured on. What could not be found out is left out.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Machine {
    /// The processor's model.
    pub processor: String,
    /// How many cores there are for us.
    pub cores: usize,
    /// Memory, in GiB.
    pub memory_gib: f64,
    /// The operating system's kernel.
    pub kernel: String,
    /// Whether processes could be pinned to cores.
    pub pinning: bool,
    /// The commit that was built, with a `+` where the tree had changes.
    pub commit: String,
    /// The versions of what took part, by name.
    pub versions: BTreeMap<String, String>,
}

/// The names of what is measured. Other names are possible; these the page knows how to write.
pub mod metric {
    /// Finished operations per second.
    pub const REQUESTS_PER_SECOND: &str = "requests_per_second";
    /// The time within which half of the operations end, in microseconds.
    pub const P50_US: &str = "p50_us";
    /// The time within which 99 of 100 operations end, in microseconds.
    pub const P99_US: &str = "p99_us";
    /// Processor time of the side's processes per operation, in microseconds.
    pub const CPU_US: &str = "cpu_us";
    /// Resident memory of the side's processes, in kB.
    pub const MEMORY_KB: &str = "memory_kb";
    /// Bytes as they are transferred.
    pub const SIZE_GZIP_BYTES: &str = "size_gzip_bytes";
    /// Time until something answers for the first time, in milliseconds.
    pub const STARTUP_MS: &str = "startup_ms";
    /// How long one operation takes, in microseconds.
    pub const OPERATION_US: &str = "operation_us";
}

impl Answered {
    /// The values of one series, if it was measured.
    #[must_use]
    pub fn values(&self, case: &str, side: &str, metric: &str) -> Option<&[f64]> {
        self.series
            .iter()
            .find(|series| series.case == case && series.side == side && series.metric == metric)
            .map(|series| series.values.as_slice())
    }
}

impl SideNote {
    /// A note of these three.
    #[must_use]
    pub fn new(name: &str, version: &str, what: &str) -> Self {
        Self { name: name.to_owned(), version: version.to_owned(), what: what.to_owned() }
    }
}

impl Goal {
    /// A bound of the figure itself.
    #[must_use]
    pub fn absolute(case: &str, metric: &str, side: &str, bound: Bound) -> Self {
        Self {
            case: case.to_owned(),
            metric: metric.to_owned(),
            side: side.to_owned(),
            against: None,
            against_case: None,
            bound,
        }
    }

    /// A bound of the ratio to another side in the same case.
    #[must_use]
    pub fn against(case: &str, metric: &str, side: &str, other: &str, bound: Bound) -> Self {
        Self { against: Some(other.to_owned()), ..Self::absolute(case, metric, side, bound) }
    }

    /// A bound of the ratio of the same side in this case to another case.
    #[must_use]
    pub fn against_case(case: &str, metric: &str, side: &str, other: &str, bound: Bound) -> Self {
        Self { against_case: Some(other.to_owned()), ..Self::absolute(case, metric, side, bound) }
    }
}
