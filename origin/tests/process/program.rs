//! The program as a child process, on an SQLite file and a free port.

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    net::TcpListener,
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};
use tokio::process::{Child, Command};

pub(crate) const SERVICE_KEY: &str = "service-key-0123456789abcdef0123456789abcdef";
pub(crate) const MASTER_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

/// A running origin. Killed when dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) url: String,
}

/// The program with good settings and nothing else in its environment.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wayleave-origin"));
    command
        .args(arguments)
        .env_clear()
        .env("WAYLEAVE_SERVICE_KEYS", SERVICE_KEY)
        .env("WAYLEAVE_MASTER_KEY", MASTER_KEY)
        .env("WAYLEAVE_ISSUER", "https://id.example")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs the program to its end.
pub(crate) async fn run(command: &mut Command) -> Output {
    command.output().await.unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

impl Program {
    /// Starts the program on the database in this folder, and waits until it is ready.
    pub(crate) async fn start(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let program = Self::spawn(folder, settings);
        program.ready().await;
        program
    }

    /// Starts the program without waiting.
    pub(crate) fn spawn(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = command(&["serve"]);
        command
            .env("WAYLEAVE_LISTEN", format!("127.0.0.1:{port}"))
            .env("WAYLEAVE_DATABASE_URL", format!("sqlite:{}/test.db", folder.display()))
            .envs(settings.iter().copied());
        Self { child: command.spawn().unwrap(), url: format!("http://127.0.0.1:{port}") }
    }

    pub(crate) async fn ready(&self) {
        let ready = format!("{}/readyz", self.url);
        for _ in 0..600 {
            if reqwest::get(&ready).await.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the origin was not ready within 30 seconds");
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id().unwrap()).unwrap();
        kill(Pid::from_raw(id), signal).unwrap();
    }

    /// Waits for the end.
    pub(crate) async fn end(self) -> Output {
        self.child.wait_with_output().await.unwrap()
    }

    /// A `POST` with the service key.
    pub(crate) async fn post(&self, path: &str, body: serde_json::Value) -> serde_json::Value {
        let request = reqwest::Client::new()
            .post(format!("{}{path}", self.url))
            .bearer_auth(SERVICE_KEY)
            .json(&body);
        request.send().await.unwrap().json().await.unwrap()
    }
}
