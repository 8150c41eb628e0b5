//! One session from its beginning to its end, on each engine.

use crate::System;
use base64ct::{Base64, Encoding};
use http::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use wayleave_tests::{answer::Answer, harness::Test, patience::until, tests, visitor::Visitor};

pub(crate) fn all() -> Vec<Test> {
    tests![
        a_session_lives_from_log_in_to_sign_out,
        a_session_that_the_backend_ended_cannot_be_refreshed,
        browsers_may_read_session_data_but_not_write_it_unless_told,
        the_session_outlives_a_restart_of_the_origin,
        a_refresh_whose_reply_was_lost_is_answered_again_with_the_same_tokens,
        a_log_in_after_the_access_token_expired_ends_the_former_session,
    ]
}

async fn a_session_lives_from_log_in_to_sign_out(system: Arc<System>) {
    let alice = system.visitor();

    let payload = json!({"role": "admin", "name": "Zoë"});
    let log_in = alice
        .log_in_with(
            json!({"userId": "alice", "jwtPayload": payload, "sessionData": {"theme": "dark"}}),
        )
        .await
        .expect(200);
    expect_new_session(&log_in, &alice);
    assert_eq!(log_in.json(), json!({"status": "OK"}), "the app's own body");
    assert_eq!(log_in.header("x-wayleave-create-session"), None);

    let session = alice.get("/auth/session").await.expect(200).json();
    assert_eq!(session["userId"], "alice");
    assert_eq!(session["jwtPayload"], payload);
    assert!(session["expiresAt"].is_u64(), "{session}");

    let me = alice.get("/api/me").await.expect(200).json();
    assert_eq!(me, json!({"userId": "alice", "session": session["handle"], "jwtPayload": payload}));

    let counter = alice.post("/api/counter").await.expect(200).json();
    assert_eq!(counter, json!({"counter": 1}));
    expect_data(&alice, &json!({"theme": "dark", "counter": 1})).await;

    let before = alice.double();
    wait_for_expiry(&alice).await;
    let refresh = alice.refresh().await.expect(200);
    assert_eq!(refresh.body, "{}");
    expect_new_session(&refresh, &alice);
    for name in ["sAccessToken", "sRefreshToken", "sIdRefreshToken"] {
        assert_ne!(alice.cookie(name), before.cookie(name), "{name} is new");
    }

    let renewed = alice.get("/auth/session").await.expect(200).json();
    assert_eq!(renewed["handle"], session["handle"], "the same session");
    assert_eq!(renewed["jwtPayload"], payload);
    assert!(renewed["expiresAt"].as_u64() > session["expiresAt"].as_u64());
    assert_eq!(alice.post("/api/counter").await.expect(200).json(), json!({"counter": 2}));
    expect_data(&alice, &json!({"theme": "dark", "counter": 2})).await;

    let sign_out = alice.sign_out().await.expect(200);
    assert_eq!(sign_out.json(), json!({"status": "OK"}));
    sign_out.expect_cookies_cleared();
    assert!(alice.with_cookies(|jar| jar.is_empty()));
    let refused = alice.get("/api/me").await;
    refused.expect_refusal(401, "unauthorised");
    refused.expect_cookies_untouched();

    // Whoever kept a copy has nothing left to use.
    let replay = before.refresh().await;
    assert_eq!(replay.status, 401, "{}", replay.body);
    replay.expect_cookies_cleared();
}

async fn a_session_that_the_backend_ended_cannot_be_refreshed(system: Arc<System>) {
    let bob = system.visitor();
    bob.log_in("bob").await;

    let path = format!("/v1/sessions/{}", bob.handle().await);
    let ended = system.backend(Method::DELETE, &path, None).await.expect(200).json();
    let refresh = bob.refresh().await;

    assert_eq!(ended["revoked"], true);
    refresh.expect_refusal(401, "unauthorised");
    refresh.expect_cookies_cleared();
    assert_eq!(refresh.json()["browser"], Value::Null, "the lines for the browser are headers now");
}

async fn browsers_may_read_session_data_but_not_write_it_unless_told(system: Arc<System>) {
    let carol = system.visitor();
    carol.log_in_with(json!({"userId": "carol", "sessionData": [1]})).await.expect_status(200);

    let refused = carol.put("/auth/session/data").json(&json!({"data": [2]})).await;

    refused.expect_refusal(405, "method_not_allowed");
    assert!(refused.words("allow").contains(&"get".to_owned()));
    expect_data(&carol, &json!([1])).await;
}

