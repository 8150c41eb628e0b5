//! Why a question could not be answered. Each `Display` is a sentence.

use crate::load::LoadError;
use std::{io, path::PathBuf};

/// Why a question could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A side answered what it should not, or not at all.
    #[error("{side}: {sentence}")]
    Answer {
        /// Which.
        side: String,
        /// What it did.
        sentence: String,
    },
    /// A program failed.
    #[error("{program} failed: {sentence}")]
    Command {
        /// Which.
        program: String,
        /// What it said.
        sentence: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A load was broken off.
    #[error("{side} ({case}): {source}")]
    Load {
        /// Whom it was put on.
        side: String,
        /// In which case.
        case: String,
        /// Why.
        source: LoadError,
    },
    /// Something that the set-up installs or builds is not there.
    #[error("{what} is missing ({}): `make bench` brings it", path.display())]
    Missing {
        /// What, in words.
        what: String,
        /// Where it should be.
        path: PathBuf,
    },
    /// A side did not start.
    #[error("{side} did not start: {sentence}")]
    Start {
        /// Which.
        side: String,
        /// Why.
        sentence: String,
    },
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    /// A file that could not be used; to be handed to `map_err`.
    pub fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}
