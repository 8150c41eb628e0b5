//! What the app's answer asks of the gateway, to the end: the origin's word, and the browser's next request.

use super::{UpstreamTest, stage::Stage};
use http::Method;
use serde_json::json;
use std::sync::Arc;

pub(super) fn all() -> Vec<UpstreamTest> {
    crate::upstream_tests![
        the_app_changes_the_payload_and_the_next_request_has_it,
        in_header_mode_the_new_access_token_comes_in_a_header,
        the_app_ends_the_session_of_the_request,
        the_app_ends_another_session_of_the_user,
        what_the_app_asks_for_wrongly_is_500_and_changes_nothing,
    ]
}

async fn the_app_changes_the_payload_and_the_next_request_has_it(stage: Arc<Stage>) {
    let alice = stage.user(r#"{"userId":"alice","jwtPayload":{"role":"user"}}"#).await;

    let changed =
        stage.answer(&alice, &[("x-wayleave-update-payload", r#"{"role":"zo\u00eb"}"#)]).await;

    changed.expect_status(200);
    assert_eq!(changed.body, "made by the app");
    assert_eq!(changed.header("x-wayleave-update-payload"), None);
    assert_eq!(changed.header("cache-control"), Some("no-store"));
    assert!(changed.header("front-token").is_some(), "{:?}", changed.headers);
    let seen = alice.get("/api/seen").await.expect(200).json();
    assert_eq!(seen["headers"]["x-wayleave-payload"], r#"{"role":"zo\u00eb"}"#);
    // Also what a refresh brings.
    alice.refresh().await.expect_status(200);
    let seen = alice.get("/api/seen").await.expect(200).json();
    assert_eq!(seen["headers"]["x-wayleave-payload"], r#"{"role":"zo\u00eb"}"#);
}

async fn in_header_mode_the_new_access_token_comes_in_a_header(stage: Arc<Stage>) {
    let alice = stage.visitor().in_header_mode();
    let log_in = [("x-wayleave-create-session", r#"{"userId":"alice"}"#)];
    alice.get(&super::stage::answer_with("/public", &log_in)).await.expect_status(200);

    let changed = stage.answer(&alice, &[("x-wayleave-update-payload", "[1]")]).await.expect(200);

    assert!(changed.header("st-access-token").is_some(), "{:?}", changed.headers);
    assert_eq!(changed.set_cookies(), [""; 0]);
    let session = alice.get("/auth/session").await.expect(200).json();
    assert_eq!(session["jwtPayload"], json!([1]));
}

async fn the_app_ends_the_session_of_the_request(stage: Arc<Stage>) {
    let alice = stage.user(r#"{"userId":"alice"}"#).await;
    let before = alice.double();
    let handle = alice.handle().await;

    let ended = stage.answer(&alice, &[("x-wayleave-revoke-session", "current")]).await;

    ended.expect_status(200);
    assert_eq!(ended.body, "made by the app");
    assert_eq!(ended.header("x-wayleave-revoke-session"), None);
    ended.expect_cookies_cleared();
    // At once, for whoever has a copy of the cookies.
    before.get("/api/seen").await.expect_session_ended();
    let path = format!("/v1/sessions/{handle}");
    stage.origin.backend(Method::GET, &path, None).await.expect_status(401);
}

async fn the_app_ends_another_session_of_the_user(stage: Arc<Stage>) {
    let phone = stage.user(r#"{"userId":"alice"}"#).await;
    let laptop = stage.user(r#"{"userId":"alice"}"#).await;
    let handle = phone.handle().await;

    let ended = stage.answer(&laptop, &[("x-wayleave-revoke-session", &handle)]).await;

    ended.expect_status(200);
    ended.expect_cookies_untouched();
    phone.get("/api/seen").await.expect_session_ended();
    laptop.get("/api/seen").await.expect_status(200);
}

async fn what_the_app_asks_for_wrongly_is_500_and_changes_nothing(stage: Arc<Stage>) {
    let alice = stage.user(r#"{"userId":"alice"}"#).await;
    stage.to_origin.forget();
    let create = ("x-wayleave-create-session", r#"{"userId":"bob@example.test"}"#);
    let end = ("x-wayleave-revoke-session", "current");
    for (headers, reason) in [
        (
            [create, end].as_slice(),
            "the headers x-wayleave-create-session and x-wayleave-revoke-session stand in one answer",
        ),
        (
            // The platform joins them.
            &[end, end],
            "the header x-wayleave-revoke-session is neither `current` nor a session handle",
        ),
        (
            &[("x-wayleave-update-payload", r#"{"a":"bob@example.test","a":2}"#)],
            "the header x-wayleave-update-payload has an object with two members of one name",
        ),
    ] {
        let refused = stage.answer(&alice, headers).await;

        refused.expect_refusal(500, "internal");
        refused.expect_cookies_untouched();
        let log = stage.log();
        assert!(log.contains(reason), "{reason}: {log}");
        assert!(!log.contains("bob@example.test"), "{log}");
    }
    assert_eq!(stage.to_origin.requests_for_someone(), [""; 0]);
    alice.get("/api/seen").await.expect_status(200);
}
