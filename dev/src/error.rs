//! Why a start fails. Each `Display` is a sentence for the person who started it.

use crate::settings::{FOLDER_VARIABLE, Name};
use std::{fmt, io, path::PathBuf, process::ExitStatus};

/// Why the stack could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Whoever started it asked to stop.
    #[error("the start was called off")]
    Cancelled,

    /// A part ended by itself while it was started.
    #[error(transparent)]
    Ended(#[from] PartEnded),

    /// A file or folder of ours could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },

    /// Another stack keeps its files there.
    #[error("another one runs already and keeps its files in {}: stop it, or choose another folder with {FOLDER_VARIABLE}=<folder>", folder.display())]
    FolderInUse {
        /// Where.
        folder: PathBuf,
    },

    /// Something that the set-up installs or builds is not there.
    #[error("{what} is missing ({}): `make dev` installs it", path.display())]
    Missing {
        /// What, in words.
        what: &'static str,
        /// Where it should be.
        path: PathBuf,
    },

    /// A part runs but does not answer.
    #[error("the {part} did not answer within {seconds} s{log}")]
    NotReady {
        /// Which.
        part: Name,
        /// How long we waited.
        seconds: u64,
        /// What it said.
        log: LogTail,
    },

    /// Another program listens on a port that we need.
    #[error(
        "port {port} is taken, and the {part} needs it: stop what listens there, or choose another port with {}=<port>",
        part.port_variable()
    )]
    PortTaken {
        /// Who needs it.
        part: Name,
        /// Which.
        port: u16,
    },

    /// The operating system refused to start a program.
    #[error("cannot start the {part} ({}): {source}", program.display())]
    Spawn {
        /// Which part.
        part: Name,
        /// Its program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A part ended by itself.
#[derive(Debug, thiserror::Error)]
#[error("the {part} ended by itself ({status}){log}")]
pub struct PartEnded {
    /// Which.
    pub part: Name,
    /// How.
    pub status: ExitStatus,
    /// What it said last.
    pub log: LogTail,
}

/// The last lines of a part's log, to end a sentence with.
#[derive(Clone, Debug)]
pub struct LogTail {
    /// The whole log.
    pub path: PathBuf,
    /// Its end, oldest line first.
    pub lines: Vec<String>,
}

impl fmt::Display for LogTail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lines.is_empty() {
            return write!(formatter, ". It wrote nothing to its log, {}", self.path.display());
        }
        write!(formatter, ". The end of its log, {}:", self.path.display())?;
        for line in &self.lines {
            write!(formatter, "\n    {line}")?;
        }
        Ok(())
    }
}
