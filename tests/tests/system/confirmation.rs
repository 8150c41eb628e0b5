//! The origin learns from the edge which refresh tokens have arrived, and takes the former ones no more.
//!
//! Its window for late answers is zero here, so that what was replaced is theft as soon as its successor is known to be in use.

use crate::System;
use http::Method;
use std::sync::Arc;
use tokio::task::JoinSet;
use wayleave_tests::{
    answer::Answer,
    harness::{Test, say},
    patience::until,
    tests,
    visitor::Visitor,
};

/// For a system with `CONFIRM=background`.
pub(crate) fn in_the_background() -> Vec<Test> {
    tests![
        a_replaced_refresh_token_is_theft_once_its_successor_is_in_use,
        many_sessions_are_confirmed_by_few_calls,
        a_session_is_confirmed_once_and_a_log_in_never,
        what_could_not_be_confirmed_is_confirmed_when_the_origin_is_back,
    ]
}

/// For a system with `CONFIRM=inline` and `REVOCATION=off`.
pub(crate) fn inline() -> Vec<Test> {
    tests![
        a_replaced_refresh_token_is_theft_right_after_its_successors_first_request,
        a_refresh_token_that_was_replaced_twice_is_theft,
        a_session_that_was_ended_elsewhere_is_refused_at_the_first_sight_of_its_new_token,
        a_token_that_was_seen_goes_on_until_it_expires,
        only_the_first_request_after_a_refresh_asks_the_origin,
        a_first_request_says_try_again_while_the_origin_is_away,
    ]
}

async fn a_replaced_refresh_token_is_theft_once_its_successor_is_in_use(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("robbed").await;
    let thief = alice.double();
    alice.refresh().await.expect_status(200);
    // Until the successor is in use its answer may have been lost: the same one comes again.
    let again = thief.double();
    again.refresh().await.expect_status(200);
    assert_eq!(again.cookie("sRefreshToken"), alice.cookie("sRefreshToken"));
    system.to_origin.forget();

    alice.get("/api/me").await.expect_status(200);
    until("the edge has told the origin", async || (confirmations(&system) > 0).then_some(()))
        .await;
    let refused = refused_refresh(&thief).await;

    expect_theft(&refused);
    let over = until("the session is over", async || {
        let answer = alice.get("/api/me").await;
        (answer.status != 200).then_some(answer)
    })
    .await;
    over.expect_session_ended();
    assert_eq!(confirmations(&system), 1, "{:?}", system.to_origin.requests());
}

async fn many_sessions_are_confirmed_by_few_calls(system: Arc<System>) {
    let mut browsers = Vec::new();
    for index in 0..SESSIONS {
        let browser = system.visitor();
        browser.log_in(format!("one-of-many-{index}")).await;
        let former = browser.double();
        browser.refresh().await.expect_status(200);
        browsers.push((browser, former));
    }
    system.to_origin.forget();

    let mut requests = JoinSet::new();
    for (browser, former) in browsers {
        requests.spawn(async move {
            browser.get("/api/me").await.expect_status(200);
            former
        });
    }
    for former in requests.join_all().await {
        expect_theft(&refused_refresh(&former).await);
    }

    let calls = confirmations(&system);
    assert!((1..=SESSIONS / 4).contains(&calls), "{calls} calls");
    say(&format!("{SESSIONS} sessions confirmed; origin calls: {calls}"));
}

async fn a_session_is_confirmed_once_and_a_log_in_never(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    system.to_origin.forget();

    for _ in 0..20 {
        alice.get("/api/me").await.expect_status(200);
    }
    alice.refresh().await.expect_status(200);
    assert_eq!(confirmations(&system), 0, "{:?}", system.to_origin.requests());
    until("the edge has told the origin", async || {
        alice.get("/auth/session").await.expect_status(200);
        (confirmations(&system) > 0).then_some(())
    })
    .await;
    for _ in 0..20 {
        alice.get("/api/me").await.expect_status(200);
    }

    assert_eq!(confirmations(&system), 1, "{:?}", system.to_origin.requests());
}

