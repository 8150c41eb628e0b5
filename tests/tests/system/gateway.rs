//! What the app sees, and what never reaches it.

use crate::System;
use serde_json::json;
use std::sync::Arc;
use wayleave_tests::{harness::Test, tests};

pub(crate) fn all() -> Vec<Test> {
    tests![
        the_app_sees_who_it_is_from_the_token_alone,
        headers_that_only_the_gateway_may_set_never_come_from_outside,
        a_forged_log_in_header_in_a_request_starts_no_session,
        a_protected_path_without_a_session_never_reaches_the_app,
        every_spelling_of_a_protected_path_is_protected,
        a_public_path_needs_no_session,
        what_the_app_answers_arrives_as_it_was,
    ]
}

async fn the_app_sees_who_it_is_from_the_token_alone(system: Arc<System>) {
    let alice = system.visitor();
    alice
        .log_in_with(json!({"userId": "alice", "jwtPayload": {"é": "\n"}}))
        .await
        .expect_status(200);
    let handle = alice.handle().await;
    system.to_app.forget();

    alice.get("/api/me?x=1").await.expect_status(200);

    let [seen] = &system.to_app.seen()[..] else { panic!("one request reaches the app") };
    assert_eq!(seen.path, "/api/me?x=1");
    assert_eq!(seen.headers["x-wayleave-user-id"], "alice");
    assert_eq!(seen.headers["x-wayleave-session"], handle.as_str());
    assert_eq!(seen.headers["x-wayleave-payload"], r#"{"\u00e9":"\n"}"#);
}

async fn headers_that_only_the_gateway_may_set_never_come_from_outside(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    let nobody = system.visitor();
    system.to_app.forget();

    for visitor in [&alice, &nobody] {
        for path in ["/api/me", "/healthz"] {
            let request = visitor
                .get(path)
                .header("x-wayleave-user-id", "mallory")
                .header("X-Wayleave-Session", "AAAAAAAAAAAAAAAAAAAAAA")
                .header("x-wayleave-payload", r#"{"role":"admin"}"#)
                .header("x-wayleave-anything-else", "mallory");
            request.await;
        }
    }

    let seen = system.to_app.seen();
    assert_eq!(
        system.to_app.requests(),
        ["GET /api/me", "GET /healthz", "GET /healthz"],
        "nobody's call of the protected path does not arrive"
    );
    for (index, request) in seen.iter().enumerate() {
        let trusted: Vec<_> = request
            .headers
            .keys()
            .filter(|name| name.as_str().starts_with("x-wayleave-"))
            .collect();
        // The last one is nobody's.
        let expected = if index < 2 { 2 } else { 0 };
        assert_eq!(trusted.len(), expected, "{}: {trusted:?}", request.path);
        assert!(!format!("{:?}", request.headers).contains("mallory"), "{:?}", request.headers);
    }
}

async fn a_forged_log_in_header_in_a_request_starts_no_session(system: Arc<System>) {
    let mallory = system.visitor();

    let answer = mallory
        .get("/healthz")
        .header("x-wayleave-create-session", r#"{"userId":"alice"}"#)
        .await
        .expect(200);

    answer.expect_cookies_untouched();
    assert!(!system.to_app.seen()[0].headers.contains_key("x-wayleave-create-session"));
    assert_eq!(system.to_origin.requests_but_pulls(), [""; 0]);
}

async fn a_protected_path_without_a_session_never_reaches_the_app(system: Arc<System>) {
    let nobody = system.visitor();

    let refused = nobody.get("/api/me").await;

    refused.expect_refusal(401, "unauthorised");
    assert_eq!(refused.json()["errType"], 2000);
    refused.expect_cookies_untouched();
    assert!(system.to_app.requests().is_empty());
}

async fn every_spelling_of_a_protected_path_is_protected(system: Arc<System>) {
    let nobody = system.visitor();

    for path in [
        "/api/me/",
        "//api/me",
        "/api//me",
        "/%61pi/me",
        "/x/..%2fapi/me",
        "/api%2fme",
        "/;/../api/me",
    ] {
        let answer = nobody.get(path).await;
        // Either refused here, or something that the app does not take for its protected route.
        let reached = system.to_app.requests();
        assert!(
            answer.status == 401 || !reached.contains(&"GET /api/me".to_owned()),
            "{path}: {reached:?}"
        );
        assert_ne!(answer.status, 200, "{path}: {}", answer.body);
    }
}

async fn a_public_path_needs_no_session(system: Arc<System>) {
    let nobody = system.visitor();

    let page = nobody.get("/").await.expect(200);

    assert!(page.body.contains("data-test=\"state\""));
    page.expect_cookies_untouched();
}

async fn what_the_app_answers_arrives_as_it_was(system: Arc<System>) {
    let nobody = system.visitor();

    let refused = nobody.post("/login").text(r#"{"userId": ""}"#).await;
    let missing = nobody.get("/no-such-page").await;

    refused.expect_refusal(400, "bad_request");
    missing.expect_status(404);
    assert_eq!(missing.json()["code"], "not_found");
}
