//! Sessions as arguments of handlers.

use crate::service::Stage;
use reqwest::Method;

#[tokio::test]
async fn a_handler_with_a_session_is_not_reached_without_one() {
    let stage = Stage::ready().await;

    stage.browser().get("/me").await.refused(401, "unauthorised").untouched();
}

#[tokio::test]
async fn a_method_that_can_change_something_needs_the_anti_csrf_token() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;

    let without = alice.send(alice.request(Method::POST, "/me")).await;
    let wrong = alice.request(Method::POST, "/me").header("anti-csrf", "wrong");
    let wrong = alice.send(wrong).await;

    without.refused(401, "try_refresh_token").untouched();
    wrong.refused(401, "try_refresh_token").untouched();
    alice.send(alice.request(Method::GET, "/me")).await.expect(200);
}

#[tokio::test]
async fn an_optional_session_is_none_whatever_the_reason() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;

    assert_eq!(stage.browser().get("/perhaps").await.expect(200), "nobody");
    assert_eq!(alice.get("/perhaps").await.expect(200), "alice");
    let unsafe_method = alice.request(Method::POST, "/perhaps");
    assert_eq!(alice.send(unsafe_method).await.expect(200), "nobody");
    stage.end_elsewhere("alice").await;
    stage.advance_ms(2_001);
    assert_eq!(alice.get("/perhaps").await.expect(200), "nobody");
}

#[tokio::test]
async fn a_handler_can_learn_why_there_is_no_session() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;

    assert_eq!(alice.get("/why").await.expect(200), "alice");
    assert_eq!(stage.browser().get("/why").await.expect(200), "there is no session");
    stage.advance_ms(3_600_000);
    assert_eq!(alice.get("/why").await.expect(200), "the token is expired");
}

#[tokio::test]
async fn cookies_that_come_as_several_headers_are_one_list() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    let token = format!("sAccessToken={}", alice.cookie("sAccessToken"));
    let nobody = stage.browser();

    let several = nobody.request(Method::GET, "/me").header("cookie", "theme=dark");
    let several = nobody.send(several.header("cookie", &token)).await;
    let twice = nobody.request(Method::GET, "/me").header("cookie", &token);
    let twice = nobody.send(twice.header("cookie", "sAccessToken=x")).await;

    assert_eq!(several.expect(200), "alice guest");
    twice.refused(401, "try_refresh_token").untouched();
}

#[tokio::test]
async fn the_status_of_what_is_over_is_the_one_that_is_set() {
    let login_timeout = wayleave::ExpiredStatus::LoginTimeout;
    let stage = Stage::with(|builder| builder.expired_status(login_timeout)).await;

    stage.browser().get("/me").await.refused(440, "unauthorised");
}
