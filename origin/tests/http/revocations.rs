//! `GET /v1/revocations`.

use crate::origin::{Answer, NOW_MS, Origin, path, request};
use axum::body::Body;
use http::header;
use wayleave_shared::{
    feed::{FeedCursor, FeedPage, FeedRefusal, UserDigest, verify_feed},
    key_set::{JsonWebKeySet, KeySet},
    session_handle::SessionHandle,
    time::UnixSeconds,
    user_id::UserId,
};

const NOW: UnixSeconds = UnixSeconds(NOW_MS / 1000);
const ROUTE: &str = "/v1/revocations";

async fn keys(origin: &Origin) -> KeySet {
    let published = origin.call("GET", "/.well-known/jwks.json", "").await.text;
    KeySet::from_published(&serde_json::from_str::<JsonWebKeySet>(&published).unwrap())
}

/// The page of an answer, verified as an edge does it.
async fn opened(
    origin: &Origin,
    answer: &Answer,
    since: Option<FeedCursor>,
) -> Result<FeedPage, FeedRefusal> {
    verify_feed(&answer.text, &keys(origin).await, "https://id.example", since, NOW)
}

async fn page(origin: &Origin, since: Option<FeedCursor>) -> FeedPage {
    let route = since.map_or(ROUTE.to_owned(), |since| format!("{ROUTE}?since={since}"));
    let answer = origin.call("GET", &route, "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    opened(origin, &answer, since).await.unwrap()
}

fn handle(issued: &serde_json::Value) -> SessionHandle {
    issued["session"]["handle"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_first_page_is_signed_and_never_cached() {
    let origin = Origin::start().await;

    let answer = origin.call("GET", ROUTE, "").await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/jose");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    let page = opened(&origin, &answer, None).await.unwrap();
    assert_eq!((page.since, page.restart, page.more), (None, true, false));
    assert_eq!((page.cursor.position, page.issued_at), (0, NOW));
    let cursor = FeedCursor { epoch: [1; 16], position: 0 };
    assert_eq!(opened(&origin, &answer, Some(cursor)).await, Err(FeedRefusal::AnotherCursor));
}

#[tokio::test]
async fn a_sign_out_is_told_until_its_tokens_have_expired() {
    let origin = Origin::start().await;
    let start = page(&origin, None).await.cursor;
    let issued = origin.log_in().await;
    origin.call("DELETE", &path(&issued), "").await;

    let told = page(&origin, Some(start)).await;

    assert!(!told.restart);
    let [entry] = told.sessions.as_slice() else { panic!("{told:?}") };
    assert_eq!(entry.handle, handle(&issued));
    // An hour, and a minute for clocks that differ.
    assert_eq!(entry.forget_at, UnixSeconds(NOW.0 + 3660));
    assert_eq!(page(&origin, Some(told.cursor)).await.sessions, []);
}

#[tokio::test]
async fn a_log_in_that_replaces_a_session_tells_of_its_end() {
    let origin = Origin::start().await;
    let old = origin.log_in().await;
    let body = format!(r#"{{"userId":"alice","replaces":{}}}"#, old["session"]["handle"]);
    let answer = origin.call("POST", "/v1/sessions", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);

    let told = page(&origin, None).await;

    let handles: Vec<_> = told.sessions.iter().map(|entry| entry.handle).collect();
    assert_eq!(handles, [handle(&old)]);
}

#[tokio::test]
async fn the_end_of_a_user_tells_the_sessions_and_the_user() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;
    origin.call("DELETE", "/v1/users/alice/sessions", "").await;

    let told = page(&origin, None).await;

    assert_eq!(told.sessions.len(), 1);
    assert_eq!(told.sessions[0].handle, handle(&issued));
    let [user] = told.users.as_slice() else { panic!("{told:?}") };
    assert_eq!(user.user, UserDigest::of(&UserId::text("alice").unwrap()));
    assert_eq!(
        user.issued_before,
        UnixSeconds(NOW.0 - 60),
        "a log-in by a clock that is behind stands"
    );
    assert_eq!(user.forget_at, UnixSeconds(NOW.0 + 3660));
}

#[tokio::test]
async fn an_unknown_cursor_is_answered_from_the_beginning() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;
    origin.call("DELETE", &path(&issued), "").await;
    let known = page(&origin, None).await.cursor;

    for unknown in [FeedCursor { epoch: [7; 16], position: 1 }, FeedCursor { position: 9, ..known }]
    {
        let told = page(&origin, Some(unknown)).await;
        assert!(told.restart, "{told:?}");
        assert_eq!((told.sessions.len(), told.cursor), (1, known));
    }
}

#[tokio::test]
async fn a_bad_cursor_is_refused() {
    let origin = Origin::start().await;
    for query in ["since=", "since=17", "since=AAAAAAAAAAAAAAAAAAAAAA.01", "from=1"] {
        origin.call("GET", &format!("{ROUTE}?{query}"), "").await.refused(400, "bad_request");
    }
}

#[tokio::test]
async fn the_feed_is_for_callers_with_a_service_key() {
    let origin = Origin::start().await;
    let answer = origin.send(request("GET", ROUTE).body(Body::empty()).unwrap()).await;
    answer.refused(401, "service_key_refused");
    origin.call("POST", ROUTE, "").await.refused(405, "method_not_allowed");
}
