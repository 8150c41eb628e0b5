//! The origin is away: who is signed in stays signed in.

use crate::System;
use serde_json::json;
use std::sync::Arc;
use wayleave_tests::{answer::Answer, harness::Test, tests};

pub(crate) fn all() -> Vec<Test> {
    tests![
        verified_requests_go_on_while_the_origin_is_away,
        what_needs_the_origin_says_try_again_and_touches_no_cookie,
        everything_works_again_when_the_origin_is_back,
        a_log_in_while_the_origin_is_away_sets_no_cookie,
        an_app_that_is_away_is_no_reason_to_be_signed_out,
    ]
}

async fn verified_requests_go_on_while_the_origin_is_away(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    alice.get("/api/me").await.expect_status(200);

    system.stop_origin().await;

    for _ in 0..10 {
        assert_eq!(alice.get("/api/me").await.expect(200).json()["userId"], "alice");
        alice.get("/auth/session").await.expect_status(200);
    }
    alice.get("/").await.expect_status(200);
}

async fn what_needs_the_origin_says_try_again_and_touches_no_cookie(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    alice.get("/api/me").await.expect_status(200);

    system.stop_origin().await;

    expect_try_again(&alice.get("/auth/session/data").await);
    expect_try_again(&alice.put("/auth/session/data").json(&json!({"data": 1})).await);
    expect_try_again(&alice.refresh().await);
    expect_try_again(&alice.sign_out().await);
    expect_try_again(&alice.get("/api/counter").await);
}

async fn everything_works_again_when_the_origin_is_back(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in_with(json!({"userId": "alice", "sessionData": "kept"})).await.expect_status(200);

    system.stop_origin().await;
    expect_try_again(&alice.refresh().await);
    expect_try_again(&alice.sign_out().await);
    system.start_origin().await;

    assert_eq!(alice.get("/auth/session/data").await.expect(200).json()["data"], "kept");
    alice.refresh().await.expect_status(200);
    alice.get("/api/me").await.expect_status(200);
    alice.sign_out().await.expect(200).expect_cookies_cleared();
}

async fn a_log_in_while_the_origin_is_away_sets_no_cookie(system: Arc<System>) {
    let alice = system.visitor();
    system.stop_origin().await;

    let refused = alice.log_in_with(json!({"userId": "alice"})).await;

    expect_try_again(&refused);
    assert_eq!(refused.header("x-wayleave-create-session"), None);
}

async fn an_app_that_is_away_is_no_reason_to_be_signed_out(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    system.to_app.close().await;

    let failed = alice.get("/api/me").await;

    assert!(failed.status >= 500, "{}", failed.status);
    failed.expect_cookies_untouched();
    alice.get("/auth/session").await.expect_status(200);
}

fn expect_try_again(answer: &Answer) {
    answer.expect_refusal(503, "unavailable");
    answer.expect_cookies_untouched();
    let seconds = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
    assert!(seconds.is_some_and(|seconds| seconds > 0), "{}: {:?}", answer.request, answer.headers);
}
