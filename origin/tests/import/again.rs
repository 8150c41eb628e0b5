//! The command more than once, and the way back.

use crate::{
    Case, cases,
    origin::{Deployment, path, refresh_token, told},
    supertokens::{Browser, SuperTokens},
};
use serde_json::{Value, json};

pub(crate) fn cases() -> Vec<Case> {
    cases![
        a_second_import_adds_only_what_is_new,
        a_session_that_ended_here_does_not_come_back,
        a_session_that_was_refreshed_there_after_its_import_is_named,
        after_an_undo_the_import_begins_anew,
        two_imports_at_once_double_nothing,
    ]
}

async fn a_second_import_adds_only_what_is_new(old: &SuperTokens) {
    let first = old.log_in_one(json!({ "userId": "alice" })).await;
    let deployment = Deployment::new();
    deployment.import(&old.url).await;
    let origin = deployment.origin().await;
    let issued = origin.refreshed(first.refresh_token()).await;
    let second = old.log_in_one(json!({ "userId": "alice" })).await;

    let told = deployment.import(&old.url).await;

    assert_eq!(
        told,
        "2 sessions read: 1 imported, 1 imported before, 0 over, 0 skipped, 0 refreshed there since they were imported\n"
    );
    assert_eq!(origin.sessions_of("alice").await.len(), 2);
    let again = origin.refreshed(first.refresh_token()).await;
    assert_eq!(refresh_token(&again), refresh_token(&issued));
    origin.refreshed(second.refresh_token()).await;
}

async fn a_session_that_ended_here_does_not_come_back(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice" })).await;
    let deployment = Deployment::new();
    deployment.import(&old.url).await;
    let origin = deployment.origin().await;
    let issued = origin.refreshed(browser.refresh_token()).await;
    origin.call("DELETE", &path(&issued), &Value::Null).await;

    let told = deployment.import(&old.url).await;

    assert!(told.starts_with("1 sessions read: 0 imported, 1 imported before, "), "{told}");
    assert_eq!(origin.sessions_of("alice").await.len(), 0);
    origin.refuses(browser.refresh_token(), "unauthorised").await;
}

async fn a_session_that_was_refreshed_there_after_its_import_is_named(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice" })).await;
    let deployment = Deployment::new();
    deployment.import(&old.url).await;
    let moved = moved_on(old, &browser).await;

    let told = deployment.import(&old.url).await;

    let name = old.name_of("alice").await;
    assert_eq!(
        told,
        format!(
            "1 sessions read: 0 imported, 0 imported before, 0 over, 0 skipped, 1 refreshed there since they were imported\n  \
             {name}: it was refreshed there after it had been imported\n"
        )
    );
    let origin = deployment.origin().await;
    assert_eq!(origin.sessions_of("alice").await.len(), 1);
    origin.refuses(&moved, "unauthorised").await;
}

async fn after_an_undo_the_import_begins_anew(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice" })).await;
    let in_use = old.log_in_one(json!({ "userId": "bob" })).await;
    let deployment = Deployment::new();
    deployment.import(&old.url).await;
    let origin = deployment.origin().await;
    let issued = origin.refreshed(in_use.refresh_token()).await;
    let (_, own) = origin.call("POST", "/v1/sessions", &json!({ "userId": "bob" })).await;
    let moved = moved_on(old, &browser).await;

    let undone = told(&deployment.command(&["undo"]).await);

    assert_eq!(undone, "took back 2 imported sessions\n");
    assert_eq!(origin.sessions_of("alice").await.len(), 0);
    origin.refuses(refresh_token(&issued), "unauthorised").await;
    origin.refuses(in_use.refresh_token(), "unauthorised").await;
    origin.refreshed(refresh_token(&own)).await;

    let imported = deployment.import(&old.url).await;

    assert!(imported.starts_with("2 sessions read: 2 imported, "), "{imported}");
    origin.refreshed(&moved).await;
    origin.refreshed(in_use.refresh_token()).await;
    assert_eq!(origin.sessions_of("alice").await.len(), 1);
}

async fn two_imports_at_once_double_nothing(old: &SuperTokens) {
    let browsers = old.log_in(json!(vec![json!({ "userId": "alice" }); 20])).await;
    let deployment = Deployment::at(old.database_beside().await);
    // The schema first: it is not what is tried here.
    let origin = deployment.origin().await;

    let arguments = ["supertokens-4", "--from", &old.url];
    let (one, two) = tokio::join!(deployment.command(&arguments), deployment.command(&arguments));

    // One of them may have failed as a whole, never both.
    assert!(one.status.success() || two.status.success());
    assert_eq!(origin.sessions_of("alice").await.len(), 20);
    for browser in &browsers {
        origin.refreshed(browser.refresh_token()).await;
    }
    origin.store.close().await;
    old.drop_beside(deployment.url()).await;
}

/// Lets a browser refresh and use what it got, there: its new refresh token.
async fn moved_on(old: &SuperTokens, browser: &Browser) -> String {
    let refreshed = old.refresh(browser).await;
    old.use_session(&refreshed["jar"]).await;
    refreshed["jar"]["sRefreshToken"].as_str().unwrap().to_owned()
}
