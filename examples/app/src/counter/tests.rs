//! The counter against a stand-in that answers as docs/api.md says the origin does. The system tests run it against the real one.

use crate::app::tests::{answer, with_origin, without_origin};
use axum::{
    Router,
    body::Body,
    extract::State as Kept,
    http::{HeaderMap, Request, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

const HANDLE: &str = "K9GCN3jbdgcHBwcHBwcHBw";

/// One session's data: its text, if there is any, and its version.
type Stored = Arc<Mutex<(Option<String>, u64)>>;

/// Serves the stand-in until the test ends, and gives its address.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn origin_with(stored: Stored) -> String {
    serve(
        Router::new().route("/v1/sessions/{handle}/data", get(read).put(write)).with_state(stored),
    )
    .await
}

async fn read(Kept(stored): Kept<Stored>, headers: HeaderMap) -> String {
    assert_eq!(headers["authorization"], "Bearer key");
    match stored.lock().unwrap().clone() {
        (None, version) => format!(r#"{{"version":{version}}}"#),
        (Some(data), version) => format!(r#"{{"data":{data},"version":{version}}}"#),
    }
}

async fn write(Kept(stored): Kept<Stored>, headers: HeaderMap, body: String) -> Response {
    let mut stored = stored.lock().unwrap();
    if headers["if-match"] != format!("\"{}\"", stored.1) {
        let problem = json!({"status": 412, "code": "version_conflict", "detail": "another version is stored"});
        return (StatusCode::PRECONDITION_FAILED, problem.to_string()).into_response();
    }
    let data = body.strip_prefix(r#"{"data":"#).and_then(|rest| rest.strip_suffix('}')).unwrap();
    *stored = (Some(data.to_owned()), stored.1 + 1);
    format!(r#"{{"version":{}}}"#, stored.1).into_response()
}

fn request(method: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri("/api/counter")
        .header("x-wayleave-user-id", "alice")
        .header("x-wayleave-session", HANDLE)
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn one_is_added_and_everything_else_is_kept_as_it_was() {
    for (before, counter, after) in [
        (None, 1, r#"{"counter":1}"#),
        (Some("{}"), 1, r#"{"counter":1}"#),
        (Some(r#"{"counter":41}"#), 42, r#"{"counter":42}"#),
        (
            Some(r#"{"z":1.0,"counter":-1,"a":[1e400, 12345678901234567890123],"é":null}"#),
            0,
            r#"{"z":1.0,"counter":0,"a":[1e400, 12345678901234567890123],"é":null}"#,
        ),
    ] {
        let stored = Stored::new(Mutex::new((before.map(str::to_owned), 7)));
        let app = with_origin(&origin_with(Arc::clone(&stored)).await);

        let (status, _, body) = answer(app, request("POST")).await;

        assert_eq!(
            (status, body),
            (StatusCode::OK, format!(r#"{{"counter":{counter}}}"#)),
            "{before:?}"
        );
        assert_eq!(stored.lock().unwrap().clone(), (Some(after.to_owned()), 8));
    }
}

#[tokio::test]
async fn reading_changes_nothing() {
    for (before, counter) in [(None, 0), (Some(r#"{"a":1}"#), 0), (Some(r#"{"counter":3}"#), 3)] {
        let stored = Stored::new(Mutex::new((before.map(str::to_owned), 7)));
        let app = with_origin(&origin_with(Arc::clone(&stored)).await);

        let (status, _, body) = answer(app, request("GET")).await;

        assert_eq!((status, body), (StatusCode::OK, format!(r#"{{"counter":{counter}}}"#)));
        assert_eq!(stored.lock().unwrap().1, 7);
    }
}

#[tokio::test]
async fn of_many_clicks_at_once_every_one_counts() {
    let stored = Stored::default();
    let app = with_origin(&origin_with(Arc::clone(&stored)).await);

    let clicks: Vec<_> =
        (0..10).map(|_| tokio::spawn(answer(app.clone(), request("POST")))).collect();
    for click in clicks {
        assert_eq!(click.await.unwrap().0, StatusCode::OK);
    }

    assert_eq!(stored.lock().unwrap().clone(), (Some(r#"{"counter":10}"#.to_owned()), 10));
}

#[tokio::test]
async fn data_that_has_no_room_for_a_counter_is_refused_and_left_alone() {
    for data in [
        "null",
        "[1]",
        "7",
        r#""text""#,
        r#"{"counter":"1"}"#,
        r#"{"counter":1.0}"#,
        r#"{"counter":9223372036854775807}"#,
    ] {
        let stored = Stored::new(Mutex::new((Some(data.to_owned()), 1)));
        let app = with_origin(&origin_with(Arc::clone(&stored)).await);

        let (status, _, body) = answer(app, request("POST")).await;

        assert_eq!(status, StatusCode::BAD_REQUEST, "{data}: {body}");
        assert!(body.contains("counter"), "{body}");
        assert_eq!(stored.lock().unwrap().clone(), (Some(data.to_owned()), 1));
    }
}

#[tokio::test]
async fn a_refusal_of_the_origin_becomes_the_one_that_the_page_can_act_on() {
    for (status, code, answered, said) in [
        (401, "unauthorised", StatusCode::UNAUTHORIZED, "unauthorised"),
        (401, "service_key_refused", StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        (503, "unavailable", StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        (500, "internal", StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        (418, "no_such_code", StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    ] {
        let problem =
            json!({"status": status, "code": code, "detail": "as the origin says"}).to_string();
        let refuse = move || async move {
            (StatusCode::from_u16(status).unwrap(), [("retry-after", "7")], problem)
        };
        let app = with_origin(&serve(Router::new().fallback(refuse)).await);

        let (status, headers, body) = answer(app, request("POST")).await;
        let body: Value = serde_json::from_str(&body).unwrap();

        assert_eq!((status, &body["code"]), (answered, &Value::from(said)), "{code}");
        let retry = headers.get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(retry, (said == "unavailable").then_some("7"));
    }
}

#[tokio::test]
async fn an_origin_that_is_not_there_is_no_reason_to_log_anybody_out() {
    for method in ["GET", "POST"] {
        let (status, headers, body) = answer(without_origin(), request(method)).await;

        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
        assert_eq!(headers["retry-after"], "1");
    }
}

#[tokio::test]
async fn writing_gives_up_when_others_are_always_faster() {
    let refuse = || async { (StatusCode::PRECONDITION_FAILED, "") };
    let router = Router::new().fallback_service(get(|| async { r#"{"version":1}"# }).put(refuse));
    let app = with_origin(&serve(router).await);

    let (status, headers, _) = answer(app, request("POST")).await;

    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(headers.contains_key("retry-after"));
}
