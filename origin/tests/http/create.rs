//! `POST /v1/sessions`.

use crate::origin::{DAYS_100_MS, HOUR_MS, NOW_MS, Origin, path, token};
use wayleave_origin::store::Store;
use wayleave_shared::user_id::UserId;

#[tokio::test]
async fn a_login_answers_with_the_session_its_tokens_and_finished_lines() {
    let origin = Origin::start().await;

    let body = r#"{"userId":"alice","jwtPayload":{"role":"admin"},"sessionData":[1]}"#;
    let answer = origin.call("POST", "/v1/sessions", body).await;

    assert_eq!(answer.status, 201);
    assert_eq!(answer.headers["cache-control"], "no-store");
    let issued = answer.json();
    let session = &issued["session"];
    assert_eq!(session["userId"], "alice");
    assert_eq!(session["jwtPayload"]["role"], "admin");
    assert_eq!(session["createdAt"], NOW_MS);
    assert_eq!(session["refreshedAt"], NOW_MS);
    assert_eq!(session["expiresAt"], NOW_MS + DAYS_100_MS);
    assert_eq!(issued["accessToken"]["expiresAt"], NOW_MS + HOUR_MS);
    assert_eq!(issued["refreshToken"]["expiresAt"], NOW_MS + DAYS_100_MS);
    assert_eq!(issued["antiCsrfToken"], issued["browser"]["headers"]["anti-csrf"]);
    let cookies = issued["browser"]["setCookie"].as_array().unwrap();
    let expected = [
        format!(
            "sAccessToken={}; Expires=Thu, 22 Feb 2024 22:13:20 GMT; Path=/; HttpOnly; Secure; SameSite=Lax",
            token(&issued, "accessToken")
        ),
        format!(
            "sRefreshToken={}; Expires=Thu, 22 Feb 2024 22:13:20 GMT; Path=/auth/session/refresh; HttpOnly; Secure; SameSite=Lax",
            token(&issued, "refreshToken")
        ),
    ];
    assert_eq!(cookies[0], expected[0]);
    assert_eq!(cookies[1], expected[1]);
    assert!(cookies[2].as_str().unwrap().starts_with("sIdRefreshToken="));
    assert!(!cookies[2].as_str().unwrap().contains("HttpOnly"));
    assert_eq!(cookies.len(), 3);
}

#[tokio::test]
async fn what_was_created_is_there() {
    let origin = Origin::start().await;
    let body = r#"{"userId":7,"jwtPayload":null,"sessionData":{"a":1.0}}"#;

    let issued = origin.call("POST", "/v1/sessions", body).await.json();

    let read = origin.call("GET", &path(&issued), "").await;
    assert_eq!(read.json(), issued["session"]);
    assert!(read.text.contains(r#""jwtPayload":null"#));
    let data = origin.call("GET", &format!("{}/data", path(&issued)), "").await;
    assert_eq!(data.text, r#"{"data":{"a":1.0},"version":1}"#);
}

#[tokio::test]
async fn each_login_has_a_handle_of_its_own() {
    let origin = Origin::start().await;
    let (first, second) = (origin.log_in().await, origin.log_in().await);
    assert_ne!(first["session"]["handle"], second["session"]["handle"]);
    assert_eq!(origin.call("GET", &path(&first), "").await.status, 200);
}

#[tokio::test]
async fn a_login_ends_the_session_that_it_replaces_whoever_it_was() {
    let origin = Origin::start().await;
    let first = origin.log_in().await;
    let body = serde_json::json!({"userId": "bob", "replaces": first["session"]["handle"]});

    let answer = origin.call("POST", "/v1/sessions", &body.to_string()).await;

    assert_eq!(answer.status, 201);
    origin.call("GET", &path(&first), "").await.refused(401, "unauthorised");
}

#[tokio::test]
async fn without_anti_csrf_there_is_no_such_token_anywhere() {
    let origin = Origin::with([("WAYLEAVE_ANTI_CSRF", "off")]).await;
    let issued = origin.log_in().await;
    assert!(issued.get("antiCsrfToken").is_none());
    assert!(issued["browser"]["headers"].get("anti-csrf").is_none());
}

#[tokio::test]
async fn a_token_too_large_for_a_cookie_is_refused_with_its_size_and_nothing_is_kept() {
    let origin = Origin::start().await;
    let body = format!(r#"{{"userId":"alice","jwtPayload":"{}"}}"#, "x".repeat(3000));

    let refused =
        origin.call("POST", "/v1/sessions", &body).await.refused(413, "access_token_too_large");

    let detail = refused["detail"].as_str().unwrap();
    assert_eq!(
        detail,
        "the access token's cookie would take 4495 bytes, at most 4064 fit: make jwtPayload smaller"
    );
    let alice = UserId::text("alice").unwrap();
    assert!(origin.store.sessions_of_user(&alice, None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_payload_that_no_verifier_would_read_is_refused() {
    let origin = Origin::start().await;
    let create = async |nesting: usize| {
        let payload = format!("{}{}", "[".repeat(nesting), "]".repeat(nesting));
        let body = format!(r#"{{"userId":1,"jwtPayload":{payload}}}"#);
        origin.call("POST", "/v1/sessions", &body).await
    };
    assert_eq!(create(7).await.status, 201);
    let refused = create(8).await.refused(400, "bad_request");
    assert_eq!(refused["detail"], "jwtPayload nests 8 levels deep, at most 7 are accepted");
}

#[tokio::test]
async fn bad_user_ids_are_refused_with_what_is_accepted() {
    let origin = Origin::start().await;
    for (user_id, expected) in [
        ("\"\"".to_owned(), "a user id must not be empty"),
        (format!("\"{}\"", "a".repeat(256)), "a user id is at most 255 bytes, this one has 256"),
        ("1.5".to_owned(), "expected a user id: a string of 1 to 255 bytes or an integer"),
        ("true".to_owned(), "expected a user id: a string of 1 to 255 bytes or an integer"),
        ("null".to_owned(), "expected a user id: a string of 1 to 255 bytes or an integer"),
        ("9007199254740992".to_owned(), "an integer user id must lie within ±9007199254740991"),
    ] {
        let answer =
            origin.call("POST", "/v1/sessions", &format!(r#"{{"userId":{user_id}}}"#)).await;
        let refused = answer.refused(400, "bad_request");
        assert!(refused["detail"].as_str().unwrap().contains(expected), "{refused}");
    }
}
