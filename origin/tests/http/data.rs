//! `GET`, `PUT` and `PATCH /v1/sessions/{handle}/data`.

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
    let body = |bytes: usize| format!(r#"{{"data":"{}"}}"#, "x".repeat(bytes - 2));

    assert_eq!(origin.call("PUT", &path, &body(1024 * 1024)).await.status, 200);
    let refused = origin.call("PUT", &path, &body(1024 * 1024 + 1)).await;
    let refused = refused.refused(413, "body_too_large");
    assert_eq!(
        refused["detail"],
        "the session's data would take 1048577 bytes, at most 1048576 are kept"
    );
    origin.call("PUT", &path, &body(1024 * 1024 + 10_000)).await.refused(413, "body_too_large");
    assert_eq!(origin.call("GET", &path, "").await.json()["version"], 1);
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_counts_as_a_write() {
    let origin = Origin::start().await;
    let path = format!("{}/data", path(&origin.log_in().await));

    let answer = origin.call("PATCH", &path, r#"{"cart":[1],"n":1.0e2}"#).await;
    assert_eq!(
        (answer.text.as_str(), &answer.headers["etag"]),
        (r#"{"version":1}"#, &"\"1\"".parse().unwrap())
    );
    assert_eq!(
        origin.call("PATCH", &path, r#"{"cart":null,"x":null,"y":{"z":true}}"#).await.status,
        200
    );

    let read = origin.call("GET", &path, "").await;
    assert_eq!(read.text, r#"{"data":{"n":1.0e2,"y":{"z":true}},"version":2}"#);
}

#[tokio::test]
async fn patches_at_the_same_time_are_all_kept() {
    let origin = Origin::start().await;
    let path = format!("{}/data", path(&origin.log_in().await));
    let patches = ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}"];

    let (one, two, three, four) = tokio::join!(
        origin.call("PATCH", &path, patches[0]),
        origin.call("PATCH", &path, patches[1]),
        origin.call("PATCH", &path, patches[2]),
        origin.call("PATCH", &path, patches[3])
    );

    for answer in [one, two, three, four] {
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let read = origin.call("GET", &path, "").await.json();
    assert_eq!(read, serde_json::json!({"data": {"a": 1, "b": 2, "c": 3, "d": 4}, "version": 4}));
}

#[tokio::test]
async fn a_patch_that_cannot_be_applied_is_refused_and_nothing_changes() {
    let origin = Origin::start().await;
    let path = format!("{}/data", path(&origin.log_in().await));
    origin.call("PUT", &path, r#"{"data":{"a":1}}"#).await;

    let send = |if_match: &str, media_type: &str, body: String| {
        let request = request("PATCH", &path)
            .header("authorization", format!("Bearer {SERVICE_KEY}"))
            .header("content-type", media_type)
            .header("if-match", if_match);
        origin.send(request.body(Body::from(body)).unwrap())
    };
    let merge = "application/merge-patch+json; charset=utf-8";
    send("\"0\"", merge, "{}".into()).await.refused(412, "version_conflict");
    send("\"1\"", "application/json", "{}".into()).await.refused(415, "unsupported_media_type");
    send("\"1\"", merge, "{".into()).await.refused(400, "bad_request");
    let large = format!(r#"{{"b":"{}"}}"#, "x".repeat(1024 * 1024 - 8));
    send("\"1\"", merge, large).await.refused(413, "body_too_large");
    let odd = r#"{"\ud800":1}"#.to_owned();
    send("\"1\"", merge, odd).await.refused(400, "bad_request");
    assert_eq!(origin.call("GET", &path, "").await.text, r#"{"data":{"a":1},"version":1}"#);
    assert_eq!(send("\"1\"", merge, "{}".into()).await.text, r#"{"version":2}"#);
}

#[tokio::test]
async fn data_of_no_session_is_unauthorised() {
    let origin = Origin::start().await;
    let path = "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA/data";
    origin.call("GET", path, "").await.refused(401, "unauthorised");
    origin.call("PUT", path, r#"{"data":1}"#).await.refused(401, "unauthorised");
    origin.call("PATCH", path, r#"{"data":1}"#).await.refused(401, "unauthorised");
}
