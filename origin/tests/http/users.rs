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

#[tokio::test]
async fn all_sessions_but_one_can_be_ended() {
    let origin = Origin::start().await;
    let (kept, other) = (log_in(&origin, "1").await, log_in(&origin, "1").await);

    let revoked = origin.call("DELETE", &format!("/v1/users/1/sessions?except={kept}"), "").await;

    assert_eq!(revoked.json(), serde_json::json!({ "revoked": [other] }));
    let list = origin.call("GET", "/v1/users/1/sessions", "").await.json();
    assert_eq!(list["sessions"][0]["handle"], kept.as_str());
    assert_eq!(list["sessions"].as_array().unwrap().len(), 1);
    origin.call("DELETE", "/v1/users/1/sessions?but=x", "").await.refused(400, "bad_request");
}

#[tokio::test]
async fn a_list_tells_what_users_know_their_sessions_by() {
    let origin = Origin::start().await;
    let body = r#"{"userId":1,"client":{"name":"Firefox 🦊","address":"192.0.2.77"}}"#;
    let first = origin.call("POST", "/v1/sessions", body).await.json();
    origin.advance(5);
    let second = origin.refreshed(&first).await;
    let other = log_in(&origin, "1").await;

    let list =
        origin.call("GET", &format!("/v1/users/1/sessions?current={other}"), "").await.json();

    for session in list["sessions"].as_array().unwrap() {
        assert_eq!(session["current"], session["handle"] == other.as_str());
        if session["handle"] == first["session"]["handle"] {
            let client = serde_json::json!({ "name": "Firefox 🦊", "address": "192.0.2.0" });
            assert_eq!(session["client"], client);
            assert_eq!(session["createdAt"], first["session"]["createdAt"]);
            assert_eq!(session["refreshedAt"], second["session"]["refreshedAt"]);
            assert_eq!(session["expiresAt"], second["session"]["expiresAt"]);
        } else {
            assert!(session.get("client").is_none());
        }
    }
}

#[tokio::test]
async fn what_is_kept_of_an_address_is_the_deployments_to_say() {
    for (setting, kept) in
        [("full", Some("2001:db8:1:2::3")), ("shortened", Some("2001:db8:1::")), ("off", None)]
    {
        let origin = Origin::with([("WAYLEAVE_CLIENT_ADDRESS", setting)]).await;
        let body = r#"{"userId":1,"client":{"address":"2001:db8:1:2::3"}}"#;
        let issued = origin.call("POST", "/v1/sessions", body).await.json();
        let read = origin.call("GET", &path(&issued), "").await.json();
        assert_eq!(read["client"]["address"].as_str(), kept, "{setting}");
    }
    let origin = Origin::start().await;
    let bad = r#"{"userId":1,"client":{"address":"somewhere"}}"#;
    origin.call("POST", "/v1/sessions", bad).await.refused(400, "bad_request");
}

#[tokio::test]
async fn a_log_in_over_the_limit_ends_the_session_that_was_refreshed_longest_ago() {
    let origin = Origin::with([("WAYLEAVE_MAX_SESSIONS_PER_USER", "2")]).await;
    let first = origin.log_in().await;
    origin.advance(1);
    let second = origin.log_in().await;
    origin.advance(1);
    origin.refreshed(&first).await;
    origin.advance(1);
    let third = origin.log_in().await;

    origin.call("GET", &path(&second), "").await.refused(401, "unauthorised");
    for kept in [&first, &third] {
        assert_eq!(origin.call("GET", &path(kept), "").await.status, 200);
    }
}
