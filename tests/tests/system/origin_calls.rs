//! How many calls reach the origin, counted between the edge and it.

use crate::System;
use base64ct::{Base64UrlUnpadded, Encoding};
use std::sync::Arc;
use wayleave_dev::stopwatch::Stopwatch;
use wayleave_tests::{harness::Test, tap::Tap, tests, visitor::Visitor};

pub(crate) fn all() -> Vec<Test> {
    tests![
        a_hundred_verified_requests_make_no_origin_call_but_feed_pulls,
        a_hundred_session_data_calls_make_exactly_a_hundred,
        a_log_in_a_refresh_and_a_sign_out_make_one_call_each,
        unknown_keys_make_at_most_one_key_fetch,
    ]
}

/// For a system with `REVOCATION=off`.
pub(crate) fn without_a_feed() -> Vec<Test> {
    tests![a_hundred_verified_requests_make_no_origin_call_at_all]
}

async fn a_hundred_verified_requests_make_no_origin_call_but_feed_pulls(system: Arc<System>) {
    let alice = warmed_up(&system).await;
    count_anew(&system);
    let watch = Stopwatch::start();

    a_hundred_verified_requests(&alice).await;

    assert_eq!(system.to_origin.requests_for_someone(), [""; 0]);
    assert!(system.to_origin.key_fetches() <= 1, "{:?}", system.to_origin.requests());
    expect_few_pulls(&system.to_origin, &watch);
    assert_eq!(system.to_app.requests().len(), 50);
}

async fn a_hundred_verified_requests_make_no_origin_call_at_all(system: Arc<System>) {
    let alice = warmed_up(&system).await;
    assert_eq!(system.to_origin.feed_pulls(), 0, "not even for the first request");
    count_anew(&system);

    a_hundred_verified_requests(&alice).await;

    assert_eq!(system.to_origin.requests(), [""; 0]);
    assert_eq!(system.to_app.requests().len(), 50);
}

async fn a_hundred_session_data_calls_make_exactly_a_hundred(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    let handle = alice.handle().await;
    system.to_origin.forget();

    for _ in 0..100 {
        alice.get("/auth/session/data").await.expect_status(200);
    }

    let expected = vec![format!("GET /v1/sessions/{handle}/data"); 100];
    assert_eq!(system.to_origin.requests_but_pulls(), expected);
}

async fn a_log_in_a_refresh_and_a_sign_out_make_one_call_each(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("warm-up").await;
    alice.get("/api/me").await.expect_status(200);
    alice.sign_out().await.expect_status(200);
    system.to_origin.forget();

    alice.log_in("alice").await;
    let handle = alice.handle().await;
    alice.refresh().await.expect_status(200);
    alice.sign_out().await.expect_status(200);

    let end = format!("DELETE /v1/sessions/{handle}");
    assert_eq!(
        system.to_origin.requests_but_pulls(),
        ["POST /v1/sessions", "POST /v1/sessions/refresh", end.as_str()]
    );
}

async fn unknown_keys_make_at_most_one_key_fetch(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    alice.get("/api/me").await.expect_status(200);
    system.to_origin.forget();

    for index in 0..50 {
        let token = token_of_key(&format!("unknown{index}"));
        let mallory = alice.double();
        mallory.with_cookies(|jar| jar.replace("sAccessToken", &token));
        mallory.get("/api/me").await.expect_refusal(401, "try_refresh_token");
    }

    let requests = system.to_origin.requests_but_pulls();
    assert!(requests.len() <= 1, "{requests:?}");
}

/// Somebody who is signed in, at an edge that has what it needs.
async fn warmed_up(system: &System) -> Visitor {
    let alice = system.visitor();
    alice.log_in("alice").await;
    // The first may fetch the public keys.
    alice.get("/api/me").await.expect_status(200);
    alice
}

fn count_anew(system: &System) {
    system.to_origin.forget();
    system.to_app.forget();
}

async fn a_hundred_verified_requests(alice: &Visitor) {
    for _ in 0..50 {
        alice.get("/api/me").await.expect_status(200);
        alice.get("/auth/session").await.expect_status(200);
    }
}

/// Asserts that the feed was pulled once per second at most since `watch` began: whenever it was older than half of `MAX_STALENESS`, 2 s. The first may be due at
/// once, and another one may have been under way.
pub(crate) fn expect_few_pulls(tap: &Tap, watch: &Stopwatch) {
    let pulls = u64::try_from(tap.feed_pulls()).expect("few");
    let most = watch.elapsed().as_secs() + 2;
    assert!(pulls <= most, "{pulls} pulls, {most} at most: {:?}", tap.requests());
}

/// Looks like a token that this key has signed.
pub(crate) fn token_of_key(key: &str) -> String {
    let header = format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{key}"}}"#);
    format!("{}.e30.{}", Base64UrlUnpadded::encode_string(header.as_bytes()), "A".repeat(86))
}
