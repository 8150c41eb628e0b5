//! The program itself as a process, to be killed.

use crate::origin::SERVICE_KEY;
use serde_json::Value;
use std::process::Stdio;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
};

/// A running origin. Killed when dropped.
pub(crate) struct Process {
    child: Child,
    /// Kept open, so that it can go on writing.
    _log: Lines<BufReader<ChildStderr>>,
    pub(crate) caller: Caller,
}

/// Speaks to an origin by HTTP. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Caller {
    url: String,
    client: reqwest::Client,
}

impl Process {
    /// Starts on this database, and waits until it serves.
    pub(crate) async fn start(database_url: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wayleave-origin"))
            .arg("serve")
            .env_clear()
            .env("WAYLEAVE_SERVICE_KEYS", SERVICE_KEY)
            .env("WAYLEAVE_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
            .env("WAYLEAVE_ISSUER", "https://id.example")
            .env("WAYLEAVE_LISTEN", "127.0.0.1:0")
            .env("WAYLEAVE_DATABASE_URL", database_url)
            // Each refresh rotates.
            .env("WAYLEAVE_REFRESH_REUSE_WINDOW", "0s")
            .env("WAYLEAVE_LOG", "info")
            .env("WAYLEAVE_LOG_FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = log.next_line().await.unwrap().unwrap();
            let said: Value = serde_json::from_str(&line).unwrap();
            if said["fields"]["message"] == "serving" {
                break said["fields"]["listen"].as_str().unwrap().to_owned();
            }
        };
        let caller = Caller { url: format!("http://{address}"), client: reqwest::Client::new() };
        Self { child, _log: log, caller }
    }

    /// Kills it where it stands.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

impl Caller {
    /// Status and body; `None` where the origin died before it had answered.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Option<(u16, Value)> {
        let method = method.parse().unwrap();
        let mut request =
            self.client.request(method, format!("{}{path}", self.url)).bearer_auth(SERVICE_KEY);
        if !body.is_null() {
            request = request.json(body);
        }
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let text = response.text().await.ok()?;
        Some((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// The body of a success.
    pub(crate) async fn good(&self, method: &str, path: &str, body: &Value) -> Option<Value> {
        let (status, body) = self.call(method, path, body).await?;
        assert!(matches!(status, 200 | 201), "{method} {path}: {status} {body}");
        Some(body)
    }
}
