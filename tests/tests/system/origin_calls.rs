//! How many calls reach the origin, counted between the edge and it.

use crate::System;
use base64ct::{Base64UrlUnpadded, Encoding};
use std::sync::Arc;
use wayleave_tests::{harness::Test, tests};

pub(crate) fn all() -> Vec<Test> {
    tests![
        a_hundred_verified_requests_make_no_origin_call,
        a_hundred_session_data_calls_make_exactly_a_hundred,
        a_log_in_a_refresh_and_a_sign_out_make_one_call_each,
        unknown_keys_make_at_most_one_key_fetch,
    ]
}

async fn a_hundred_verified_requests_make_no_origin_call(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    // The first may fetch the public keys.
    alice.get("/api/me").await.expect_status(200);
    system.to_origin.forget();
    system.to_app.forget();

    for _ in 0..50 {
        alice.get("/api/me").await.expect_status(200);
        alice.get("/auth/session").await.expect_status(200);
    }

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
    assert_eq!(system.to_origin.requests(), expected);
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
        system.to_origin.requests(),
        ["POST /v1/sessions", "POST /v1/sessions/refresh", end.as_str()]
    );
}

async fn unknown_keys_make_at_most_one_key_fetch(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    alice.get("/api/me").await.expect_status(200);
    system.to_origin.forget();

    for index in 0..50 {
        let header = format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"unknown{index}"}}"#);
        let token = format!(
            "{}.e30.{}",
            Base64UrlUnpadded::encode_string(header.as_bytes()),
            "A".repeat(86)
        );
        let mallory = alice.double();
        mallory.with_cookies(|jar| jar.replace("sAccessToken", &token));
        mallory.get("/api/me").await.expect_refusal(401, "try_refresh_token");
    }

    let requests = system.to_origin.requests();
    assert!(requests.len() <= 1, "{requests:?}");
}
