//! Programs under test that are started by hand: an app, a worker.

use crate::{tap::Tap, visitor::Visitor};
use std::{path::PathBuf, process::Command, time::Duration};
use tempfile::TempDir;
use tokio::time;
use wayleave_dev::{part::Part, ready, settings::Name, stopwatch::Stopwatch};

/// An app that serves browsers, with all that it needs, and a tap on its way to the origin. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    /// What runs: first what browsers talk to.
    pub parts: Vec<Part>,
    /// Where browsers find it, without a slash at the end.
    pub url: String,
    /// Where the app behind it answers, if it is a gateway.
    pub behind: Option<String>,
    /// Between it and the origin.
    pub to_origin: Tap,
    /// The folder that was made for it, if one was.
    pub files: Option<TempDir>,
}

impl Running {
    /// A new browser.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.url.clone())
    }
}

/// Starts a program and waits until it answers `GET path` on this port with one of these statuses.
///
/// # Errors
///
/// A sentence, with the end of its log if it has ended; also if it does not answer within a minute.
pub async fn start_part(
    name: Name,
    command: Command,
    log: PathBuf,
    port: u16,
    path: &str,
    expected: &[u16],
) -> Result<Part, String> {
    start_part_within(LIMIT, name, command, log, port, path, expected).await
}

/// The same for what takes its time, because it is built first.
///
/// # Errors
///
/// As [`start_part`]'s.
pub(crate) async fn start_part_within(
    limit: Duration,
    name: Name,
    command: Command,
    log: PathBuf,
    port: u16,
    path: &str,
    expected: &[u16],
) -> Result<Part, String> {
    let mut process = Part::start(name, command, log.clone()).map_err(|error| error.to_string())?;
    let watch = Stopwatch::start();
    loop {
        // Before asking: if it has died, whoever answers is somebody else.
        process.check().map_err(|ended| ended.to_string())?;
        if ready::status(port, path).is_ok_and(|status| expected.contains(&status)) {
            return Ok(process);
        }
        if watch.elapsed() > limit {
            return Err(format!("nothing answers on port {port}; its log is {}", log.display()));
        }
        time::sleep(STEP).await;
    }
}

const LIMIT: Duration = Duration::from_mins(1);
const STEP: Duration = Duration::from_millis(50);
