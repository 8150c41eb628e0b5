//! `GET` and `PUT /v1/sessions/{handle}/data`.

use crate::origin::{Answer, Origin, SERVICE_KEY, path, request};
use axum::body::Body;

async fn put_if(origin: &Origin, path: &str, version: &str, body: &'static str) -> Answer {
    let request = request("PUT", path)
        .header("authorization", format!("Bearer {SERVICE_KEY}"))
        .header("content-type", "application/json")
        .header("if-match", version);
    origin.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn data_comes_back_as_it_was_put_with_its_version() {
    let origin = Origin::start().await;
    let path = format!("{}/data", path(&origin.log_in().await));
    let nothing = origin.call("GET", &path, "").await;
    assert_eq!(
        (nothing.text.as_str(), &nothing.headers["etag"]),
        (r#"{"version":0}"#, &"\"0\"".parse().unwrap())
    );

    for (version, json) in
        (1..).zip(["null", "false", "0", "\"\"", "[]", "{}", "1e400", r#"{"é":["😀"]}"#])
    {
        let put = origin.call("PUT", &path, &format!(r#"{{"data":{json}}}"#)).await;
        assert_eq!(put.text, format!(r#"{{"version":{version}}}"#));
        assert_eq!(put.headers["etag"], format!("\"{version}\"").as_str());
        let read = origin.call("GET", &path, "").await;
        assert_eq!(read.text, format!(r#"{{"data":{json},"version":{version}}}"#));
    }
}

#[tokio::test]
async fn a_put_for_another_version_is_refused_with_the_stored_one() {
    let origin = Origin::start().await;
    let path = format!("{}/data", path(&origin.log_in().await));

    assert_eq!(put_if(&origin, &path, "\"0\"", r#"{"data":1}"#).await.status, 200);
    let refused =
        put_if(&origin, &path, "\"0\"", r#"{"data":2}"#).await.refused(412, "version_conflict");

    assert_eq!(refused["detail"], "the stored version is 1");
    assert_eq!(origin.call("GET", &path, "").await.text, r#"{"data":1,"version":1}"#);
}

#[tokio::test]
async fn an_if_match_that_is_no_version_is_refused() {
    let origin = Origin::start().await;
    let path = format!("{}/data", path(&origin.log_in().await));
    for version in ["1", "*", "W/\"1\"", "\"a\"", "\"1\", \"2\"", ""] {
        put_if(&origin, &path, version, r#"{"data":1}"#).await.refused(400, "bad_request");
    }
}

#[tokio::test]
async fn data_up_to_its_limit_is_kept_and_above_it_refused() {
    let origin = Origin::start().await;
    let path = format!("{}/data", path(&origin.log_in().await));
    let body = |bytes: usize| format!(r#"{{"data":"{}"}}"#, "x".repeat(bytes - 11));

    assert_eq!(origin.call("PUT", &path, &body(1024 * 1024)).await.status, 200);
    origin.call("PUT", &path, &body(1024 * 1024 + 1)).await.refused(413, "body_too_large");
}

#[tokio::test]
async fn data_of_no_session_is_unauthorised() {
    let origin = Origin::start().await;
    let path = "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA/data";
    origin.call("GET", path, "").await.refused(401, "unauthorised");
    origin.call("PUT", path, r#"{"data":1}"#).await.refused(401, "unauthorised");
}
