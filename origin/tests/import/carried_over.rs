//! What users notice: nothing.

use crate::{
    Case, cases,
    origin::{Deployment, path, refresh_token},
    supertokens::SuperTokens,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(crate) fn cases() -> Vec<Case> {
    cases![
        a_session_goes_on_with_its_user_payload_data_and_times,
        a_session_is_as_old_here_as_it_is_there,
        a_session_lives_no_longer_than_any_may_here,
        user_ids_keep_their_type_and_their_bytes,
        a_browser_that_refreshed_there_brings_its_newest_token,
        a_lost_reply_gets_the_same_successor_until_the_old_token_ends,
        parallel_refreshes_get_the_same_successor,
        an_old_token_after_its_successor_is_in_use_is_theft,
        our_tokens_rotate_on_as_any_others,
        the_old_database_is_not_changed_and_its_system_can_go_on,
        the_server_is_told_that_nothing_may_be_written_there,
        many_sessions_come_over_in_batches_on_a_server_too,
    ]
}

const DAYS_100_MS: u64 = 100 * 24 * 3_600_000;

async fn a_session_goes_on_with_its_user_payload_data_and_times(old: &SuperTokens) {
    let log_in = json!({
        "userId": "alice",
        "jwtPayload": {"role": "admin", "n": [1, 2.5, null]},
        "sessionData": {"cart": ["é", "😀".len()]},
    });
    let browser = old.log_in_one(log_in.clone()).await;
    let deployment = Deployment::new();

    let told = deployment.import(&old.url).await;

    assert_eq!(
        told,
        "1 sessions read: 1 imported, 0 imported before, 0 over, 0 skipped, 0 refreshed there since they were imported\n"
    );
    let origin = deployment.origin().await;
    let [before] = origin.sessions_of("alice").await.try_into().unwrap();
    let logged_in_at = before["createdAt"].as_u64().unwrap();
    assert!(origin.now_ms() - logged_in_at < 60_000, "{before}");
    assert!(before["expiresAt"].as_u64().unwrap().abs_diff(logged_in_at + DAYS_100_MS) < 1000);

    let issued = origin.refreshed(browser.refresh_token()).await;

    let session = &issued["session"];
    assert_eq!(session["handle"], before["handle"]);
    assert_eq!(session["createdAt"], before["createdAt"]);
    assert_eq!(session["refreshedAt"], origin.now_ms());
    assert_eq!(session["expiresAt"], origin.now_ms() + DAYS_100_MS);
    assert_eq!(session["userId"], "alice");
    assert_eq!(session["jwtPayload"], log_in["jwtPayload"]);
    origin.verify(&issued).await;
    let (_, data) = origin.call("GET", &format!("{}/data", path(&issued)), &Value::Null).await;
    assert_eq!(data["data"], log_in["sessionData"]);
    assert_eq!(data["version"], 1);
}

/// The name tells that the session began at 1645557742000.
async fn make_old(old: &SuperTokens) {
    old.execute("UPDATE refresh_token SET session_handle = 'c232ab00-9414-11ec-b3c8-9f6bdeced846'")
        .await;
}

async fn a_session_is_as_old_here_as_it_is_there(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice" })).await;
    make_old(old).await;
    old.execute("UPDATE refresh_token SET expires_at = expires_at - 3600000").await;
    let deployment = Deployment::new();

    deployment.import(&old.url).await;

    let origin = deployment.origin().await;
    let [session] = origin.sessions_of("alice").await.try_into().unwrap();
    let expires_at = session["expiresAt"].as_u64().unwrap();
    assert!(expires_at.abs_diff(origin.now_ms() + DAYS_100_MS - 3_600_000) < 60_000, "{session}");
    assert_eq!(session["createdAt"], 1_645_557_742_000_u64);
    assert_eq!(session["refreshedAt"], expires_at - DAYS_100_MS);
    origin.refreshed(browser.refresh_token()).await;
}

async fn a_session_lives_no_longer_than_any_may_here(old: &SuperTokens) {
    old.log_in_one(json!({ "userId": "alice" })).await;
    make_old(old).await;
    let browser = old.log_in_one(json!({ "userId": "bob" })).await;
    let deployment = Deployment::with_max_lifetime("1d");

    let told = deployment.import(&old.url).await;

    assert!(told.starts_with("2 sessions read: 1 imported, 0 imported before, 1 over, "), "{told}");
    let origin = deployment.origin().await;
    let [session] = origin.sessions_of("bob").await.try_into().unwrap();
    let (created_at, expires_at) = (&session["createdAt"], &session["expiresAt"]);
    assert_eq!(expires_at.as_u64().unwrap() - created_at.as_u64().unwrap(), 24 * 3_600_000);
    origin.refreshed(browser.refresh_token()).await;
}

async fn user_ids_keep_their_type_and_their_bytes(old: &SuperTokens) {
    let users = json!([7, "7", "alice", "é", "{\"j\":7}", -1]);
    let log_ins: Vec<_> =
        users.as_array().unwrap().iter().map(|user| json!({ "userId": user })).collect();
    let browsers = old.log_in(json!(log_ins)).await;
    let deployment = Deployment::new();
    deployment.import(&old.url).await;
    let origin = deployment.origin().await;

    let mut carried_over = Vec::new();
    for browser in &browsers {
        let issued = origin.refreshed(browser.refresh_token()).await;
        // Nothing was given, and nothing comes.
        assert_eq!(issued["session"].get("jwtPayload"), None);
        carried_over.push(issued["session"]["userId"].clone());
    }
    assert_eq!(Value::from(carried_over), users);
}

async fn a_browser_that_refreshed_there_brings_its_newest_token(old: &SuperTokens) {
    let steps = json!(["refresh", "use", "refresh", "use"]);
    let browser = old.log_in_one(json!({ "userId": "alice", "steps": steps })).await;
    // This one got a new token and never used what came with it: that system knows only the former.
    let unused = old.log_in_one(json!({ "userId": "bob", "steps": ["refresh"] })).await;
    let deployment = Deployment::new();
    deployment.import(&old.url).await;
    let origin = deployment.origin().await;

    let [first, second, third] = &browser.refresh_tokens[..] else { panic!("three tokens") };
    origin.refuses(first, "unauthorised").await;
    origin.refuses(second, "unauthorised").await;
    origin.refreshed(third).await;

    let [known, unknown] = &unused.refresh_tokens[..] else { panic!("two tokens") };
    origin.refuses(unknown, "unauthorised").await;
    origin.refreshed(known).await;
}

async fn a_lost_reply_gets_the_same_successor_until_the_old_token_ends(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice" })).await;
    old.execute("UPDATE refresh_token SET expires_at = (UNIX_TIMESTAMP() + 3600) * 1000").await;
    let deployment = Deployment::new();
    deployment.import(&old.url).await;
    let origin = deployment.origin().await;
    let lost = origin.refreshed(browser.refresh_token()).await;
    origin.advance(3_500_000);

    let again = origin.refreshed(browser.refresh_token()).await;

    assert_eq!(refresh_token(&again), refresh_token(&lost));
    assert_eq!(again["antiCsrfToken"], lost["antiCsrfToken"]);
    // When it ends there it ends here too, and so does its cookie; the session goes on.
    origin.advance(100_000);
    origin.refuses(browser.refresh_token(), "unauthorised").await;
    origin.refreshed(refresh_token(&lost)).await;
}

async fn parallel_refreshes_get_the_same_successor(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice" })).await;
    let deployment = Deployment::new();
    deployment.import(&old.url).await;
    let origin = deployment.origin().await;

    let refreshes: Vec<_> = (0..8)
        .map(|_| {
            let (origin, token) = (origin.clone(), browser.refresh_token().to_owned());
            tokio::spawn(async move { origin.refreshed(&token).await })
        })
        .collect();
    let mut tokens = BTreeSet::new();
    for refresh in refreshes {
        let issued = refresh.await.unwrap();
        tokens.insert((refresh_token(&issued).to_owned(), issued["antiCsrfToken"].to_string()));
    }

    assert_eq!(tokens.len(), 1);
    assert_eq!(origin.sessions_of("alice").await.len(), 1);
}

async fn an_old_token_after_its_successor_is_in_use_is_theft(old: &SuperTokens) {
    for (after_ms, is_theft) in [(10_000, false), (10_001, true)] {
        let browser = old.log_in_one(json!({ "userId": "alice" })).await;
        let deployment = Deployment::new();
        deployment.import(&old.url).await;
        let origin = deployment.origin().await;
        let issued = origin.refreshed(browser.refresh_token()).await;
        origin.verify(&issued).await;
        origin.advance(after_ms);

        if is_theft {
            let body = origin.refuses(browser.refresh_token(), "token_theft_detected").await;
            assert_eq!(body["session"]["handle"], issued["session"]["handle"]);
            assert_eq!(body["session"]["userId"], "alice");
            origin.refuses(refresh_token(&issued), "unauthorised").await;
            origin.refuses(browser.refresh_token(), "unauthorised").await;
        } else {
            let again = origin.refreshed(browser.refresh_token()).await;
            assert_eq!(refresh_token(&again), refresh_token(&issued));
        }
    }
}

async fn our_tokens_rotate_on_as_any_others(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice" })).await;
    let deployment = Deployment::new();
    deployment.import(&old.url).await;
    let origin = deployment.origin().await;
    let second = origin.refreshed(browser.refresh_token()).await;
    origin.verify(&second).await;
    origin.advance(10_000);

    let third = origin.refreshed(refresh_token(&second)).await;

    assert_ne!(refresh_token(&third), refresh_token(&second));
    // Two generations back: no window saves it.
    origin.refuses(browser.refresh_token(), "token_theft_detected").await;
    origin.refuses(refresh_token(&third), "unauthorised").await;
}

async fn the_old_database_is_not_changed_and_its_system_can_go_on(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice", "sessionData": 1 })).await;
    let before = old.contents().await;
    let deployment = Deployment::new();

    deployment.import(&old.url).await;
    deployment.origin().await.refreshed(browser.refresh_token()).await;

    assert_eq!(old.contents().await, before);
    let refreshed = old.refresh(&browser).await;
    assert!(refreshed["jar"]["sRefreshToken"].is_string(), "{refreshed}");
}

/// What looks like the table writes wherever it is read, and the server refuses.
async fn the_server_is_told_that_nothing_may_be_written_there(old: &SuperTokens) {
    old.log_in_one(json!({ "userId": "alice" })).await;
    old.execute("CREATE TABLE written (at BIGINT)").await;
    old.execute(
        "CREATE FUNCTION written() RETURNS CHAR(0) BEGIN INSERT INTO written VALUES (1); RETURN ''; END",
    )
    .await;
    old.execute(
        "CREATE VIEW writing AS
         SELECT session_handle, CONCAT(user_id, written()) AS user_id, refresh_token_hash_2, session_info, expires_at, jwt_user_payload
           FROM refresh_token",
    )
    .await;
    let arguments = ["supertokens-4", "--from", &old.url, "--table", "writing"];

    let output = Deployment::new().command(&arguments).await;

    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("Cannot execute statement in a READ ONLY transaction"), "{error}");
}

