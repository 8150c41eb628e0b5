//! An origin that is away.

use crate::{
    origin::Origin,
    service::{Stage, builder, until},
};
use axum::http::Request;
use std::sync::Arc;
use wayleave::{Csrf, ErrorType, StaleFeed};
use wayleave_origin::clock::ManualClock;

const MAX_STALENESS_MS: u64 = 2_000;

#[tokio::test]
async fn verification_goes_on_within_the_allowed_staleness_and_then_says_to_try_again() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    stage.origin.go_away().await;

    stage.advance_ms(MAX_STALENESS_MS);
    assert_eq!(alice.get("/me").await.expect(200), "alice guest");
    stage.advance_ms(1);

    let refused = alice.get("/me").await;
    refused.refused(503, "unavailable").untouched();
    assert_eq!(refused.lines("retry-after"), ["1"]);
}

#[tokio::test]
async fn a_stale_feed_may_be_accepted() {
    let stage = Stage::with(|builder| builder.stale_feed(StaleFeed::Accept)).await;
    let alice = stage.logged_in("alice").await;
    stage.origin.go_away().await;

    stage.advance_ms(60_000);

    assert_eq!(alice.get("/me").await.expect(200), "alice guest");
}

#[tokio::test]
async fn what_needs_the_origin_says_to_try_again_and_touches_no_cookie() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    stage.origin.go_away().await;

    for path in
        ["/auth/session/refresh", "/auth/signout", "/logout", "/data/x", "/role/x", "/login/x"]
    {
        alice.post(path).await.refused(503, "unavailable").untouched();
    }
    alice.get("/data").await.refused(503, "unavailable").untouched();
    assert_eq!(alice.get("/me").await.expect(200), "alice guest", "it was not signed out");
}

#[tokio::test]
async fn it_goes_on_as_soon_as_the_origin_is_back() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    stage.origin.go_away().await;
    stage.advance_ms(MAX_STALENESS_MS + 1);
    alice.get("/me").await.refused(503, "unavailable");

    stage.origin.come_back().await;
    stage.advance_ms(500);

    assert_eq!(alice.get("/me").await.expect(200), "alice guest");
    assert_eq!(alice.post("/data/x").await.expect(200), "1");
}

#[tokio::test]
async fn a_service_that_never_had_keys_is_not_ready_and_says_to_try_again() {
    let clock = Arc::new(ManualClock::at(wayleave::UnixMilliseconds(crate::service::NOW_MS)));
    let origin = Origin::at(&clock).await;
    origin.go_away().await;
    let wayleave = builder(&origin, &clock).connect().unwrap();
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    let request = Request::get("/").header("cookie", alice.cookie_header()).body(()).unwrap();

    assert!(!wayleave.ready().await);
    let refused = wayleave.get_session(&request, Csrf::NotRequired).await.unwrap_err();
    let nothing = Request::get("/").body(()).unwrap();
    let nobody = wayleave.get_session(&nothing, Csrf::NotRequired).await.unwrap_err();

    assert_eq!(refused.error_type(), ErrorType::General);
    assert_eq!(refused.response::<String>().status(), 503);
    assert_eq!(nobody.error_type(), ErrorType::Unauthorised);
}

#[tokio::test]
async fn the_background_finds_an_origin_that_comes_late() {
    let clock = Arc::new(ManualClock::at(wayleave::UnixMilliseconds(crate::service::NOW_MS)));
    let origin = Origin::at(&clock).await;
    origin.go_away().await;
    let wayleave = builder(&origin, &clock).connect().unwrap();
    assert!(!wayleave.ready().await);

    origin.come_back().await;

    until("keys and feed were fetched", || {
        // Failures are remembered for a moment.
        clock.advance(std::time::Duration::from_secs(1));
        origin.asked().iter().any(|line| line == crate::service::FEED)
    })
    .await;
}
