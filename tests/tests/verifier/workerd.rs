//! workerd with the built worker and a few lines of JavaScript that call its `verifyAccessToken`.

use serde_json::Value;
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdout, Command},
    time,
};
use wayleave_dev::repository::Repository;

/// A running workerd. Dropping it ends it.
pub(crate) struct Workerd {
    url: String,
    client: reqwest::Client,
    _child: Child,
    // It stops if nobody could read what it says.
    _output: BufReader<ChildStdout>,
}

impl Workerd {
    pub(crate) async fn start() -> Self {
        let repository = Repository::of_this_program().expect("the repository of this test");
        let built = repository.root().join("edge/build/index_bg.wasm");
        assert!(built.exists(), "{} is missing: `make test` builds it", built.display());
        // In the configuration, a path that begins with a slash begins at the top folder.
        let mut child = Command::new(repository.node_command("workerd"))
            .args(["serve", "--control-fd=1", "--import-path=."])
            .arg("tests/tests/verifier/workerd/config.capnp")
            .current_dir(repository.root())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("workerd: {error}: `make test` installs it"));
        let mut output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let mut line = String::new();
        time::timeout(LIMIT, output.read_line(&mut line))
            .await
            .expect("it says where it listens")
            .expect("its words are UTF-8");
        let event: Value = serde_json::from_str(&line).expect("workerd says where it listens");
        let port = event["port"].as_u64().expect("a port");
        Self {
            url: format!("http://127.0.0.1:{port}"),
            client: reqwest::Client::new(),
            _child: child,
            _output: output,
        }
    }

    /// Lets the JavaScript in `workerd/worker.mjs` do something.
    pub(crate) async fn ask(&self, path: &str, body: &Value) -> Value {
        let request = self.client.post(format!("{}{path}", self.url)).json(body).timeout(LIMIT);
        let answer = request.send().await.unwrap_or_else(|error| panic!("{path}: {error:?}"));
        let (status, text) = (answer.status(), answer.text().await.expect("its answer is text"));
        assert!(status.is_success(), "{path}: {status}: {text}");
        serde_json::from_str(&text).expect("its answer is JSON")
    }
}

const LIMIT: Duration = Duration::from_mins(5);
