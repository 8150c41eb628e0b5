//! `wayleave-dev` as the person at the terminal sees it.

use crate::process::{self, Process};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    collections::BTreeMap,
    os::unix::process::CommandExt,
    path::Path,
    process::{ExitStatus, Stdio},
    thread,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time,
};
use wayleave_dev::{
    repository::Repository,
    settings::{Name, Ports},
    stopwatch::Stopwatch,
};

/// A running `wayleave-dev`.
#[derive(Debug)]
pub struct Program {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    said: Vec<String>,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// What it wrote to its standard error.
    pub problems: String,
}

impl Program {
    /// Starts it with these ports and further variables, and with its files in `folder`.
    ///
    /// # Panics
    ///
    /// If it is not built.
    #[must_use]
    pub fn start(folder: &Path, ports: &Ports, more: &[(&str, &str)]) -> Self {
        let repository = Repository::of_this_program().expect("the repository of this test");
        let program = repository.program("wayleave-dev");
        let variables: BTreeMap<_, _> = Name::ALL
            .into_iter()
            .map(|name| (name.port_variable(), ports.of(name).to_string()))
            .collect();
        let mut command = std::process::Command::new(&program);
        // A group of its own, as a shell gives it, so that a signal to it reaches nobody else.
        command
            .env("WAYLEAVE_DEV_FOLDER", folder)
            .envs(variables)
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let mut child = Command::from(command).kill_on_drop(true).spawn().unwrap_or_else(|error| {
            panic!("{}: {error}: `make test` builds it", program.display())
        });
        let output = child.stdout.take().expect("its output is a pipe");
        Self { child, output: BufReader::new(output).lines(), said: Vec::new() }
    }

    /// Waits until it has said where to look, and returns that URL.
    ///
    /// # Panics
    ///
    /// If it ends before, or says nothing for long.
    pub async fn url(&mut self) -> String {
        loop {
            let Some(line) = self.line().await else {
                let ended = self.ended().await;
                panic!("it said {:?} and ended: {ended:?}", self.said);
            };
            if let Some((_, url)) = line.split_once("open http://localhost:") {
                return format!("http://localhost:{url}");
            }
        }
    }

    /// Waits until it says something that contains `words`.
    ///
    /// # Panics
    ///
    /// If it ends before.
    pub async fn says(&mut self, words: &str) {
        while let Some(line) = self.line().await {
            if line.contains(words) {
                return;
            }
        }
        panic!("it ended without saying {words:?}, but {:?}", self.said);
    }

    /// All that it has started, and what that has started.
    ///
    /// # Panics
    ///
    /// If it has ended.
    #[must_use]
    pub fn family(&self) -> Vec<Process> {
        process::below(self.child.id().expect("it still runs"))
    }

    /// Sends it a signal, as Ctrl-C or `kill` does.
    ///
    /// # Panics
    ///
    /// If it has ended.
    pub fn signal(&self, signal: Signal) {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).expect("it still runs");
        kill(Pid::from_raw(id), signal).expect("a signal to a child of ours");
    }

    /// Waits for its end.
    ///
    /// # Panics
    ///
    /// If it goes on for long.
    pub async fn ended(&mut self) -> Ended {
        let mut problems = String::new();
        let mut errors = self.child.stderr.take().expect("its end is awaited once");
        let end = async {
            while self.line().await.is_some() {}
            errors.read_to_string(&mut problems).await.expect("its words are UTF-8");
            self.child.wait().await.expect("a child of ours")
        };
        let status = time::timeout(LIMIT, end).await.expect("it ends");
        Ended { status, problems }
    }

    /// All that it has said so far on its standard output.
    #[must_use]
    pub fn said(&self) -> &[String] {
        &self.said
    }

    async fn line(&mut self) -> Option<String> {
        let line = time::timeout(LIMIT, self.output.next_line()).await.expect("it says something");
        let line = line.expect("its words are UTF-8")?;
        self.said.push(line.clone());
        Some(line)
    }
}

impl Drop for Program {
    /// A test that failed half-way must leave nothing running either.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal(Signal::SIGTERM);
            let watch = Stopwatch::start();
            while matches!(self.child.try_wait(), Ok(None)) && watch.elapsed() < LIMIT {
                thread::sleep(STEP);
            }
        }
    }
}

/// Ends a process at once.
///
/// # Panics
///
/// If it is gone already.
pub fn kill_process(process: &Process) {
    kill(Pid::from_raw(process.id), Signal::SIGKILL).expect("the process runs");
}

const LIMIT: Duration = Duration::from_mins(2);
const STEP: Duration = Duration::from_millis(50);
