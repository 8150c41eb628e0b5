//! `GET /metrics`: each counter moves for its event, by one, and no other does.

use crate::origin::{Origin, path, request, token};
use axum::body::Body;
use std::collections::BTreeMap;

#[tokio::test]
async fn the_counters_need_no_service_key_and_name_nobody() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;

    let answer = origin.send(request("GET", "/metrics").body(Body::empty()).unwrap()).await;

    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.headers["content-type"],
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(answer.text.ends_with("# EOF\n"), "{}", answer.text);
    for personal in ["alice", issued["session"]["handle"].as_str().unwrap()] {
        assert!(!answer.text.contains(personal), "{}", answer.text);
    }
}

#[tokio::test]
async fn every_series_is_there_from_the_start_at_zero() {
    let origin = Origin::start().await;

    let counted = counters(&origin).await;

    let names: Vec<_> = counted.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "wayleave_confirmations_received_total",
            "wayleave_expired_sessions_removed_total",
            "wayleave_refreshes_total{outcome=\"confirmed\"}",
            "wayleave_refreshes_total{outcome=\"failed\"}",
            "wayleave_refreshes_total{outcome=\"kept\"}",
            "wayleave_refreshes_total{outcome=\"repeated\"}",
            "wayleave_refreshes_total{outcome=\"rotated\"}",
            "wayleave_refreshes_total{outcome=\"theft\"}",
            "wayleave_refreshes_total{outcome=\"unauthorised\"}",
            "wayleave_sessions_created_total",
            "wayleave_sessions_ended_total{reason=\"limit\"}",
            "wayleave_sessions_ended_total{reason=\"replaced\"}",
            "wayleave_sessions_ended_total{reason=\"revoked\"}",
            "wayleave_sessions_ended_total{reason=\"theft\"}",
            "wayleave_thefts_total{action=\"report\"}",
            "wayleave_thefts_total{action=\"revoke-session\"}",
            "wayleave_thefts_total{action=\"revoke-user\"}",
            "wayleave_webhook_deliveries_total{outcome=\"failed\"}",
            "wayleave_webhook_deliveries_total{outcome=\"given_up\"}",
            "wayleave_webhook_deliveries_total{outcome=\"told\"}",
        ]
    );
    assert!(counted.values().all(|count| *count == 0));
}

