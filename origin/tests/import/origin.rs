//! Our side: the program's command, and an origin to send requests to.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use std::{
    process::{Output, Stdio},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, process::Command};
use tower::ServiceExt;
use wayleave_origin::{
    clock::{Clock, ManualClock, SystemClock},
    config::{Settings, Source},
    http::router,
    server::state,
    store::{SqlStore, StoreClock},
};

const SERVICE_KEY: &str = "0123456789abcdef0123456789abcdef";

/// Ours: empty at first, on SQLite unless told otherwise.
pub(crate) struct Deployment {
    url: String,
    /// `WAYLEAVE_SESSION_MAX_LIFETIME`.
    max_lifetime: &'static str,
    _folder: Option<TempDir>,
}

impl Deployment {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/test.db", folder.path().display());
        Self { _folder: Some(folder), ..Self::at(url) }
    }

    pub(crate) fn at(url: String) -> Self {
        Self { url, max_lifetime: "never", _folder: None }
    }

    /// Where sessions live no longer than this.
    pub(crate) fn with_max_lifetime(max_lifetime: &'static str) -> Self {
        Self { max_lifetime, ..Self::new() }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn settings(&self) -> [(&'static str, &str); 6] {
        [
            ("WAYLEAVE_SERVICE_KEYS", SERVICE_KEY),
            ("WAYLEAVE_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("WAYLEAVE_ISSUER", "https://id.example"),
            ("WAYLEAVE_ACCESS_TOKEN_SPREAD", "off"),
            ("WAYLEAVE_SESSION_MAX_LIFETIME", self.max_lifetime),
            ("WAYLEAVE_DATABASE_URL", &self.url),
        ]
    }

    /// Runs `wayleave-origin import` with these arguments.
    pub(crate) async fn command(&self, arguments: &[&str]) -> Output {
        self.command_with_input(arguments, "").await
    }

    pub(crate) async fn command_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wayleave-origin"))
            .arg("import")
            .args(arguments)
            .env_clear()
            .envs(self.settings())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
        child.wait_with_output().await.unwrap()
    }

    /// Imports from there, and gives what the command told.
    pub(crate) async fn import(&self, from: &str) -> String {
        told(&self.command(&["supertokens-4", "--from", from]).await)
    }

    /// An origin that trades the refresh tokens of imported sessions, with a clock that starts now.
    pub(crate) async fn origin(&self) -> Origin {
        self.origin_with("on").await
    }

    pub(crate) async fn origin_with(&self, imported_sessions: &str) -> Origin {
        let mut source = Source::of(self.settings());
        source.extend([("WAYLEAVE_IMPORTED_SESSIONS", imported_sessions)]);
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let given = StoreClock::Given(clock.clone());
        let store = SqlStore::connect(&self.url, 10, given).await.unwrap();
        let settings = Settings::parse(&source).unwrap();
        let state = state(&settings, Arc::new(store.clone()), clock.clone()).await.unwrap();
        Origin { router: router(state), clock, store }
    }
}

/// What a command that succeeded told.
pub(crate) fn told(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The routes, and the time.
#[derive(Clone)]
pub(crate) struct Origin {
    router: Router,
    clock: Arc<ManualClock>,
    pub(crate) store: SqlStore,
}

impl Origin {
    pub(crate) fn advance(&self, milliseconds: u64) {
        self.clock.advance(Duration::from_millis(milliseconds));
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.now().0
    }

    /// A request with the service key: its status and body.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder()
            .method(method.parse::<Method>().unwrap())
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {SERVICE_KEY}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    /// Presents a refresh token, as the edge does.
    pub(crate) async fn refresh(&self, token: &str) -> (u16, Value) {
        self.call("POST", "/v1/sessions/refresh", &json!({ "refreshToken": token })).await
    }

    /// The same, and it is answered with new tokens.
    pub(crate) async fn refreshed(&self, token: &str) -> Value {
        let (status, issued) = self.refresh(token).await;
        assert_eq!(status, 200, "{issued}");
        issued
    }

    /// Asserts that a refresh token is refused so.
    pub(crate) async fn refuses(&self, token: &str, expected: &str) -> Value {
        let (status, body) = self.refresh(token).await;
        assert_eq!((status, body["code"].as_str()), (401, Some(expected)), "{body}");
        body
    }

    /// Uses an access token, as an edge that asks the origin does.
    pub(crate) async fn verify(&self, issued: &Value) {
        let token = &issued["accessToken"]["token"];
        let body = json!({ "accessToken": token, "checkDatabase": true });
        let (status, answer) = self.call("POST", "/v1/sessions/verify", &body).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// The user's live sessions.
    pub(crate) async fn sessions_of(&self, user_id: &str) -> Vec<Value> {
        let path = format!("/v1/users/{user_id}/sessions");
        let (status, list) = self.call("GET", &path, &Value::Null).await;
        assert_eq!(status, 200, "{list}");
        list["sessions"].as_array().unwrap().clone()
    }
}

/// The refresh token of an issued session.
pub(crate) fn refresh_token(issued: &Value) -> &str {
    issued["refreshToken"]["token"].as_str().unwrap()
}

/// The path of an issued session.
pub(crate) fn path(issued: &Value) -> String {
    format!("/v1/sessions/{}", issued["session"]["handle"].as_str().unwrap())
}
