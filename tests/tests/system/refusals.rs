//! Requests that are not as they should be: each has one defined answer, and none destroys a session.

use crate::System;
use http::Method;
use std::sync::Arc;
use wayleave_tests::{harness::Test, tests, visitor::Visitor};

pub(crate) fn all() -> Vec<Test> {
    tests![
        a_wrong_method_is_refused_and_told_the_right_one,
        garbage_instead_of_a_token_costs_nothing_and_clears_nothing,
        a_changed_token_is_refused,
        two_access_tokens_are_never_guessed_between,
        a_missing_access_token_with_a_session_asks_for_a_refresh,
        a_refresh_without_any_cookie_is_answered_without_the_origin,
        a_refresh_token_that_was_never_issued_is_refused,
        an_access_token_is_no_refresh_token,
        cookies_over_sixteen_kibibytes_are_not_read,
        signing_out_twice_is_no_error,
        signing_out_without_a_session_touches_no_cookie,
    ]
}

async fn a_wrong_method_is_refused_and_told_the_right_one(system: Arc<System>) {
    let alice = signed_in(&system).await;

    for (method, path, right) in [
        (Method::POST, "/auth/session", "get"),
        (Method::DELETE, "/auth/session", "get"),
        (Method::POST, "/auth/session/data", "put"),
        (Method::GET, "/auth/session/refresh", "post"),
        (Method::GET, "/auth/signout", "post"),
    ] {
        let refused = alice.request(method, path).await;

        refused.expect_refusal(405, "method_not_allowed");
        assert!(
            refused.words("allow").contains(&right.to_owned()),
            "{path}: {:?}",
            refused.headers
        );
        refused.expect_cookies_untouched();
    }
    alice.get("/api/me").await.expect_status(200);
}

async fn garbage_instead_of_a_token_costs_nothing_and_clears_nothing(system: Arc<System>) {
    let alice = signed_in(&system).await;
    system.to_origin.forget();

    for garbage in ["x", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", &"a".repeat(9000)] {
        let mallory = alice.double();
        mallory.with_cookies(|jar| jar.replace("sAccessToken", garbage));
        for path in ["/api/me", "/auth/session", "/auth/session/data"] {
            let refused = mallory.get(path).await;

            refused.expect_refusal(401, "try_refresh_token");
            refused.expect_cookies_untouched();
        }
    }
    assert_eq!(system.to_origin.requests_but_pulls(), [""; 0]);
}

async fn a_changed_token_is_refused(system: Arc<System>) {
    let alice = signed_in(&system).await;
    let token = alice.cookie("sAccessToken");
    let ends: Vec<_> = token.match_indices('.').map(|(dot, _)| dot).chain([token.len()]).collect();

    for end in ends {
        let mallory = alice.double();
        mallory.with_cookies(|jar| jar.replace("sAccessToken", &changed_before(&token, end)));

        mallory.get("/api/me").await.expect_refusal(401, "try_refresh_token");
    }
}

async fn two_access_tokens_are_never_guessed_between(system: Arc<System>) {
    let alice = signed_in(&system).await;
    let token = alice.cookie("sAccessToken");
    let marker = alice.cookie("sIdRefreshToken");
    let cookies = format!("sAccessToken={token}; sAccessToken={token}; sIdRefreshToken={marker}");

    let refused = alice.get("/api/me").header("cookie", &cookies).await;

    refused.expect_refusal(401, "try_refresh_token");
    refused.expect_cookies_untouched();
    alice.get("/api/me").await.expect_status(200);
}

async fn a_missing_access_token_with_a_session_asks_for_a_refresh(system: Arc<System>) {
    let alice = signed_in(&system).await;
    alice.with_cookies(|jar| jar.remove("sAccessToken"));

    let refused = alice.get("/api/me").await;
    let refreshed = alice.refresh().await;

    refused.expect_refusal(401, "try_refresh_token");
    refused.expect_cookies_untouched();
    refreshed.expect_status(200);
    alice.get("/api/me").await.expect_status(200);
}

async fn a_refresh_without_any_cookie_is_answered_without_the_origin(system: Arc<System>) {
    let nobody = system.visitor();

    let refused = nobody.refresh().await;

    refused.expect_refusal(401, "unauthorised");
    assert!(refused.set_cookies().is_empty(), "a log-in under way in another tab must live");
    assert_eq!(refused.header("front-token"), Some("remove"));
    assert_eq!(system.to_origin.requests_but_pulls(), [""; 0]);
}

async fn a_refresh_token_that_was_never_issued_is_refused(system: Arc<System>) {
    let alice = signed_in(&system).await;
    let token = alice.cookie("sRefreshToken");

    for forged in ["x", "a.b.c", &"A".repeat(token.len()), &changed_before(&token, token.len())] {
        let mallory = alice.double();
        mallory.with_cookies(|jar| jar.replace("sRefreshToken", forged));
        let refused = mallory.refresh().await;

        refused.expect_refusal(401, "unauthorised");
        refused.expect_cookies_cleared();
    }
    alice.refresh().await.expect_status(200);
}

async fn an_access_token_is_no_refresh_token(system: Arc<System>) {
    let alice = signed_in(&system).await;
    let mallory = alice.double();
    let (access, refresh) = (alice.cookie("sAccessToken"), alice.cookie("sRefreshToken"));
    mallory.with_cookies(|jar| {
        jar.replace("sRefreshToken", &access);
        jar.replace("sAccessToken", &refresh);
    });

    mallory.get("/api/me").await.expect_refusal(401, "try_refresh_token");
    mallory.refresh().await.expect_refusal(401, "unauthorised");
    alice.refresh().await.expect_status(200);
}

async fn cookies_over_sixteen_kibibytes_are_not_read(system: Arc<System>) {
    let alice = signed_in(&system).await;
    let cookies =
        format!("sAccessToken={}; x={}", alice.cookie("sAccessToken"), "y".repeat(16 * 1024));

    let refused = alice.get("/api/me").header("cookie", &cookies).await;

    refused.expect_refusal(401, "try_refresh_token");
    refused.expect_cookies_untouched();
}

async fn signing_out_twice_is_no_error(system: Arc<System>) {
    let alice = signed_in(&system).await;
    let asleep = alice.double();

    alice.sign_out().await.expect_cookies_cleared();
    let again = asleep.sign_out().await.expect(200);

    assert_eq!(again.body, r#"{"status":"OK"}"#);
    again.expect_cookies_cleared();
}

async fn signing_out_without_a_session_touches_no_cookie(system: Arc<System>) {
    let nobody = system.visitor();

    let answer = nobody.sign_out().await.expect(200);

    assert_eq!(answer.body, r#"{"status":"OK"}"#);
    assert!(answer.set_cookies().is_empty());
}

async fn signed_in(system: &System) -> Visitor {
    let visitor = system.visitor();
    visitor.log_in("alice").await;
    visitor
}

/// The same text with another letter a few places before `end`: the last letter of base64url may hold no bit of the value.
fn changed_before(text: &str, end: usize) -> String {
    let place = end - 3;
    let other = if text[place..].starts_with('A') { "B" } else { "A" };
    format!("{}{other}{}", &text[..place], &text[place + 1..])
}
