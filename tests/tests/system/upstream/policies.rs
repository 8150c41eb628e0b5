//! What the settings of a path change, over the wire.

use super::{UpstreamTest, stage::Stage};
use serde_json::json;
use std::sync::Arc;

pub(super) fn all() -> Vec<UpstreamTest> {
    crate::upstream_tests![
        on_an_anonymous_path_the_app_is_not_told_who_it_is,
        where_anti_csrf_is_off_an_unsafe_request_needs_no_token,
        a_session_without_the_required_claim_is_told_so_and_keeps_its_cookies,
    ]
}

async fn on_an_anonymous_path_the_app_is_not_told_who_it_is(stage: Arc<Stage>) {
    let alice = stage.user(r#"{"userId":"alice"}"#).await;

    let seen = alice.get("/assets/seen").await.expect(200).json();
    let told = alice.get("/public/seen").await.expect(200).json();

    assert_eq!(seen["headers"].get("x-wayleave-user-id"), None);
    assert_eq!(seen["headers"].get("cookie"), None, "{seen}");
    assert_eq!(told["headers"]["x-wayleave-user-id"], "alice");
    stage.visitor().get("/assets/seen").await.expect_status(200);
}

async fn where_anti_csrf_is_off_an_unsafe_request_needs_no_token(stage: Arc<Stage>) {
    let alice = stage.user(r#"{"userId":"alice"}"#).await;

    let seen = alice.post("/api/hooks/seen").without_anti_csrf().await.expect(200).json();

    assert_eq!(seen["headers"]["x-wayleave-user-id"], "alice");
    let refused = alice.post("/api/seen").without_anti_csrf().await;
    refused.expect_refusal(401, "try_refresh_token");
}

async fn a_session_without_the_required_claim_is_told_so_and_keeps_its_cookies(stage: Arc<Stage>) {
    let alice = stage.user(r#"{"userId":"alice","jwtPayload":{"role":"user"}}"#).await;
    let admin = stage.user(r#"{"userId":"bob","jwtPayload":{"role":"admin"}}"#).await;

    let refused = alice.get("/admin/seen").await;

    refused.expect_status(403);
    assert_eq!(
        refused.json(),
        json!({"claimValidationErrors": [{"id": "role", "reason": {"message": "wrong value"}}]})
    );
    refused.expect_cookies_untouched();
    admin.get("/admin/seen").await.expect_status(200);
    stage.visitor().get("/admin/seen").await.expect_refusal(401, "unauthorised");
    // As soon as the payload says so.
    stage
        .answer(&alice, &[("x-wayleave-update-payload", r#"{"role":"admin"}"#)])
        .await
        .expect_status(200);
    alice.get("/admin/seen").await.expect_status(200);
}