async fn what_could_not_be_confirmed_is_confirmed_when_the_origin_is_back(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("patient").await;
    let former = alice.double();
    alice.refresh().await.expect_status(200);

    system.stop_origin().await;
    // Whatever the answer: how old the feed is now is not what this is about.
    alice.get("/api/me").await;
    system.start_origin().await;

    until("the edge has told the origin", async || {
        alice.get("/").await.expect_status(200);
        (confirmations(&system) > 0).then_some(())
    })
    .await;
    expect_theft(&refused_refresh(&former).await);
}

/// S1 → R1 → S2 → R1, as the documented system has it.
async fn a_replaced_refresh_token_is_theft_right_after_its_successors_first_request(
    system: Arc<System>,
) {
    let alice = system.visitor();
    alice.log_in("robbed").await;
    let thief = alice.double();

    alice.refresh().await.expect_status(200);
    alice.get("/api/me").await.expect_status(200);
    let refused = thief.refresh().await;

    expect_theft(&refused);
    alice.refresh().await.expect_session_ended();
}

/// S1 → R1 → R2 → R1, as the documented system has it.
async fn a_refresh_token_that_was_replaced_twice_is_theft(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("robbed").await;
    let thief = alice.double();

    alice.refresh().await.expect_status(200);
    alice.refresh().await.expect_status(200);
    let refused = thief.refresh().await;

    expect_theft(&refused);
    alice.get("/api/me").await.expect_session_ended();
}

async fn a_session_that_was_ended_elsewhere_is_refused_at_the_first_sight_of_its_new_token(
    system: Arc<System>,
) {
    let alice = system.visitor();
    alice.log_in("expelled").await;
    let path = format!("/v1/sessions/{}", alice.handle().await);
    alice.refresh().await.expect_status(200);
    system.backend(Method::DELETE, &path, None).await.expect_status(200);
    system.to_app.forget();

    alice.double().get("/api/me").await.expect_session_ended();
    alice.double().get("/auth/session").await.expect_session_ended();

    assert_eq!(system.to_app.requests(), [""; 0]);
    alice.get("/").await.expect_status(200);
}

async fn a_token_that_was_seen_goes_on_until_it_expires(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("expelled-later").await;
    let path = format!("/v1/sessions/{}", alice.handle().await);
    alice.refresh().await.expect_status(200);
    alice.get("/api/me").await.expect_status(200);

    system.backend(Method::DELETE, &path, None).await.expect_status(200);

    alice.get("/api/me").await.expect_status(200);
    alice.refresh().await.expect_session_ended();
}

async fn only_the_first_request_after_a_refresh_asks_the_origin(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    alice.get("/api/me").await.expect_status(200);
    alice.refresh().await.expect_status(200);
    system.to_origin.forget();

    for _ in 0..10 {
        alice.get("/api/me").await.expect_status(200);
        alice.get("/auth/session").await.expect_status(200);
    }

    assert_eq!(system.to_origin.requests_for_someone(), ["POST /v1/sessions/verify"]);
}

async fn a_first_request_says_try_again_while_the_origin_is_away(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("patient").await;
    alice.get("/api/me").await.expect_status(200);
    alice.refresh().await.expect_status(200);

    system.stop_origin().await;
    alice.get("/api/me").await.expect_try_again();
    system.start_origin().await;

    until("the edge reaches the origin again", async || {
        (alice.get("/api/me").await.status == 200).then_some(())
    })
    .await;
}

/// How many calls went to the origin to confirm something.
fn confirmations(system: &System) -> usize {
    let requests = system.to_origin.requests();
    requests.iter().filter(|request| *request == "POST /v1/sessions/confirm").count()
}

/// Presents this browser's refresh token until it is refused: until then the answer is its successor, and changes nothing.
async fn refused_refresh(former: &Visitor) -> Answer {
    until("the former refresh token is refused", async || {
        let answer = former.double().refresh().await;
        (answer.status != 200).then_some(answer)
    })
    .await
}

/// Asserts that a refresh was refused as theft, and that whoever sent it does not learn whose session it was.
fn expect_theft(refused: &Answer) {
    refused.expect_refusal(401, "token_theft_detected");
    refused.expect_cookies_cleared();
    let problem = refused.json();
    assert_eq!(problem["errType"], 4000);
    assert!(problem.get("session").is_none(), "{problem}");
}

const SESSIONS: usize = 40;
