//! `PUT /v1/sessions/{handle}/payload`.

use crate::origin::{HOUR_MS, NOW_MS, Origin, path, token};
use serde_json::{Value, json};

async fn put(origin: &Origin, issued: &Value, body: Value) -> crate::origin::Answer {
    origin.call("PUT", &format!("{}/payload", path(issued)), &body.to_string()).await
}

#[tokio::test]
async fn the_next_access_token_carries_the_new_payload() {
    let origin = Origin::start().await;
    let first = origin.log_in().await;

    let answer = put(&origin, &first, json!({ "jwtPayload": { "role": "admin" } })).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["session"]["jwtPayload"]["role"], "admin");
    assert!(answer.json().get("accessToken").is_none() && answer.json().get("browser").is_none());
    let second = origin.refreshed(&first).await;
    assert_eq!(second["session"]["jwtPayload"]["role"], "admin");
    assert_eq!(origin.verify(&second).await.json()["jwtPayload"]["role"], "admin");
}

#[tokio::test]
async fn an_access_token_with_the_new_payload_comes_at_once_where_the_one_in_use_is_given() {
    let origin = Origin::start().await;
    let first = origin.log_in().await;
    origin.advance(60);

    let body = json!({ "jwtPayload": [1], "accessToken": token(&first, "accessToken") });
    let answer = put(&origin, &first, body).await.json();

    assert_eq!(answer["accessToken"]["expiresAt"], NOW_MS + HOUR_MS, "its end stays");
    let cookies = answer["browser"]["setCookie"].as_array().unwrap();
    assert_eq!(cookies.len(), 1);
    let cookie = format!("sAccessToken={};", answer["accessToken"]["token"].as_str().unwrap());
    assert!(cookies[0].as_str().unwrap().starts_with(&cookie));
    let headers = answer["browser"]["headers"].as_object().unwrap();
    assert_eq!(headers.keys().collect::<Vec<_>>(), ["front-token"]);
    let verified = json!({
        "accessToken": answer["accessToken"]["token"],
        "antiCsrfToken": first["antiCsrfToken"],
    });
    let verified = origin.call("POST", "/v1/sessions/verify", &verified.to_string()).await;
    assert_eq!((verified.status.as_u16(), &verified.json()["jwtPayload"]), (200, &json!([1])));
}

#[tokio::test]
async fn absent_is_no_payload_and_null_is_one() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;
    let null = put(&origin, &issued, json!({ "jwtPayload": null })).await;
    assert!(null.text.contains(r#""jwtPayload":null"#), "{}", null.text);
    let absent = put(&origin, &issued, json!({})).await;
    assert!(!absent.text.contains("jwtPayload"), "{}", absent.text);
}

#[tokio::test]
async fn what_no_access_token_could_carry_is_refused_and_nothing_changes() {
    let origin = Origin::start().await;
    let (issued, other) = (origin.log_in().await, origin.log_in().await);
    put(&origin, &issued, json!({ "jwtPayload": 1 })).await;

    let large = put(&origin, &issued, json!({ "jwtPayload": "x".repeat(4000) })).await;
    large.refused(413, "access_token_too_large");
    let deep = put(&origin, &issued, json!({ "jwtPayload": [[[[[[[[1]]]]]]]] })).await;
    deep.refused(400, "bad_request");
    let body = json!({ "jwtPayload": 2, "accessToken": token(&other, "accessToken") });
    let refused = put(&origin, &issued, body).await.refused(400, "bad_request");
    assert_eq!(refused["detail"], "accessToken is not of this session");
    let body = json!({ "jwtPayload": 2, "accessToken": "x" });
    put(&origin, &issued, body).await.refused(401, "try_refresh_token");

    assert_eq!(origin.call("GET", &path(&issued), "").await.json()["jwtPayload"], 1);
}

#[tokio::test]
async fn a_session_that_is_over_has_no_payload_to_change() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;
    origin.call("DELETE", &path(&issued), "").await;
    put(&origin, &issued, json!({ "jwtPayload": 1 })).await.refused(401, "unauthorised");
}
