//! An origin in this process, over any store.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, header},
};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;
use wayleave_origin::{
    clock::{Clock, SystemClock},
    config::{Settings, Source},
    http::router,
    server::state,
    store::{SqlStore, StoreClock},
};

/// The routes of one origin. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Origin {
    router: Router,
    pub(crate) store: SqlStore,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Origin {
    /// As in production: the database's clock, and connections of its own.
    pub(crate) async fn connect(url: &str, connections: u32, window: &str) -> Self {
        let store = SqlStore::connect(url, connections, StoreClock::Database).await.unwrap();
        Self::over(store, Arc::new(SystemClock), window).await
    }

    /// Over this store.
    pub(crate) async fn over(store: SqlStore, clock: Arc<dyn Clock>, window: &str) -> Self {
        let mut source = Source::of([
            ("WAYLEAVE_SERVICE_KEYS", SERVICE_KEY),
            ("WAYLEAVE_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("WAYLEAVE_ISSUER", "https://id.example"),
            ("WAYLEAVE_ACCESS_TOKEN_SPREAD", "off"),
        ]);
        source.extend([("WAYLEAVE_REFRESH_REUSE_WINDOW", window)]);
        let settings = Settings::parse(&source).unwrap();
        let state = state(&settings, Arc::new(store.clone()), clock).await.unwrap();
        Self { router: router(state), store }
    }

    /// A request with the service key and, unless it is `null`, a body.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call_if(method, path, body, None).await
    }

    /// The same, where `expected` is the version of the data.
    pub(crate) async fn call_if(
        &self,
        method: &str,
        path: &str,
        body: &Value,
        expected: Option<u64>,
    ) -> Answer {
        let media_type =
            if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {SERVICE_KEY}"))
            .header(header::CONTENT_TYPE, media_type);
        if let Some(version) = expected {
            request = request.header(header::IF_MATCH, format!("\"{version}\""));
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        // The feed is no JSON, but a token.
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8(bytes.to_vec()).unwrap()));
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// A new session with data and payload.
    pub(crate) async fn log_in(&self, user: &str) -> Value {
        let body = json!({"userId": user, "sessionData": {}, "jwtPayload": "first"});
        self.call("POST", "/v1/sessions", &body).await.good()
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Answer {
        self.call("POST", "/v1/sessions/refresh", &json!({"refreshToken": refresh_token})).await
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

impl Answer {
    /// The body of a success.
    pub(crate) fn good(self) -> Value {
        assert!(matches!(self.status, 200 | 201), "{} {}", self.status, self.body);
        self.body
    }

    /// Whether the session was said to be over, in the one way in which that may be said.
    pub(crate) fn is_unauthorised(&self) -> bool {
        self.status == 401 && self.body["code"] == "unauthorised"
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

/// What an access token says.
pub(crate) fn claims(issued: &Value) -> Value {
    said(token(issued, "accessToken"))
}

/// How often the session was refreshed, as the access token says.
pub(crate) fn generation(issued: &Value) -> u64 {
    claims(issued)["gen"].as_u64().unwrap()
}

/// The handles of sessions in the feed, one per entry.
pub(crate) async fn feed(origin: &Origin) -> Vec<String> {
    let page = origin.call("GET", "/v1/revocations", &Value::Null).await.good();
    let sessions = feed_page(&page)["sessions"].as_array().cloned().unwrap_or_default();
    sessions.iter().map(|entry| entry[0].as_str().unwrap().to_owned()).collect()
}

/// Where the feed ends now.
pub(crate) async fn cursor(origin: &Origin) -> String {
    let page = origin.call("GET", "/v1/revocations", &Value::Null).await.good();
    feed_page(&page)["cursor"].as_str().unwrap().to_owned()
}

/// What a page of the feed says.
pub(crate) fn feed_page(signed: &Value) -> Value {
    said(signed.as_str().unwrap())
}

/// What a token says.
fn said(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

pub(crate) const SERVICE_KEY: &str = "0123456789abcdef0123456789abcdef";
