//! Sessions whose tokens travel in headers, and what the app sees of tokens at all.

use crate::System;
use std::{future::IntoFuture, sync::Arc};
use wayleave_tests::{answer::Answer, harness::Test, tests};

pub(crate) fn all() -> Vec<Test> {
    tests![
        a_session_lives_in_headers_from_log_in_to_sign_out,
        a_log_in_in_header_mode_ends_the_session_of_the_cookies_and_clears_them,
        a_bearer_token_counts_before_the_cookies,
        a_page_of_another_site_may_refresh_by_header,
        the_app_sees_no_token_of_the_session_and_keeps_what_is_its_own,
        first_visits_from_one_address_are_limited,
    ]
}

async fn a_session_lives_in_headers_from_log_in_to_sign_out(system: Arc<System>) {
    let alice = system.visitor().in_header_mode();

    let logged_in = alice.log_in("alice").await;
    let first = alice.bearer_token();
    let written = alice.post("/api/counter").await;
    let refreshed = alice.refresh().await.expect(200);

    for issued in [&logged_in, &refreshed] {
        assert!(issued.set_cookies().is_empty(), "{:?}", issued.set_cookies());
        for name in ["st-access-token", "st-refresh-token", "front-token"] {
            assert!(issued.header(name).is_some(), "{name}");
        }
        assert_eq!((issued.header("anti-csrf"), issued.header("id-refresh-token")), (None, None));
    }
    written.expect_status(200);
    assert_ne!(alice.bearer_token(), first);
    assert_eq!(alice.get("/auth/session").await.expect(200).json()["userId"], "alice");

    let (reading, refreshing) = (alice.double(), alice.double());
    expect_told_the_end(&alice.sign_out().await.expect(200));
    reading.get("/api/me").await.expect_refusal(401, "unauthorised");
    let over = refreshing.refresh().await;
    over.expect_refusal(401, "unauthorised");
    expect_told_the_end(&over);
    let nobody = alice.refresh().await;
    nobody.expect_refusal(401, "unauthorised");
    assert!(nobody.set_cookies().is_empty(), "{:?}", nobody.set_cookies());
}

async fn a_log_in_in_header_mode_ends_the_session_of_the_cookies_and_clears_them(
    system: Arc<System>,
) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    let former = alice.double();
    let alice = alice.in_header_mode();

    let logged_in = alice.log_in("alice").await;

    let lines = logged_in.set_cookies();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("=; Expires=Thu, 01 Jan 1970")), "{lines:?}");
    alice.get("/api/me").await.expect_status(200);
    former.get("/api/me").await.expect_refusal(401, "unauthorised");
    former.refresh().await.expect_refusal(401, "unauthorised");
}

async fn a_bearer_token_counts_before_the_cookies(system: Arc<System>) {
    let alice = system.visitor().in_header_mode();
    alice.log_in("alice").await;
    let bob = system.visitor();
    bob.log_in("bob").await;
    let bearer = format!("Bearer {}", alice.bearer_token());

    let session = bob.get("/auth/session").header("authorization", &bearer).await.expect(200);
    let foreign = bob.get("/auth/session").header("authorization", "Bearer x").await;
    let doubled = bob
        .get("/auth/session")
        .header("authorization", &bearer)
        .header("authorization", &bearer)
        .await;
    let basic = bob.get("/auth/session").header("authorization", "Basic eDp5").await.expect(200);

    assert_eq!(session.json()["userId"], "alice");
    foreign.expect_refusal(401, "try_refresh_token");
    doubled.expect_refusal(401, "try_refresh_token");
    assert_eq!(basic.json()["userId"], "bob");
}

async fn a_page_of_another_site_may_refresh_by_header(system: Arc<System>) {
    let alice = system.visitor().in_header_mode();
    alice.log_in("alice").await;

    let refreshed = alice
        .post("/auth/session/refresh")
        .header("sec-fetch-site", "cross-site")
        .header("origin", "https://evil.example")
        .await;

    refreshed.expect_status(200);
    assert_eq!(refreshed.header("access-control-allow-origin"), None);
}

async fn the_app_sees_no_token_of_the_session_and_keeps_what_is_its_own(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    let cookies = format!("a=1; sAccessToken={}; b=\"2 3\"", alice.cookie("sAccessToken"));
    let bob = system.visitor().in_header_mode();
    bob.log_in("bob").await;
    system.to_app.forget();

    alice.get("/api/me").await.expect_status(200);
    alice.get("/api/me").header("cookie", &cookies).await.expect_status(200);
    bob.get("/api/me").await.expect_status(200);
    for own in ["Basic eDp5", "Bearer of-the-app", "Bearer a, Bearer b"] {
        system.visitor().get("/healthz").header("authorization", own).await.expect_status(200);
    }

    let seen: Vec<_> = system
        .to_app
        .seen()
        .iter()
        .map(|request| {
            ["cookie", "authorization"].map(|name| {
                let value = request.headers.get(name);
                value.map(|value| value.to_str().expect("ASCII").to_owned())
            })
        })
        .collect();
    let own = |value: &str| Some(value.to_owned());
    assert_eq!(
        seen,
        [
            [None, None],
            [own("a=1; b=\"2 3\""), None],
            [None, None],
            [None, own("Basic eDp5")],
            [None, own("Bearer of-the-app")],
            [None, own("Bearer a, Bearer b")],
        ]
    );
}

/// The limit is 60 in 60 seconds; 130 requests are too many even where a new period begins among them.
async fn first_visits_from_one_address_are_limited(system: Arc<System>) {
    let nobody = system.visitor();
    let alice = system.visitor();
    alice.log_in("alice").await;
    system.to_origin.forget();
    let visit = |address: &str| {
        nobody.post("/auth/session/refresh").header("cf-connecting-ip", address).into_future()
    };

    let mut limited = Vec::new();
    for number in 0..130 {
        // One network, whatever its owner makes of it.
        let answer = visit(&format!("2001:db8:0:7:{number:x}::1")).await;
        match answer.status {
            401 => answer.expect_refusal(401, "unauthorised"),
            _ => limited.push(answer),
        }
    }

    assert!(limited.len() >= 10, "{} of 130", limited.len());
    for refused in &limited {
        refused.expect_refusal(429, "too_many_requests");
        refused.expect_cookies_untouched();
        assert_eq!(refused.header("retry-after"), Some("60"));
        assert_eq!(refused.header("front-token"), None);
    }
    visit("2001:db8:0:8::1").await.expect_refusal(401, "unauthorised");
    assert_eq!(system.to_origin.requests_but_pulls(), [""; 0]);
    let of_a_user = alice.post("/auth/session/refresh");
    of_a_user.header("cf-connecting-ip", "2001:db8:0:7::1").await.expect_status(200);
}

fn expect_told_the_end(answer: &Answer) {
    assert_eq!(answer.header("front-token"), Some("remove"));
    assert_eq!(answer.header("id-refresh-token"), Some("remove"));
}
