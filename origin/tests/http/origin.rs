//! An origin to send requests to.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tower::ServiceExt;
use wayleave_origin::{
    clock::{Clock, ManualClock},
    config::{Settings, Source},
    http::router,
    server::state,
    store::{SqlStore, StoreClock},
};
use wayleave_shared::time::UnixMilliseconds;

/// The routes on an empty database. Removed with this value.
pub(crate) struct Origin {
    router: Router,
    /// The database's.
    clock: Arc<ManualClock>,
    pub(crate) store: SqlStore,
    source: Source,
    folder: Arc<TempDir>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Origin {
    /// With the default settings: access tokens for an hour, sessions for 100 days.
    pub(crate) async fn start() -> Self {
        Self::with([]).await
    }

    /// With up to three other settings.
    pub(crate) async fn with<const N: usize>(others: [(&'static str, &str); N]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/test.db", folder.path().display());
        let mut source = Source::of([
            ("WAYLEAVE_SERVICE_KEYS", SERVICE_KEY),
            ("WAYLEAVE_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("WAYLEAVE_ISSUER", "https://id.example"),
            ("WAYLEAVE_ACCESS_TOKEN_SPREAD", "off"),
        ]);
        source.extend(others);
        let clock = Arc::new(ManualClock::at(UnixMilliseconds(NOW_MS)));
        let store = SqlStore::connect(&url, 4, StoreClock::Given(clock.clone())).await.unwrap();
        let router = serving(&store, clock.clone(), &source).await;
        Self { router, clock, store, source, folder: Arc::new(folder) }
    }

    /// Another origin on the same database, with a clock that goes wrong by so many seconds, and with up to three other settings.
    pub(crate) async fn beside<const N: usize>(
        &self,
        seconds: i64,
        others: [(&'static str, &str); N],
    ) -> Self {
        let now = self.clock.now().0.checked_add_signed(seconds * 1000).unwrap();
        let clock = Arc::new(ManualClock::at(UnixMilliseconds(now)));
        let mut source = self.source.clone();
        source.extend(others);
        let router = serving(&self.store, clock, &source).await;
        let (clock, store) = (self.clock.clone(), self.store.clone());
        Self { router, clock, store, source, folder: self.folder.clone() }
    }

    /// Lets the database's clock go on, and that of the first origin.
    pub(crate) fn advance(&self, seconds: u64) {
        self.advance_ms(seconds * 1000);
    }

    pub(crate) fn advance_ms(&self, milliseconds: u64) {
        self.clock.advance(Duration::from_millis(milliseconds));
    }

    /// A request with the service key and, where `body` is not empty, JSON.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        let media_type =
            if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let request = request(method, path)
            .header(header::AUTHORIZATION, format!("Bearer {SERVICE_KEY}"))
            .header(header::CONTENT_TYPE, media_type);
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Any request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    /// A new session of alice.
    pub(crate) async fn log_in(&self) -> Value {
        let answer = self.call("POST", "/v1/sessions", r#"{"userId":"alice"}"#).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Answer {
        let body = serde_json::json!({ "refreshToken": refresh_token }).to_string();
        self.call("POST", "/v1/sessions/refresh", &body).await
    }

    /// Refreshes with the token of an issued session, and gives what came back.
    pub(crate) async fn refreshed(&self, issued: &Value) -> Value {
        let answer = self.refresh(token(issued, "refreshToken")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Uses an access token, as an edge that asks the origin does.
    pub(crate) async fn verify(&self, issued: &Value) -> Answer {
        let access_token = token(issued, "accessToken");
        let body = serde_json::json!({ "accessToken": access_token, "checkDatabase": true });
        self.call("POST", "/v1/sessions/verify", &body.to_string()).await
    }
}

async fn serving(store: &SqlStore, clock: Arc<ManualClock>, source: &Source) -> Router {
    let settings = Settings::parse(source).unwrap();
    router(state(&settings, Arc::new(store.clone()), clock).await.unwrap())
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// Asserts a refusal with this status and code, in the right media type, and gives its body.
    pub(crate) fn refused(&self, status: u16, code: &str) -> Value {
        let body = self.json();
        assert_eq!(
            (self.status.as_u16(), body["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text
        );
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(self.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(body["status"], status);
        body
    }
}

/// The token of this kind in an issued session.
pub(crate) fn token<'json>(issued: &'json Value, kind: &str) -> &'json str {
    issued[kind]["token"].as_str().unwrap()
}

/// The path of an issued session.
pub(crate) fn path(issued: &Value) -> String {
    format!("/v1/sessions/{}", issued["session"]["handle"].as_str().unwrap())
}

pub(crate) fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method.parse::<Method>().unwrap()).uri(path)
}

pub(crate) const SERVICE_KEY: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const NOW_MS: u64 = 1_700_000_000_000;
pub(crate) const HOUR_MS: u64 = 3_600_000;
pub(crate) const DAYS_100_MS: u64 = 100 * 24 * HOUR_MS;
