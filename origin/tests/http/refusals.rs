//! What every route refuses.

use crate::origin::{Origin, SERVICE_KEY, request};
use axum::body::Body;

#[tokio::test]
async fn without_a_right_service_key_nothing_answers() {
    let origin = Origin::start().await;
    for authorization in [
        "",
        SERVICE_KEY,
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        &format!("Basic {SERVICE_KEY}"),
        &format!("Bearer {SERVICE_KEY} "),
        &format!("Bearer {SERVICE_KEY}x"),
    ] {
        for (method, path) in [
            ("POST", "/v1/sessions"),
            ("POST", "/v1/sessions/refresh"),
            ("POST", "/v1/sessions/verify"),
            ("GET", "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA"),
            ("DELETE", "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA"),
            ("GET", "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA/data"),
            ("PUT", "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA/data"),
            ("GET", "/v1/users/alice/sessions"),
            ("DELETE", "/v1/users/alice/sessions"),
        ] {
            let request = request(method, path).header("authorization", authorization);
            let answer = origin.send(request.body(Body::from("not json")).unwrap()).await;
            answer.refused(401, "service_key_refused");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
}

#[tokio::test]
async fn two_authorization_headers_are_refused() {
    let origin = Origin::start().await;
    let value = format!("Bearer {SERVICE_KEY}");
    let request = request("GET", "/v1/users/a/sessions")
        .header("authorization", &value)
        .header("authorization", &value);
    origin.send(request.body(Body::empty()).unwrap()).await.refused(401, "service_key_refused");
}

#[tokio::test]
async fn each_of_several_service_keys_lets_in() {
    let second = "x".repeat(32);
    let origin =
        Origin::with([("WAYLEAVE_SERVICE_KEYS", &format!("{SERVICE_KEY},{second}"))]).await;
    for key in [SERVICE_KEY, &second] {
        let request =
            request("GET", "/v1/users/a/sessions").header("authorization", format!("bearer {key}"));
        assert_eq!(origin.send(request.body(Body::empty()).unwrap()).await.status, 200);
    }
}

#[tokio::test]
async fn unknown_routes_and_wrong_methods_are_told_apart() {
    let origin = Origin::start().await;
    for path in ["/", "/v1", "/v2/sessions", "/v1/sessions/", "/v1/sessions/a/b/c"] {
        origin.call("GET", path, "").await.refused(404, "not_found");
    }
    for (method, path, allowed) in [
        ("GET", "/v1/sessions", "POST"),
        ("PATCH", "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA", "GET,HEAD,DELETE"),
        ("POST", "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA/data", "GET,HEAD,PUT,PATCH"),
        ("DELETE", "/healthz", "GET,HEAD"),
    ] {
        let answer = origin.call(method, path, "").await;
        answer.refused(405, "method_not_allowed");
        assert_eq!(answer.headers["allow"], allowed);
    }
}

#[tokio::test]
async fn bodies_that_are_not_what_a_route_takes_are_refused_by_name() {
    let origin = Origin::start().await;
    for (body, expected) in [
        ("", "EOF"),
        ("{", "EOF"),
        ("{}", "missing field `userId`"),
        ("[\"alice\"]", "expected a JSON object"),
        ("\"alice\"", "expected a JSON object"),
        (r#"{"userId":1,"userId":2}"#, "duplicate field `userId`"),
        (r#"{"userId":1,"payload":{}}"#, "unknown field `payload`"),
        (r#"{"userId":1,"replaces":"x"}"#, "a session handle is 22 characters of base64url"),
        (r#"{"userId":1} x"#, "trailing characters"),
    ] {
        let refused = origin.call("POST", "/v1/sessions", body).await.refused(400, "bad_request");
        assert!(refused["detail"].as_str().unwrap().contains(expected), "{body}: {refused}");
    }
}

#[tokio::test]
async fn a_body_over_64_kibibytes_or_of_another_type_is_refused() {
    let origin = Origin::start().await;
    let large = format!(r#"{{"userId":1,"sessionData":"{}"}}"#, "x".repeat(64 * 1024));
    origin.call("POST", "/v1/sessions", &large).await.refused(413, "body_too_large");

    let form = request("POST", "/v1/sessions")
        .header("authorization", format!("Bearer {SERVICE_KEY}"))
        .header("content-type", "application/x-www-form-urlencoded");
    origin
        .send(form.body(Body::from("userId=1")).unwrap())
        .await
        .refused(415, "unsupported_media_type");
}
