//! What the log and the webhook learn of a theft.

use crate::{
    deployment::{SERVICE_KEY, source},
    log::Log,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tower::ServiceExt;
use wayleave_origin::{
    clock::ManualClock,
    config::Settings,
    http::router,
    server::state,
    store::{DueEvent, EndReason, SqlStore, Store, StoreClock},
};
use wayleave_shared::{session_handle::SessionHandle, user_id::UserId};

#[tokio::test]
async fn a_theft_is_an_event_that_names_what_was_ended() {
    for (action, ended) in [("report", 0), ("revoke-session", 1), ("revoke-user", 2)] {
        let origin = Origin::with(action, "http://localhost/").await;

        let theft = origin.theft().await;

        let [event] = &origin.events().await[..] else { panic!("{action}: not one event") };
        assert_eq!(event.reason, EndReason::Theft(theft.stolen));
        assert_eq!(event.user_id, UserId::text("alice-id").unwrap());
        let mut expected = [theft.stolen, theft.other][..ended].to_vec();
        expected.sort_unstable();
        assert_eq!(event.sessions, expected, "{action}");
    }
}

#[tokio::test]
async fn without_a_webhook_no_event_is_kept() {
    for action in ["report", "revoke-session", "revoke-user"] {
        let origin = Origin::with(action, "").await;

        origin.theft().await;

        assert_eq!(origin.events().await, []);
    }
}

#[tokio::test]
async fn a_theft_is_one_warning_with_the_handle_and_nothing_personal() {
    let log = Log::start();
    let origin = Origin::with("revoke-session", "").await;

    let theft = origin.theft().await;

    let log = log.text();
    let warnings: Vec<_> = log.lines().filter(|line| line.contains(" WARN ")).collect();
    let [warning] = warnings[..] else { panic!("{log}") };
    let handle = format!("session.handle={}", theft.stolen);
    for part in ["event=\"session.theft\"", &handle, "action=\"revoke-session\""] {
        assert!(warning.contains(part), "{warning}");
    }
    for secret in ["alice-id", &theft.token, SERVICE_KEY] {
        assert!(!log.contains(secret), "{secret} is in:\n{log}");
    }
}

/// The routes on an empty database. Removed with this value.
struct Origin {
    router: Router,
    store: SqlStore,
    clock: Arc<ManualClock>,
    _folder: TempDir,
}

/// What was stolen, and from whom.
struct Theft {
    stolen: SessionHandle,
    other: SessionHandle,
    token: String,
}

impl Origin {
    async fn with(theft_action: &str, webhook_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/test.db", folder.path().display());
        let mut source = source(webhook_url, &url);
        source.extend([("WAYLEAVE_THEFT_ACTION", theft_action)]);
        let clock = Arc::new(ManualClock::at(crate::deployment::START));
        let store = SqlStore::connect(&url, 4, StoreClock::Given(clock.clone())).await.unwrap();
        let settings = Settings::parse(&source).unwrap();
        let state = state(&settings, Arc::new(store.clone()), clock.clone()).await.unwrap();
        Self { router: router(state), store, clock, _folder: folder }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {SERVICE_KEY}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()));
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap()
    }

    /// A refresh token is used again after its successor was.
    async fn theft(&self) -> Theft {
        let user = json!({ "userId": "alice-id" });
        let first = self.post("/v1/sessions", user.clone()).await;
        let other = self.post("/v1/sessions", user).await;
        let token = first["refreshToken"]["token"].clone();
        let second = self.post("/v1/sessions/refresh", json!({ "refreshToken": token })).await;
        let successor = &second["refreshToken"]["token"];
        self.post("/v1/sessions/refresh", json!({ "refreshToken": successor })).await;
        self.clock.advance(Duration::from_mins(1));
        let refused = self.post("/v1/sessions/refresh", json!({ "refreshToken": token })).await;
        assert_eq!(refused["code"], "token_theft_detected");
        let handle =
            |issued: &Value| issued["session"]["handle"].as_str().unwrap().parse().unwrap();
        Theft {
            stolen: handle(&first),
            other: handle(&other),
            token: token.as_str().unwrap().to_owned(),
        }
    }

    async fn events(&self) -> Vec<DueEvent> {
        self.store.take_events(10, Duration::from_secs(1)).await.unwrap()
    }
}
