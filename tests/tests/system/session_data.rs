//! What an app and its page keep in a session.

use crate::System;
use http::Method;
use serde_json::json;
use std::sync::Arc;
use wayleave_tests::{harness::Test, tests};

pub(crate) fn all() -> Vec<Test> {
    tests![
        a_page_reads_back_what_it_wrote,
        a_page_changes_a_part_of_what_it_wrote,
        a_write_that_names_an_older_version_is_refused,
        malformed_json_is_refused_and_changes_nothing,
        an_unknown_member_is_refused_by_name,
        a_body_that_is_not_json_is_refused,
        data_over_a_mebibyte_is_refused,
        data_of_a_mebibyte_is_kept,
        data_of_a_session_that_was_ended_is_refused,
    ]
}

async fn a_page_reads_back_what_it_wrote(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;

    let written = alice.put("/auth/session/data").json(&json!({"data": {"emoji": "🦀"}})).await;
    let read = alice.get("/auth/session/data").await.expect(200);

    written.expect_status(200);
    assert_eq!(written.json(), json!({"version": 1}));
    assert_eq!(read.json(), json!({"data": {"emoji": "🦀"}, "version": 1}));
    assert_eq!(read.header("etag"), Some("\"1\""));
    assert_eq!(read.header("cache-control"), Some("no-store"));
}

async fn a_page_changes_a_part_of_what_it_wrote(system: Arc<System>) {
    let alice = system.visitor();
    let data = json!({"cart": [1], "theme": "dark", "visits": 7});
    alice.log_in_with(json!({"userId": "alice", "sessionData": data})).await.expect_status(200);
    let patch = |value| alice.request(Method::PATCH, "/auth/session/data").merge_patch(&value);

    let patched = patch(json!({"cart": [1, 2], "theme": null})).await.expect(200);
    patch(json!({})).header("if-match", "\"1\"").await.expect_refusal(412, "version_conflict");
    patch(json!({})).without_anti_csrf().await.expect_refusal(401, "try_refresh_token");

    assert_eq!(patched.json(), json!({"version": 2}));
    assert_eq!(patched.header("etag"), Some("\"2\""));
    let read = alice.get("/auth/session/data").await.expect(200).json();
    assert_eq!(read, json!({"data": {"cart": [1, 2], "visits": 7}, "version": 2}));
}

async fn a_write_that_names_an_older_version_is_refused(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    let write = |value: u32, version: &'static str| {
        alice.put("/auth/session/data").json(&json!({"data": value})).header("if-match", version)
    };

    let first = write(1, "\"0\"").await;
    let second = write(2, "\"0\"").await;

    first.expect_status(200);
    second.expect_refusal(412, "version_conflict");
    second.expect_cookies_untouched();
    assert_eq!(alice.get("/auth/session/data").await.json()["data"], 1);
}

async fn malformed_json_is_refused_and_changes_nothing(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in_with(json!({"userId": "alice", "sessionData": "before"})).await.expect_status(200);

    for body in
        ["", "{", "[]", "null", "{}", r#"{"data":}"#, r#"{"data":1}}"#, r#"{"data":1,"data":2}"#]
    {
        let refused = alice.put("/auth/session/data").text(body).await;

        refused.expect_refusal(400, "bad_request");
        refused.expect_cookies_untouched();
    }
    assert_eq!(alice.get("/auth/session/data").await.json()["data"], "before");
}

async fn an_unknown_member_is_refused_by_name(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;

    let refused = alice.put("/auth/session/data").json(&json!({"data": 1, "version": 7})).await;

    refused.expect_refusal(400, "bad_request");
    assert!(refused.body.contains("version"), "{}", refused.body);
}

async fn a_body_that_is_not_json_is_refused(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;

    let refused = alice.put("/auth/session/data").header("content-type", "text/plain").await;

    refused.expect_refusal(415, "unsupported_media_type");
}

async fn data_over_a_mebibyte_is_refused(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in_with(json!({"userId": "alice", "sessionData": "before"})).await.expect_status(200);

    let refused =
        alice.put("/auth/session/data").json(&json!({"data": "x".repeat(MEBIBYTE)})).await;

    refused.expect_refusal(413, "body_too_large");
    refused.expect_cookies_untouched();
    assert_eq!(alice.get("/auth/session/data").await.json()["data"], "before");
}

async fn data_of_a_mebibyte_is_kept(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    let data = "é".repeat(MEBIBYTE / 2 - 1);

    alice.put("/auth/session/data").json(&json!({"data": data})).await.expect_status(200);

    let kept = alice.get("/auth/session/data").await.expect(200).json();
    assert!(kept["data"] == json!(data));
}

async fn data_of_a_session_that_was_ended_is_refused(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    let asleep = alice.double();

    alice.sign_out().await.expect_status(200);
    let refused = asleep.get("/auth/session/data").await;

    refused.expect_refusal(401, "unauthorised");
    refused.expect_cookies_cleared();
}

const MEBIBYTE: usize = 1024 * 1024;
