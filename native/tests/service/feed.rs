//! What a service learns of sessions that were ended elsewhere.

use crate::service::{FEED, KEYS, Stage, builder, until};
use axum::http::Request;
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use wayleave::{Csrf, ErrorType, Mode};
use wayleave_origin::clock::Clock;

const MAX_STALENESS_MS: u64 = 2_000;

#[tokio::test]
async fn a_session_that_was_ended_elsewhere_is_refused_within_the_allowed_staleness() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    stage.end_elsewhere("alice").await;

    alice.get("/me").await.expect(200);
    stage.advance_ms(MAX_STALENESS_MS + 1);

    let double = alice.double();
    alice.get("/me").await.refused(401, "unauthorised").cleared();
    double.get("/me").await.refused(401, "unauthorised").cleared();
    let verify = "POST /v1/sessions/verify";
    assert_eq!(stage.asked_for_someone(), [verify], "once, for the lines that clear");
}

#[tokio::test]
async fn the_feed_is_pulled_without_any_request() {
    let stage = Stage::with(|builder| builder.max_staleness(Duration::from_millis(100))).await;
    let alice = stage.logged_in("alice").await;
    stage.end_elsewhere("alice").await;

    stage.advance_ms(75);
    until("the feed was pulled", || stage.origin.asked().contains(&FEED.to_owned())).await;
    stage.origin.go_away().await;

    // Nobody can be asked any more, so it was known.
    let refused = alice.get("/me").await;
    refused.refused(401, "unauthorised");
    assert_eq!(refused.lines("front-token"), ["remove"]);
}

#[tokio::test]
async fn a_feed_that_is_young_is_not_pulled() {
    let stage = Stage::with(|builder| builder.max_staleness(Duration::from_millis(100))).await;
    let alice = stage.logged_in("alice").await;

    stage.advance_ms(50);
    for _ in 0..100 {
        alice.get("/me").await.expect(200);
    }

    assert_eq!(stage.origin.asked(), [""; 0]);
}

#[tokio::test]
async fn keys_and_feed_are_fetched_before_the_first_request() {
    let clock = Stage::ready().await.clock.clone();
    let origin = crate::origin::Origin::at(&clock).await;

    let _wayleave = builder(&origin, &clock).connect().unwrap();

    let mut asked = Vec::new();
    let asked = std::sync::Mutex::new(&mut asked);
    until("both were fetched", || {
        let mut asked = asked.lock().unwrap();
        asked.extend(origin.asked());
        asked.iter().any(|line| line == KEYS) && asked.iter().any(|line| line == FEED)
    })
    .await;
}

#[tokio::test]
async fn the_background_ends_with_the_last_handle() {
    let stage = Stage::ready().await;
    let clock: Arc<dyn Fn() + Send + Sync> = Arc::new(|| ());
    let held: Weak<_> = Arc::downgrade(&clock);
    let now = stage.clock.clone();
    let telling = move || {
        clock();
        now.now()
    };
    let wayleave = builder(&stage.origin, &stage.clock).clock(telling).connect().unwrap();
    let clone = wayleave.clone();
    assert!(wayleave.ready().await);

    drop(wayleave);
    assert!(clone.ready().await);
    assert!(held.upgrade().is_some());
    drop(clone);

    until("nothing runs that could look at the clock", || held.upgrade().is_none()).await;
}

#[tokio::test]
async fn without_a_feed_none_is_pulled_and_strict_asks_each_time() {
    for (mode, status, asked) in
        [(Mode::Off, 200, &[][..]), (Mode::Strict, 401, &["POST /v1/sessions/verify"])]
    {
        let stage = Stage::with(|builder| builder.revocation(mode)).await;
        let alice = stage.logged_in("alice").await;
        stage.end_elsewhere("alice").await;
        stage.advance_ms(60_000);

        alice.get("/me").await.expect(status);

        assert_eq!(stage.origin.asked(), asked, "{mode:?}");
    }
}

#[tokio::test]
async fn a_token_by_an_unknown_key_asks_for_a_refresh_and_for_the_keys_only_once() {
    let stage = Stage::ready().await;
    let other = Stage::ready().await;
    let stranger = other.logged_in("alice").await;
    let request = Request::get("/").header("cookie", stranger.cookie_header()).body(()).unwrap();
    // Keys that were fetched just now would not be fetched again for any token.
    stage.advance_ms(10_000);

    for _ in 0..10 {
        let refused = stage.wayleave.get_session(&request, Csrf::NotRequired).await.unwrap_err();
        assert_eq!(refused.error_type(), ErrorType::TryRefreshToken);
        assert_eq!(refused.to_string(), "no key has the token's key id");
    }

    let keys = stage.origin.asked().into_iter().filter(|line| line == KEYS);
    assert_eq!(keys.count(), 1);
}
