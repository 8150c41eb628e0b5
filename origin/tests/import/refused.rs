//! What an attacker tries.

use crate::{Case, cases, origin::Deployment, supertokens::SuperTokens};
use serde_json::{Value, json};

pub(crate) fn cases() -> Vec<Case> {
    cases![
        old_tokens_are_looked_up_only_where_that_is_switched_on,
        only_a_text_of_the_exact_shape_asks_the_database,
        nothing_but_the_token_itself_is_taken,
        an_import_is_forgotten_when_its_token_has_ended,
    ]
}

async fn old_tokens_are_looked_up_only_where_that_is_switched_on(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice" })).await;
    let deployment = Deployment::new();
    deployment.import(&old.url).await;

    let off = deployment.origin_with("off").await;
    off.refuses(browser.refresh_token(), "unauthorised").await;
    // Without a database the answer is the same: it was not asked.
    off.store.close().await;
    off.refuses(browser.refresh_token(), "unauthorised").await;

    deployment.origin().await.refreshed(browser.refresh_token()).await;
}

async fn only_a_text_of_the_exact_shape_asks_the_database(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice" })).await;
    let token = browser.refresh_token();
    let deployment = Deployment::new();
    deployment.import(&old.url).await;
    let origin = deployment.origin().await;
    let (sealed, digits) = token.split_once('.').unwrap();
    let changed = if digits.starts_with('0') { '1' } else { '0' };
    let unknown = format!("{sealed}.{changed}{}", &digits[1..]);
    origin.refuses(&unknown, "unauthorised").await;

    origin.store.close().await;

    for refused in [
        "",
        "garbage",
        sealed,
        digits,
        &format!("{token}0"),
        &token[1..],
        &token[..token.len() - 1],
        &format!("{sealed}.{}", digits.to_uppercase()),
        // An access token of that system.
        browser.jar["sAccessToken"].as_str().unwrap(),
    ] {
        origin.refuses(refused, "unauthorised").await;
    }
    for asked in [token, &unknown] {
        let (status, body) = origin.refresh(asked).await;
        assert_eq!((status, body["code"].as_str()), (503, Some("unavailable")));
    }
}

/// A copy of the old database, and what old access tokens say, is not enough.
async fn nothing_but_the_token_itself_is_taken(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice" })).await;
    let deployment = Deployment::new();
    deployment.import(&old.url).await;
    let origin = deployment.origin().await;
    let [session] = origin.sessions_of("alice").await.try_into().unwrap();
    let handle = session["handle"].as_str().unwrap();
    let name = old.name_of("alice").await;
    let kept = old.token_hash_of("alice").await;
    let sealed = browser.refresh_token().split_once('.').unwrap().0;

    // The first is what stands in both databases.
    for made in [kept.clone(), name, handle.to_owned(), format!("{sealed}.{kept}")] {
        origin.refuses(&made, "unauthorised").await;
    }
    let (status, _) = origin.call("GET", &format!("/v1/sessions/{handle}"), &Value::Null).await;
    assert_eq!(status, 200, "none of it ended the session");
    origin.refreshed(browser.refresh_token()).await;
}

async fn an_import_is_forgotten_when_its_token_has_ended(old: &SuperTokens) {
    use wayleave_origin::store::Store;

    old.log_in(json!([{ "userId": "alice" }, { "userId": "bob" }])).await;
    old.execute("UPDATE refresh_token SET expires_at = expires_at - 3600000 WHERE user_id = 'bob'")
        .await;
    let deployment = Deployment::new();
    deployment.import(&old.url).await;
    let origin = deployment.origin().await;

    assert_eq!(origin.store.forget_imports(10).await.unwrap(), 0);
    origin.advance(100 * 24 * 3_600_000 - 1_800_000);
    assert_eq!(origin.store.forget_imports(10).await.unwrap(), 1);
    assert_eq!(origin.store.forget_imports(10).await.unwrap(), 0);
    origin.advance(1_800_000);
    assert_eq!(origin.store.forget_imports(10).await.unwrap(), 1);
}
