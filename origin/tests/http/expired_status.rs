//! The status of what is over.

use crate::origin::{Origin, path, token};

#[tokio::test]
async fn what_is_over_has_the_status_of_the_documented_system_where_that_is_set() {
    let origin =
        Origin::with([("WAYLEAVE_EXPIRED_STATUS", "440"), ("WAYLEAVE_REFRESH_REUSE_WINDOW", "0s")])
            .await;
    let first = origin.log_in().await;
    let second = origin.refreshed(&first).await;
    origin.refreshed(&second).await;

    let theft = origin.refresh(token(&first, "refreshToken")).await;
    let theft = theft.refused(440, "token_theft_detected");
    assert_eq!(theft["session"]["handle"], first["session"]["handle"]);
    assert_eq!(theft["browser"]["headers"]["front-token"], "remove");
    origin.call("GET", &path(&first), "").await.refused(440, "unauthorised");
    let body = r#"{"accessToken":"x"}"#;
    origin.call("POST", "/v1/sessions/verify", body).await.refused(440, "try_refresh_token");
    // Everything else is as it was.
    origin.call("POST", "/v1/sessions", "{}").await.refused(400, "bad_request");
    let stranger = crate::origin::request("GET", "/v1/revocations");
    let stranger = origin.send(stranger.body(axum::body::Body::empty()).unwrap()).await;
    stranger.refused(401, "service_key_refused");
    assert_eq!(stranger.headers["www-authenticate"], "Bearer");
}
