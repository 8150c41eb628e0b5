//! One process, in a group of its own, with its log.

use super::Usage;
use crate::{failure::Failure, pin};
use std::{
    fs::File,
    net::{Ipv4Addr, SocketAddr},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use tokio::time;
use wayleave_dev::{group::Group, part, ports, ready, stopwatch::Stopwatch};

/// A running process of a side. Dropping it ends it and all that it has started.
#[derive(Debug)]
pub struct Process {
    side: String,
    log: PathBuf,
    child: Child,
    group: Group,
}

/// When a side counts as started.
#[derive(Clone, Copy, Debug)]
pub struct Readiness<'a> {
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// What is asked for with GET.
    pub path: &'a str,
    /// The status that says that it is there.
    pub status: u16,
}

impl Process {
    /// Starts a program, with both of its outputs in a new file, on this core, or on any.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the log cannot be written or the program not be started.
    pub fn start(
        side: &str,
        mut command: Command,
        log: &Path,
        core: Option<usize>,
    ) -> Result<Self, Failure> {
        let output = File::create(log).map_err(Failure::file("write", log))?;
        let errors = output.try_clone().map_err(Failure::file("write", log))?;
        command.stdin(Stdio::null()).stdout(output).stderr(errors).process_group(0);
        let program = command.get_program().to_string_lossy().into_owned();
        // A thread of its own: the core is inherited from it.
        let spawned = thread::spawn(move || {
            if let Some(core) = core {
                // Where it cannot be done, `Machine::pinning` says so.
                let _ = pin::this_thread(core);
            }
            command.spawn()
        })
        .join();
        let failed = |sentence: String| Failure::Start { side: side.to_owned(), sentence };
        let child = spawned
            .map_err(|_| failed("its start panicked".to_owned()))?
            .map_err(|error| failed(format!("{program}: {error}")))?;
        let group = Group::led_by(&child);
        Ok(Self { side: side.to_owned(), log: log.to_owned(), child, group })
    }

    /// Waits until it answers.
    ///
    /// # Errors
    ///
    /// [`Failure::Start`] with the end of its log if it has ended, or does not answer within a minute.
    pub async fn ready(&mut self, readiness: Readiness<'_>) -> Result<(), Failure> {
        self.answers(readiness.port, readiness.path, |status| status == readiness.status).await
    }

    pub(super) async fn answers(
        &mut self,
        port: u16,
        path: &str,
        is_fine: impl Fn(u16) -> bool,
    ) -> Result<(), Failure> {
        let watch = Stopwatch::start();
        loop {
            // Before asking: if it has ended, whoever answers is somebody else.
            self.check()?;
            if ready::status(port, path).is_ok_and(&is_fine) {
                return Ok(());
            }
            if watch.elapsed() > PATIENCE {
                return Err(self.failure("it does not answer"));
            }
            time::sleep(STEP).await;
        }
    }

    /// Looks whether it still runs.
    ///
    /// # Errors
    ///
    /// [`Failure::Start`] with the end of its log if it does not.
    pub fn check(&mut self) -> Result<(), Failure> {
        match self.child.try_wait() {
            Ok(Some(status)) => Err(self.failure(&format!("it ended ({status})"))),
            Ok(None) | Err(_) => Ok(()),
        }
    }

    /// The group that it leads.
    #[must_use]
    pub fn group(&self) -> u32 {
        self.child.id()
    }

    /// What it and all that it has started use now; nothing where the system does not tell.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        Usage::of_group(self.group())
    }

    fn failure(&self, sentence: &str) -> Failure {
        let log = part::log_tail(&self.log);
        Failure::Start { side: self.side.clone(), sentence: format!("{sentence}{log}") }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Politely first: a database must not leave files that it still writes.
        self.group.terminate();
        let watch = Stopwatch::start();
        while matches!(self.child.try_wait(), Ok(None)) && watch.elapsed() < GRACE {
            thread::sleep(STEP);
        }
        self.group.kill();
        let _ = self.child.wait();
    }
}

/// A port of 127.0.0.1 on which nobody listens.
///
/// # Errors
///
/// [`Failure::Other`] if there is none.
pub fn free_port() -> Result<u16, Failure> {
    let [port] = ports::free().map_err(|error| Failure::Other(error.to_string()))?;
    Ok(port)
}

/// This port of 127.0.0.1.
#[must_use]
pub fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

const PATIENCE: Duration = Duration::from_mins(1);
const GRACE: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(10);
