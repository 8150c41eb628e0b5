//! `GET` and `DELETE /v1/users/{userId}/sessions`.

use crate::origin::{Origin, path};

async fn log_in(origin: &Origin, user_id: &str) -> String {
    let body = format!(r#"{{"userId":{user_id}}}"#);
    let answer = origin.call("POST", "/v1/sessions", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["session"]["handle"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_user_is_named_in_the_path_by_its_text_form() {
    let origin = Origin::start().await;
    for (user_id, in_path) in [
        ("1", "1"),
        ("\"1\"", "%221%22"),
        ("\"alice\"", "alice"),
        ("\"Alice\"", "Alice"),
        ("\"alice \"", "%22alice%20%22"),
        ("\"a/b\"", "a%2Fb"),
        ("\"😀\"", "%F0%9F%98%80"),
    ] {
        let handle = log_in(&origin, user_id).await;
        let list = origin.call("GET", &format!("/v1/users/{in_path}/sessions"), "").await.json();
        let handles: Vec<_> =
            list["sessions"].as_array().unwrap().iter().map(|session| &session["handle"]).collect();
        assert_eq!(handles, [&handle], "{user_id}");
        assert!(list.get("next").is_none());
    }
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let origin = Origin::start().await;
    let mut handles = Vec::new();
    for _ in 0..5 {
        handles.push(log_in(&origin, "\"alice\"").await);
    }
    handles.sort_by_key(|handle| {
        handle.parse::<wayleave_shared::session_handle::SessionHandle>().unwrap()
    });

    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = origin
            .call("GET", &format!("/v1/users/alice/sessions?limit=2{after}"), "")
            .await
            .json();
        for session in page["sessions"].as_array().unwrap() {
            seen.push(session["handle"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }

    assert_eq!(seen, handles);
}

#[tokio::test]
async fn a_bad_page_is_refused() {
    let origin = Origin::start().await;
    for query in ["limit=0", "limit=1001", "limit=x", "after=x", "page=1"] {
        origin
            .call("GET", &format!("/v1/users/a/sessions?{query}"), "")
            .await
            .refused(400, "bad_request");
    }
    let long = "a".repeat(256);
    origin.call("GET", &format!("/v1/users/{long}/sessions"), "").await.refused(400, "bad_request");
}

#[tokio::test]
async fn ending_all_sessions_of_a_user_names_them_and_leaves_others_alone() {
    let origin = Origin::start().await;
    let (first, bob) = (log_in(&origin, "\"alice\"").await, log_in(&origin, "\"bob\"").await);

    let revoked = origin.call("DELETE", "/v1/users/alice/sessions", "").await;

    assert_eq!(revoked.json(), serde_json::json!({ "revoked": [first] }));
    let bob = serde_json::json!({"session": {"handle": bob}});
    assert_eq!(origin.call("GET", &path(&bob), "").await.status, 200);
    assert_eq!(
        origin.call("DELETE", "/v1/users/alice/sessions", "").await.text,
        r#"{"revoked":[]}"#
    );
}
