//! `make dev`: the whole system on this machine, in the foreground, until Ctrl-C.

mod environment;
mod say;

use std::{collections::BTreeMap, process::ExitCode, time::Duration};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::{JoinError, spawn_blocking},
};
use wayleave_dev::{
    error::StartError,
    repository::Repository,
    settings::{Cancel, Name, Settings},
    stack::{Progress, Stack},
};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [] => {}
        [only] if only == "--help" || only == "-h" => {
            say::line(HELP);
            return ExitCode::SUCCESS;
        }
        _ => {
            say::problem("it takes no arguments; --help tells what can be set");
            return ExitCode::from(2);
        }
    }
    let run = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))
        .and_then(|runtime| runtime.block_on(run()));
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            say::problem(&sentence);
            ExitCode::FAILURE
        }
    }
}

/// Starts everything, and stops it when told to.
///
/// # Errors
///
/// A sentence for the person at the terminal; nothing is left running then.
async fn run() -> Result<(), String> {
    // First of all, so that no signal finds us unprepared.
    let mut stop =
        StopSignals::new().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let repository = Repository::of_this_program().map_err(|error| error.to_string())?;
    let variables = environment::variables();
    let settings =
        environment::settings(&repository, &variables).map_err(|error| error.to_string())?;
    let welcome = welcome(&repository, &settings, &variables);

    let cancel = Cancel::default();
    let start = spawn_blocking({
        let (cancel, repository) = (cancel.clone(), repository.clone());
        move || Stack::start(repository, settings, &cancel, tell)
    });
    tokio::pin!(start);
    let started = tokio::select! {
        started = &mut start => started,
        () = stop.any() => {
            cancel.cancel();
            say::line("stopping");
            start.await
        }
    };
    let stack = match joined(started)? {
        Err(StartError::Cancelled) => return Ok(()),
        started => started.map_err(|error| error.to_string())?,
    };
    if cancel.is_cancelled() {
        return Ok(());
    }

    say::line(&welcome);
    watch(stack, &mut stop).await
}

/// Looks after the parts until a signal comes or one of them ends.
async fn watch(mut stack: Stack, stop: &mut StopSignals) -> Result<(), String> {
    let mut look = tokio::time::interval(LOOK_EVERY);
    let ended = loop {
        tokio::select! {
            () = stop.any() => break None,
            _ = look.tick() => if let Err(ended) = stack.check() { break Some(ended) },
        }
    };
    if ended.is_none() {
        say::line("stopping");
    }
    joined(spawn_blocking(move || stack.stop()).await)?;
    match ended {
        None => {
            say::line("stopped");
            Ok(())
        }
        Some(ended) => Err(format!("{ended}\nEverything else was stopped.")),
    }
}

fn tell(progress: Progress) {
    match progress {
        Progress::Started(part) => say::line(&format!("{part:<6} starting")),
        Progress::Ready(part, after) => {
            say::line(&format!("{part:<6} ready in {:.1} s", after.as_secs_f32()));
        }
    }
}

/// The URL, and what to try.
fn welcome(
    repository: &Repository,
    settings: &Settings,
    variables: &BTreeMap<String, String>,
) -> String {
    let shown = |path| repository.shown(path).display().to_string();
    let validity = &settings.origin_variables[environment::ACCESS_TOKEN_VALIDITY];
    let database = if variables.contains_key(environment::DATABASE_URL) {
        format!("as {} says", environment::DATABASE_URL)
    } else {
        shown(settings.database.0.trim_start_matches("sqlite:").as_ref())
    };
    format!(
        "
  Wayleave runs: open http://localhost:{port}

  Try     log in as anyone: there is no password here
          wait {validity}, then call the protected API: the access token has expired, and is refreshed without a word
          log in with another browser (or a private window), then sign out in one of the two
          {validity_variable}=5s make dev shows refreshes faster

  Logs    {logs}
  Data    {database}
  Stop    Ctrl-C
",
        port = settings.ports.of(Name::Edge),
        validity_variable = environment::ACCESS_TOKEN_VALIDITY,
        logs = shown(&settings.folder.join("logs")),
    )
}

/// A task of ours never ends by itself without a value, except by a fault of ours.
fn joined<T>(result: Result<T, JoinError>) -> Result<T, String> {
    result.map_err(|error| format!("internal fault: {error}"))
}

/// Ctrl-C, a polite kill, and a terminal that was closed.
struct StopSignals {
    hang_up: Signal,
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The next of them.
    async fn any(&mut self) {
        tokio::select! {
            _ = self.hang_up.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

const LOOK_EVERY: Duration = Duration::from_millis(250);

const HELP: &str = "\
Runs the whole of Wayleave on this machine until Ctrl-C: the origin, the edge in the Workers runtime, and the
example app behind it. `make dev` installs and builds what that needs, and then starts this program.

It takes no arguments. From the environment:

  WAYLEAVE_DEV_EDGE_PORT          what browsers open (8787)
  WAYLEAVE_DEV_ORIGIN_PORT        the origin (8788)
  WAYLEAVE_DEV_APP_PORT           the example app (8790)
  WAYLEAVE_DEV_FOLDER             secrets, database and logs (.wayleave/dev)
  WAYLEAVE_ACCESS_TOKEN_VALIDITY  how long an access token lives (30s)
  WAYLEAVE_DATABASE_URL           where sessions are kept (an SQLite file in the folder)

and every other WAYLEAVE_… variable that the origin knows. Exits with 0 after Ctrl-C, and with 1 if a part could not
be started or ended by itself; in both cases it leaves nothing running.";
