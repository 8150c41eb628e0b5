//! The routes that the browser's client calls.

use crate::service::Stage;
use reqwest::Method;

const REFRESH: &str = "/auth/session/refresh";
const SIGN_OUT: &str = "/auth/signout";
const HOUR_MS: u64 = 3_600_000;

#[tokio::test]
async fn an_expired_access_token_asks_for_a_refresh_which_gives_a_new_one() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    stage.advance_ms(HOUR_MS);
    alice.get("/me").await.refused(401, "try_refresh_token").untouched();

    let refreshed = alice.post(REFRESH).await;

    assert_eq!(refreshed.expect(200), "{}");
    assert_eq!(refreshed.lines("set-cookie").len(), 3);
    assert_eq!(refreshed.lines("cache-control"), ["no-store"]);
    assert_eq!(alice.get("/me").await.expect(200), "alice guest");
}

#[tokio::test]
async fn a_refresh_without_a_refresh_token_asks_nobody_and_clears_no_cookie() {
    let stage = Stage::ready().await;

    let refused = stage.browser().post(REFRESH).await;

    refused.refused(401, "unauthorised");
    assert_eq!(refused.lines("front-token"), ["remove"]);
    assert_eq!(refused.lines("set-cookie"), [""; 0]);
    assert_eq!(stage.asked_for_someone(), [""; 0]);
}

#[tokio::test]
async fn a_refresh_token_in_two_hands_ends_the_session() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    let thief = alice.double();
    for _ in 0..2 {
        alice.post(REFRESH).await.expect(200);
        alice.get("/me").await.expect(200);
        stage.advance_ms(20_000);
    }

    let caught = thief.post(REFRESH).await;

    caught.refused(401, "token_theft_detected").cleared();
    assert!(!caught.text.contains("alice"), "{}", caught.text);
}

#[tokio::test]
async fn a_sign_out_ends_the_session_and_clears_the_cookies() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    let before = alice.double();

    let out = alice.post(SIGN_OUT).await;

    assert_eq!(out.cleared().expect(200), r#"{"status":"OK"}"#);
    assert_eq!(alice.cookies(), [""; 0]);
    before.get("/me").await.refused(401, "unauthorised");
    let again = alice.post(SIGN_OUT).await;
    assert_eq!(again.expect(200), r#"{"status":"OK"}"#);
    assert_eq!(again.lines("set-cookie"), [""; 0]);
}

#[tokio::test]
async fn a_sign_out_with_an_expired_access_token_asks_for_a_refresh() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    stage.advance_ms(HOUR_MS);

    alice.post(SIGN_OUT).await.refused(401, "try_refresh_token").untouched();
}

#[tokio::test]
async fn another_site_can_neither_refresh_nor_sign_out() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    for path in [REFRESH, SIGN_OUT] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let request = alice.request(Method::POST, path).header(name, value);
            alice.send(request).await.refused(403, "cross_site_request").untouched();
        }
    }
    assert_eq!(stage.asked_for_someone(), [""; 0]);
    assert_eq!(alice.get("/me").await.expect(200), "alice guest");
}

#[tokio::test]
async fn a_page_of_the_service_itself_is_told_by_the_public_url_or_the_host() {
    let public = Stage::with(|builder| builder.public_url("https://app.example")).await;
    let plain = Stage::ready().await;
    for (stage, origin, is_own) in [
        (&public, "https://app.example".to_owned(), true),
        (&public, "http://app.example".to_owned(), false),
        (&plain, plain.url.clone(), true),
        (&plain, plain.url.replace("http:", "https:"), false),
    ] {
        let alice = stage.logged_in("alice").await;
        let request = alice.request(Method::POST, REFRESH).header("origin", &origin);

        let answer = alice.send(request).await;

        assert_eq!(answer.status, if is_own { 200 } else { 403 }, "{origin}");
    }
}

#[tokio::test]
async fn an_allowed_origin_may_refresh_and_read_the_answer() {
    let allowed = "https://page.example";
    let stage = Stage::with(|builder| builder.allowed_origins([allowed])).await;
    let alice = stage.logged_in("alice").await;

    let preflight = alice
        .request(Method::OPTIONS, REFRESH)
        .header("origin", allowed)
        .header("access-control-request-method", "POST");
    let preflight = alice.send(preflight).await;
    let request = alice
        .request(Method::POST, REFRESH)
        .header("origin", allowed)
        .header("sec-fetch-site", "cross-site");
    let refreshed = alice.send(request).await;

    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.lines("access-control-allow-methods"), ["POST"]);
    refreshed.expect(200);
    assert_eq!(refreshed.lines("access-control-allow-origin"), [allowed]);
    assert!(refreshed.lines("access-control-expose-headers")[0].contains("front-token"));
}

#[tokio::test]
async fn the_routes_take_no_other_method() {
    let stage = Stage::ready().await;

    for path in [REFRESH, SIGN_OUT] {
        let refused = stage.browser().get(path).await;
        refused.refused(405, "method_not_allowed");
        assert_eq!(refused.lines("allow"), ["POST"]);
    }
}

#[tokio::test]
async fn a_client_in_header_mode_gets_and_sends_its_tokens_in_headers() {
    let stage = Stage::ready().await;
    let client = stage.browser();
    let log_in = client.request(Method::POST, "/login/alice").header("st-auth-mode", "header");
    let issued = client.send(log_in).await;
    assert_eq!(issued.lines("set-cookie"), [""; 0]);
    let bearer = |name: &str| format!("Bearer {}", issued.lines(name)[0]);

    let me = client.request(Method::POST, "/me");
    let me = client.send(me.header("authorization", bearer("st-access-token"))).await;
    let refresh = client.request(Method::POST, REFRESH).header("sec-fetch-site", "cross-site");
    let refresh = refresh.header("authorization", bearer("st-refresh-token"));
    let refreshed = client.send(refresh).await;

    assert_eq!(me.expect(200), "alice guest");
    refreshed.expect(200);
    assert_eq!(refreshed.lines("st-refresh-token").len(), 1);
}