#[tokio::test]
async fn a_log_in_is_counted_with_what_it_ends() {
    let origin = Origin::with([("WAYLEAVE_MAX_SESSIONS_PER_USER", "1")]).await;
    let mut moved = Moved::of(&origin).await;

    let issued = origin.log_in().await;
    assert_eq!(moved.now().await, ["sessions_created"]);

    origin.advance(1);
    origin.log_in().await;
    assert_eq!(moved.now().await, ["sessions_created", "sessions_ended{limit}"]);

    let other = origin.call("POST", "/v1/sessions", r#"{"userId":"bob"}"#).await.json();
    assert_eq!(moved.now().await, ["sessions_created"]);
    for replaced in [&other, &issued] {
        let handle = replaced["session"]["handle"].as_str().unwrap();
        let body = format!(r#"{{"userId":"carol {handle}","replaces":"{handle}"}}"#);
        origin.call("POST", "/v1/sessions", &body).await;
        // One that is gone already was not ended.
        let expected = if *replaced == other { 2 } else { 1 };
        assert_eq!(moved.now().await, ["sessions_created", "sessions_ended{replaced}"][..expected]);
    }

    let refused = origin.call("POST", "/v1/sessions", "{}").await;
    assert_eq!((refused.status.as_u16(), moved.now().await), (400, vec![]));
}

#[tokio::test]
async fn every_outcome_of_a_refresh_is_counted() {
    let origin = Origin::start().await;
    let first = origin.log_in().await;
    let mut moved = Moved::of(&origin).await;

    let second = origin.refreshed(&first).await;
    assert_eq!(moved.now().await, ["refreshes{rotated}"]);
    origin.refreshed(&first).await;
    assert_eq!(moved.now().await, ["refreshes{repeated}"]);
    origin.refreshed(&second).await;
    assert_eq!(moved.now().await, ["refreshes{confirmed}"]);
    origin.refreshed(&second).await;
    assert_eq!(moved.now().await, ["refreshes{kept}"]);

    origin.advance(11);
    origin.refresh(token(&first, "refreshToken")).await.refused(401, "token_theft_detected");
    assert_eq!(
        moved.now().await,
        ["refreshes{theft}", "sessions_ended{theft}", "thefts{revoke-session}"]
    );
    for presented in ["x", token(&second, "refreshToken")] {
        origin.refresh(presented).await.refused(401, "unauthorised");
        assert_eq!(moved.now().await, ["refreshes{unauthorised}"]);
    }

    let other = origin.log_in().await;
    moved.now().await;
    origin.store.close().await;
    origin.refresh(token(&other, "refreshToken")).await.refused(503, "unavailable");
    assert_eq!(moved.now().await, ["refreshes{failed}"]);
}

#[tokio::test]
async fn a_theft_is_counted_by_what_is_done_about_it() {
    for (action, expected) in [
        ("report", &["refreshes{theft}", "thefts{report}"][..]),
        ("revoke-user", &["refreshes{theft}", "sessions_ended{theft}", "thefts{revoke-user}"]),
    ] {
        let origin = Origin::with([("WAYLEAVE_THEFT_ACTION", action)]).await;
        let first = origin.log_in().await;
        let second = origin.refreshed(&first).await;
        origin.refreshed(&second).await;
        origin.advance(11);
        let mut moved = Moved::of(&origin).await;

        origin.refresh(token(&first, "refreshToken")).await.refused(401, "token_theft_detected");

        assert_eq!(moved.now().await, expected);
    }
}

#[tokio::test]
async fn sessions_are_counted_when_they_are_ended_and_not_again() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;
    let mut moved = Moved::of(&origin).await;

    origin.call("DELETE", &path(&issued), "").await;
    assert_eq!(moved.now().await, ["sessions_ended{revoked}"]);
    origin.call("DELETE", &path(&issued), "").await;
    assert_eq!(moved.now().await, [""; 0]);

    origin.log_in().await;
    moved.now().await;
    origin.call("DELETE", "/v1/users/alice/sessions", "").await;
    assert_eq!(moved.now().await, ["sessions_ended{revoked}"]);
    origin.call("DELETE", "/v1/users/alice/sessions", "").await;
    assert_eq!(moved.now().await, [""; 0]);
}

#[tokio::test]
async fn a_confirmation_is_counted() {
    let origin = Origin::start().await;
    let mut moved = Moved::of(&origin).await;
    let body = r#"{"sessions":[{"handle":"AAAAAAAAAAAAAAAAAAAAAA","refreshHash":"AAAAAAAAAAAAAAAAAAAAAA"}]}"#;

    let answer = origin.call("POST", "/v1/sessions/confirm", body).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(moved.now().await, ["confirmations_received"]);
}

/// What has moved since the last look, by one.
struct Moved<'origin> {
    origin: &'origin Origin,
    before: BTreeMap<String, u64>,
}

impl<'origin> Moved<'origin> {
    async fn of(origin: &'origin Origin) -> Self {
        Self { origin, before: counters(origin).await }
    }

    /// The short names of the series that moved.
    async fn now(&mut self) -> Vec<String> {
        let now = counters(self.origin).await;
        let mut moved = Vec::new();
        for (name, count) in &now {
            match count - self.before[name] {
                0 => {}
                1 => moved.push(short(name)),
                more => panic!("{name} moved by {more}"),
            }
        }
        self.before = now;
        moved
    }
}

/// `wayleave_thefts_total{action="report"}` is `thefts{report}`.
fn short(name: &str) -> String {
    let name = name.strip_prefix("wayleave_").unwrap();
    match name.split_once("_total{") {
        Some((name, label)) => format!("{name}{{{}}}", label.split('"').nth(1).unwrap()),
        None => name.strip_suffix("_total").unwrap().to_owned(),
    }
}

async fn counters(origin: &Origin) -> BTreeMap<String, u64> {
    let answer = origin.send(request("GET", "/metrics").body(Body::empty()).unwrap()).await;
    let lines = answer.text.lines().filter(|line| !line.starts_with('#'));
    let parsed = lines.map(|line| {
        let (name, count) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), count.parse().unwrap())
    });
    parsed.collect()
}
