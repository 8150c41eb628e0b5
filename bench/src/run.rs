//! What a run of the bench decides: rounds, lengths, folders.

use crate::{failure::Failure, machine, model::Machine, pin};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;
use wayleave_dev::repository::Repository;

/// One run: what every question needs to know.
#[derive(Debug)]
pub struct Run {
    /// How many rounds.
    pub rounds: usize,
    /// How long each side is measured in each round.
    pub length: Duration,
    /// Whether a rough figure of few sides and cases is enough, because only what is grossly wrong is to be seen.
    pub short: bool,
    /// How many rows the large tables have.
    pub rows: u64,
    /// Whether the large tables stay for the next run.
    pub keep_tables: bool,
    /// The clone in which all of it was built.
    pub repository: Repository,
    /// What it is measured on.
    pub machine: Machine,
    folder: TempDir,
}

impl Run {
    /// A run of so many rounds of this length.
    ///
    /// # Errors
    ///
    /// [`Failure`] if no folder can be made for its files.
    pub fn new(rounds: usize, length: Duration, short: bool) -> Result<Self, Failure> {
        let repository =
            Repository::of_this_program().map_err(|error| Failure::Other(error.to_string()))?;
        let parent = repository.root().join(".wayleave/bench");
        fs::create_dir_all(&parent).map_err(Failure::file("make", &parent))?;
        let folder = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(&parent)
            .map_err(Failure::file("make a folder in", &parent))?;
        let machine = machine::describe(&repository);
        Ok(Self {
            rounds,
            length,
            short,
            rows: ROWS,
            keep_tables: false,
            repository,
            machine,
            folder,
        })
    }

    /// A folder of its own for one side's files: configuration, log, data. It goes with the run.
    ///
    /// # Errors
    ///
    /// [`Failure::File`].
    pub fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.folder.path().join(name.replace(['/', ' '], "-"));
        fs::create_dir_all(&folder).map_err(Failure::file("make", &folder))?;
        Ok(folder)
    }

    /// Keeps the folder of this run, because its logs say why it failed. Returns where that is, from the top folder on.
    #[must_use]
    pub fn keep(mut self) -> PathBuf {
        self.folder.disable_cleanup(true);
        self.repository.shown(self.folder.path())
    }

    /// The core of what is measured, where load and side are kept apart and the machine can do it.
    #[must_use]
    pub fn side_core(&self) -> Option<usize> {
        self.machine.pinning.then_some(pin::SIDE)
    }

    /// The core of the load and of all that is not measured, likewise.
    #[must_use]
    pub fn load_core(&self) -> Option<usize> {
        self.machine.pinning.then_some(pin::LOAD)
    }

    /// A file of the repository that the set-up brings.
    ///
    /// # Errors
    ///
    /// [`Failure::Missing`] if it is not there.
    pub fn built(&self, what: &str, path: impl AsRef<Path>) -> Result<PathBuf, Failure> {
        let path = self.repository.root().join(path);
        if path.exists() {
            Ok(path)
        } else {
            let path = self.repository.shown(&path);
            Err(Failure::Missing { what: what.to_owned(), path })
        }
    }

    /// Says something to whoever waits for the run, on standard error.
    pub fn say(&self, words: &str) {
        eprintln!("bench: {words}");
    }
}

/// What the goals about large tables speak of.
pub const ROWS: u64 = 10_000_000;