async fn the_session_outlives_a_restart_of_the_origin(system: Arc<System>) {
    let dave = system.visitor();
    dave.log_in_with(json!({"userId": "dave", "sessionData": "kept"})).await.expect_status(200);

    system.stop_origin().await;
    system.start_origin().await;

    dave.refresh().await.expect_status(200);
    expect_data(&dave, &json!("kept")).await;
}

async fn a_refresh_whose_reply_was_lost_is_answered_again_with_the_same_tokens(
    system: Arc<System>,
) {
    let erin = system.visitor();
    erin.log_in("erin").await;
    // A second tab, which does not get what the first one gets.
    let tab = erin.double();
    erin.refresh().await.expect_status(200);

    tab.refresh().await.expect_status(200);

    assert_eq!(tab.cookie("sRefreshToken"), erin.cookie("sRefreshToken"));
    assert_eq!(tab.anti_csrf(), erin.anti_csrf());
    for visitor in [&tab, &erin] {
        visitor.get("/auth/session").await.expect_status(200);
    }
}

async fn a_log_in_after_the_access_token_expired_ends_the_former_session(system: Arc<System>) {
    let browser = system.visitor();
    browser.log_in("first").await;
    let handle = browser.handle().await;
    wait_for_expiry(&browser).await;

    browser.log_in("second").await;

    let gone = system.backend(Method::GET, &format!("/v1/sessions/{handle}"), None).await;
    gone.expect_refusal(401, "unauthorised");
}

/// The cookies and headers of docs/api.md, as every generation of the client wants them.
fn expect_new_session(answer: &Answer, visitor: &Visitor) {
    let lines = answer.set_cookies();
    let [access, refresh, id_refresh] = lines[..] else { panic!("three cookies, not {lines:?}") };
    for (line, name, rest) in [
        (access, "sAccessToken", "Path=/; HttpOnly; Secure; SameSite=Lax"),
        (refresh, "sRefreshToken", "Path=/auth/session/refresh; HttpOnly; Secure; SameSite=Lax"),
        (id_refresh, "sIdRefreshToken", "Path=/; Secure; SameSite=Lax"),
    ] {
        let (pair, attributes) = line.split_once("; Expires=").expect("a cookie that stays");
        assert_eq!(pair, format!("{name}={}", visitor.cookie(name)));
        assert_eq!(attributes.split_once("; ").map(|(_, rest)| rest), Some(rest), "{line}");
        assert!(line.len() <= 4096, "{name}: {} bytes", line.len());
    }

    let id_refresh_token = answer.header("id-refresh-token").expect("for older clients");
    let (marker, until) = id_refresh_token.split_once(';').expect("marker and end");
    assert_eq!(marker, visitor.cookie("sIdRefreshToken"));
    assert!(until.parse::<u64>().is_ok(), "{until}");

    let front_token = Base64::decode_vec(answer.header("front-token").expect("for newer clients"));
    let front_token: Value = serde_json::from_slice(&front_token.expect("base64")).expect("JSON");
    assert_eq!(front_token["uid"], "alice");
    assert_eq!(front_token["up"]["role"], "admin");
    assert_eq!(front_token["up"]["name"], "Zoë");
    assert!(front_token["ate"].is_u64() && front_token["up"]["iat"].is_u64(), "{front_token}");

    assert_eq!(answer.header("anti-csrf").map(str::to_owned), visitor.anti_csrf());
    assert!(visitor.anti_csrf().is_some());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

async fn expect_data(visitor: &Visitor, data: &Value) {
    let answer = visitor.get("/auth/session/data").await.expect(200);
    let body = answer.json();
    assert_eq!(&body["data"], data);
    assert_eq!(answer.header("etag"), Some(format!("\"{}\"", body["version"]).as_str()));
}

async fn wait_for_expiry(visitor: &Visitor) {
    let refused = until("the access token has expired", async || {
        let answer = visitor.get("/auth/session").await;
        (answer.status != 200).then_some(answer)
    })
    .await;
    refused.expect_refusal(401, "try_refresh_token");
    assert_eq!(refused.json()["errType"], 3000);
    refused.expect_cookies_untouched();
}
