//! `GET` and `DELETE /v1/sessions/{handle}`.

use crate::origin::{Origin, path, token};

#[tokio::test]
async fn ending_a_session_tells_whether_there_was_one_and_how_to_clear_the_browser() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;

    let first = origin.call("DELETE", &path(&issued), "").await;
    let second = origin.call("DELETE", &path(&issued), "").await;

    assert_eq!(first.status, 200);
    assert_eq!(first.json()["revoked"], true);
    assert_eq!(second.json()["revoked"], false);
    for answer in [first, second] {
        let body = answer.json();
        assert_eq!(body["browser"]["setCookie"].as_array().unwrap().len(), 3);
        assert_eq!(body["browser"]["headers"]["front-token"], "remove");
    }
    origin.call("GET", &path(&issued), "").await.refused(401, "unauthorised");
    origin.refresh(token(&issued, "refreshToken")).await.refused(401, "unauthorised");
}

#[tokio::test]
async fn an_unknown_handle_is_unauthorised_and_a_malformed_one_is_a_bad_request() {
    let origin = Origin::start().await;

    let unknown = origin.call("GET", "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA", "").await;
    let malformed = origin.call("GET", "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAB", "").await;

    assert_eq!(unknown.refused(401, "unauthorised")["errType"], 2000);
    let refused = malformed.refused(400, "bad_request");
    assert!(
        refused["detail"]
            .as_str()
            .unwrap()
            .contains("a session handle is 22 characters of base64url")
    );
}
