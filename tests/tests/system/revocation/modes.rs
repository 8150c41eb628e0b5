//! Paths on which an edge asks the origin each time, and paths on which it does not look at the feed.

use super::refusal;
use crate::System;
use http::Method;
use std::sync::Arc;
use tokio::task::JoinSet;
use wayleave_tests::{harness::Test, patience::until, tests};

pub(crate) fn all() -> Vec<Test> {
    tests![
        every_browser_is_told_when_many_sessions_end_at_once,
        a_strict_path_costs_one_origin_call_each_time,
        a_strict_path_refuses_the_very_next_request_at_another_edge,
        a_strict_path_says_try_again_while_the_origin_is_away,
        an_off_path_goes_on_until_the_token_expires,
    ]
}

/// `REVOCATION_STRICT_PATHS`.
pub(crate) const STRICT: &str = "/api/me";

/// `REVOCATION_OFF_PATHS`: one that the app does not know, so that its 404 says who was let in.
pub(crate) const OFF: &str = "/api/unknown";

/// Comes first: the second edge has not cleared any cookie yet, and has to learn how.
async fn every_browser_is_told_when_many_sessions_end_at_once(system: Arc<System>) {
    let second = system.second_edge().await;
    let mut browsers = Vec::new();
    for _ in 0..20 {
        let browser = second.visitor();
        browser.log_in("crowd").await;
        browsers.push(browser);
    }

    system.backend(Method::DELETE, "/v1/users/crowd/sessions", None).await.expect_status(200);

    let mut refusals = JoinSet::new();
    for browser in browsers {
        refusals.spawn(async move { refusal(&browser, "/auth/session").await });
    }
    for refused in refusals.join_all().await {
        refused.expect_session_ended();
    }
}

async fn a_strict_path_costs_one_origin_call_each_time(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("strict").await;
    alice.get(STRICT).await.expect_status(200);
    system.to_origin.forget();

    for _ in 0..10 {
        alice.get(STRICT).await.expect_status(200);
    }
    let calls = system.to_origin.requests_for_someone();
    alice.get("/auth/session").await.expect_status(200);

    assert_eq!(calls.len(), 10, "{calls:?}");
    assert!(calls.iter().all(|call| *call == calls[0]), "{calls:?}");
    assert_eq!(system.to_origin.requests_for_someone(), calls, "other paths cost none");
}

async fn a_strict_path_refuses_the_very_next_request_at_another_edge(system: Arc<System>) {
    let second = system.second_edge().await;
    for _ in 0..10 {
        let here = system.visitor();
        here.log_in("strict").await;
        let there = second.double(&here);
        there.get(STRICT).await.expect_status(200);

        here.sign_out().await.expect_status(200);

        second.to_origin.forget();
        there.get(STRICT).await.expect_session_ended();
        let calls = second.to_origin.requests_for_someone();
        assert!(calls.len() <= 1, "{calls:?}");
    }
}

async fn a_strict_path_says_try_again_while_the_origin_is_away(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("strict").await;
    alice.get(STRICT).await.expect_status(200);

    system.stop_origin().await;
    alice.get(STRICT).await.expect_try_again();
    system.start_origin().await;

    until("the edge reaches the origin again", async || {
        (alice.get(STRICT).await.status == 200).then_some(())
    })
    .await;
}

async fn an_off_path_goes_on_until_the_token_expires(system: Arc<System>) {
    let second = system.second_edge().await;
    let here = system.visitor();
    here.log_in("off").await;
    let (followed, unfollowed) = (second.double(&here), second.double(&here));
    unfollowed.get(OFF).await.expect_status(404);

    here.sign_out().await.expect_status(200);
    refusal(&followed, "/auth/session").await.expect_session_ended();

    system.to_app.forget();
    unfollowed.get(OFF).await.expect_status(404);
    assert_eq!(system.to_app.seen()[0].headers["x-wayleave-user-id"], "off");
    let expired = until("the token has expired", async || {
        let answer = unfollowed.get(OFF).await;
        (answer.status != 404).then_some(answer)
    })
    .await;
    expired.expect_refusal(401, "try_refresh_token");
    expired.expect_cookies_untouched();
}
