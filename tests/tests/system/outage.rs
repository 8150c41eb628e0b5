//! The origin is away: who is signed in stays signed in.
//!
//! What an edge does with requests that it could verify, while it cannot learn who was signed out meanwhile, is its setting `STALE_FEED`. Everything else is the
//! same with both.

use crate::System;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use wayleave_dev::stopwatch::Stopwatch;
use wayleave_tests::{harness::Test, patience::until, tests, visitor::Visitor};

/// For a system with `STALE_FEED=accept`.
pub(crate) fn accepting() -> Vec<Test> {
    let mut tests = tests![verified_requests_go_on_while_the_origin_is_away];
    tests.extend(with_either());
    tests
}

/// For a system with `STALE_FEED=reject`.
pub(crate) fn rejecting() -> Vec<Test> {
    let mut tests = tests![
        verified_requests_go_on_until_the_feed_is_stale_and_then_say_try_again,
        a_session_ended_while_an_edge_was_cut_off_is_never_let_in_again,
    ];
    tests.extend(with_either());
    tests
}

fn with_either() -> Vec<Test> {
    tests![
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
    let watch = Stopwatch::start();
    until("the feed is stale for long", async || {
        assert_eq!(alice.get("/api/me").await.expect(200).json()["userId"], "alice");
        alice.get("/auth/session").await.expect_status(200);
        (watch.elapsed() > 3 * MAX_STALENESS).then_some(())
    })
    .await;

    alice.get("/").await.expect_status(200);
}

async fn verified_requests_go_on_until_the_feed_is_stale_and_then_say_try_again(
    system: Arc<System>,
) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    alice.get("/api/me").await.expect_status(200);

    system.stop_origin().await;
    let stale = until("the feed is stale", async || {
        let answer = alice.get("/api/me").await;
        (answer.status != 200).then_some(answer)
    })
    .await;

    stale.expect_try_again();
    for _ in 0..10 {
        alice.get("/api/me").await.expect_try_again();
        alice.get("/auth/session").await.expect_try_again();
    }
    system.start_origin().await;
    back_again(&alice).await;
    alice.get("/auth/session").await.expect_status(200);
}

async fn a_session_ended_while_an_edge_was_cut_off_is_never_let_in_again(system: Arc<System>) {
    let second = system.second_edge().await;
    let alice = system.visitor();
    alice.log_in("cut-off").await;
    let there = second.double(&alice);
    there.get("/api/me").await.expect_status(200);

    second.to_origin.close().await;
    alice.sign_out().await.expect_status(200);
    until("the feed of the edge that is cut off is stale", async || {
        (there.get("/api/me").await.status == 503).then_some(())
    })
    .await;
    second.to_origin.reopen().await;

    let refused = until("the edge has caught up", async || {
        let answer = there.get("/api/me").await;
        (answer.status != 503).then_some(answer)
    })
    .await;
    refused.expect_session_ended();
}

async fn what_needs_the_origin_says_try_again_and_touches_no_cookie(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    alice.get("/api/me").await.expect_status(200);

    system.stop_origin().await;

    alice.get("/auth/session/data").await.expect_try_again();
    alice.put("/auth/session/data").json(&json!({"data": 1})).await.expect_try_again();
    alice.refresh().await.expect_try_again();
    alice.sign_out().await.expect_try_again();
    alice.get("/api/counter").await.expect_try_again();
}

async fn everything_works_again_when_the_origin_is_back(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in_with(json!({"userId": "alice", "sessionData": "kept"})).await.expect_status(200);

    system.stop_origin().await;
    alice.refresh().await.expect_try_again();
    alice.sign_out().await.expect_try_again();
    system.start_origin().await;

    back_again(&alice).await;
    assert_eq!(alice.get("/auth/session/data").await.expect(200).json()["data"], "kept");
    alice.refresh().await.expect_status(200);
    alice.get("/api/me").await.expect_status(200);
    alice.sign_out().await.expect(200).expect_cookies_cleared();
}

async fn a_log_in_while_the_origin_is_away_sets_no_cookie(system: Arc<System>) {
    let alice = system.visitor();
    system.stop_origin().await;

    let refused = alice.log_in_with(json!({"userId": "alice"})).await;

    refused.expect_try_again();
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

/// Waits until the edge has its feed again; until then it may only say that it has not.
async fn back_again(visitor: &Visitor) {
    until("the edge has its feed again", async || {
        let answer = visitor.get("/api/me").await;
        if answer.status == 200 {
            return Some(());
        }
        answer.expect_try_again();
        None
    })
    .await;
}

/// Of the accepting edge.
const MAX_STALENESS: Duration = Duration::from_secs(1);
