//! Tokens that travel in headers.

use crate::origin::{Origin, path, token};
use serde_json::{Value, json};

async fn log_in(origin: &Origin, transfer: &str) -> Value {
    let body = json!({ "userId": "alice", "transfer": transfer }).to_string();
    let answer = origin.call("POST", "/v1/sessions", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

async fn refresh(origin: &Origin, issued: &Value, transfer: &str) -> Value {
    let body = json!({ "refreshToken": token(issued, "refreshToken"), "transfer": transfer });
    let answer = origin.call("POST", "/v1/sessions/refresh", &body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn header_names(issued: &Value) -> Vec<&str> {
    issued["browser"]["headers"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_log_in_and_a_refresh_put_the_tokens_into_headers() {
    let origin = Origin::start().await;
    let first = log_in(&origin, "header").await;
    let second = refresh(&origin, &first, "header").await;

    for issued in [&first, &second] {
        assert_eq!(issued["browser"]["setCookie"], json!([]));
        assert_eq!(header_names(issued), ["front-token", "st-access-token", "st-refresh-token"]);
        let headers = &issued["browser"]["headers"];
        assert_eq!(headers["st-access-token"], token(issued, "accessToken"));
        assert_eq!(headers["st-refresh-token"], token(issued, "refreshToken"));
        assert!(
            issued.get("antiCsrfToken").is_none(),
            "no other site can make a browser send them"
        );
        assert_eq!(origin.verify(issued).await.status, 200);
    }
}

#[tokio::test]
async fn cookies_that_the_browser_still_carries_are_cleared() {
    let origin = Origin::start().await;
    let issued = log_in(&origin, "header-clearing-cookies").await;
    let cookies = issued["browser"]["setCookie"].as_array().unwrap();
    assert_eq!(cookies.len(), 3);
    assert!(
        cookies.iter().all(|line| line.as_str().unwrap().contains("=; Expires=Thu, 01 Jan 1970"))
    );
}

#[tokio::test]
async fn a_session_may_change_its_way() {
    let origin = Origin::start().await;
    let in_headers = log_in(&origin, "header").await;
    let in_cookies = refresh(&origin, &in_headers, "cookie").await;
    assert_eq!(header_names(&in_cookies), ["anti-csrf", "front-token", "id-refresh-token"]);
    assert_eq!(in_cookies["browser"]["setCookie"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_refresh_token_that_stays_is_not_given_again() {
    let origin = Origin::with([("WAYLEAVE_REFRESH_REUSE_WINDOW", "10s")]).await;
    let second = refresh(&origin, &log_in(&origin, "header").await, "header").await;
    refresh(&origin, &second, "header").await;
    let kept = refresh(&origin, &second, "header").await;
    assert_eq!(header_names(&kept), ["front-token", "st-access-token"]);
}

#[tokio::test]
async fn a_new_payload_comes_at_once_in_a_header() {
    let origin = Origin::start().await;
    let issued = log_in(&origin, "header").await;
    let body = json!({ "jwtPayload": 1, "accessToken": token(&issued, "accessToken"), "transfer": "header" });
    let answer =
        origin.call("PUT", &format!("{}/payload", path(&issued)), &body.to_string()).await.json();
    assert_eq!(answer["browser"]["setCookie"], json!([]));
    assert_eq!(header_names(&answer), ["front-token", "st-access-token"]);
}

#[tokio::test]
async fn another_way_is_refused() {
    let origin = Origin::start().await;
    let body = r#"{"userId":"alice","transfer":"pigeon"}"#;
    let refused = origin.call("POST", "/v1/sessions", body).await.refused(400, "bad_request");
    assert!(refused["detail"].as_str().unwrap().contains("unknown variant `pigeon`"), "{refused}");
}