async fn many_sessions_come_over_in_batches_on_a_server_too(old: &SuperTokens) {
    // As much data as that system can keep: more rows than a batch has, and more bytes in a batch than a server takes in one statement.
    let browser = old.log_in_one(json!({ "userId": "alice", "sessionData": 1 })).await;
    for _ in 0..10 {
        old.execute(
            "INSERT INTO refresh_token
             SELECT UUID(), user_id, SHA2(CONCAT(UUID(), RAND()), 256), CONCAT('\"', REPEAT('x', 65533), '\"'), expires_at, jwt_user_payload
               FROM refresh_token",
        )
        .await;
    }
    let deployment = Deployment::at(old.database_beside().await);

    let told = deployment.import(&old.url).await;

    assert_eq!(
        told,
        "1024 sessions read: 1024 imported, 0 imported before, 0 over, 0 skipped, 0 refreshed there since they were imported\n"
    );
    let origin = deployment.origin().await;
    let issued = origin.refreshed(browser.refresh_token()).await;
    let (_, ended) = origin.call("DELETE", "/v1/users/alice/sessions", &Value::Null).await;
    let ended = ended["revoked"].as_array().unwrap();
    assert_eq!(ended.len(), 1024);
    assert!(ended.contains(&issued["session"]["handle"]));
    origin.store.close().await;
    old.drop_beside(deployment.url()).await;
}
