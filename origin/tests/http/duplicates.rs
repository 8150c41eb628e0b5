//! `POST /v1/sessions/duplicates`.

use crate::origin::Origin;

#[tokio::test]
async fn cookies_of_the_older_domain_go_and_the_session_goes_on() {
    let origin = Origin::with([
        ("WAYLEAVE_COOKIE_DOMAIN", "example.com"),
        ("WAYLEAVE_OLDER_COOKIE_DOMAIN", "host-only"),
    ])
    .await;

    let answer = origin.call("POST", "/v1/sessions/duplicates", "{}").await;

    assert_eq!(answer.status, 200);
    let answer = answer.json();
    assert_eq!(answer["sessionGoesOn"], true);
    assert_eq!(answer["browser"]["headers"], serde_json::json!({}));
    assert_eq!(
        answer["browser"]["setCookie"][1],
        "sRefreshToken=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/auth/session/refresh; HttpOnly; Secure; SameSite=Lax"
    );
}

#[tokio::test]
async fn the_refresh_token_of_an_older_path_goes_and_the_session_goes_on() {
    let origin = Origin::with([
        ("WAYLEAVE_REFRESH_PATH", "/"),
        ("WAYLEAVE_OLDER_REFRESH_PATH", "/auth/session/refresh"),
    ])
    .await;
    let answer = origin.call("POST", "/v1/sessions/duplicates", "{}").await.json();
    assert_eq!(answer["sessionGoesOn"], true);
    assert_eq!(
        answer["browser"]["setCookie"],
        serde_json::json!([
            "sRefreshToken=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/auth/session/refresh; HttpOnly; Secure; SameSite=Lax"
        ])
    );
}

#[tokio::test]
async fn without_an_older_domain_the_session_is_over_in_this_browser() {
    let origin = Origin::start().await;
    let answer = origin.call("POST", "/v1/sessions/duplicates", "{}").await.json();
    assert_eq!(answer["sessionGoesOn"], false);
    assert_eq!(answer["browser"]["headers"]["front-token"], "remove");
    assert_eq!(answer["browser"]["setCookie"].as_array().unwrap().len(), 3);
    origin.call("POST", "/v1/sessions/duplicates", r#"{"a":1}"#).await.refused(400, "bad_request");
}
