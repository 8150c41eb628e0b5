//! What cannot come over, and dry runs.

use crate::{
    Case, cases,
    origin::{Deployment, told},
    supertokens::SuperTokens,
};
use serde_json::json;

pub(crate) fn cases() -> Vec<Case> {
    cases![
        what_cannot_come_over_is_named_with_the_reason,
        sessions_that_are_over_stay_behind,
        a_dry_run_tells_the_same_and_writes_nothing,
        digits_are_numbers_where_the_operator_says_so,
        another_table_and_a_url_from_standard_input,
        a_source_that_cannot_be_read_is_named_without_its_password,
    ]
}

async fn what_cannot_come_over_is_named_with_the_reason(old: &SuperTokens) {
    let long = "é".repeat(128);
    let deep = "[".repeat(100) + &"]".repeat(100);
    let browsers = old
        .log_in(json!([
            { "userId": "alice" },
            { "userId": long },
            { "userId": "" },
            { "userId": 1.5 },
            { "userId": "broken-data", "sessionData": 1 },
            { "userId": "broken-payload", "jwtPayload": 1 },
            { "userId": "large-payload", "jwtPayload": "x".repeat(4000) },
            { "userId": "deep-payload", "jwtPayload": 1 },
        ]))
        .await;
    // What a server without strict mode does to data over 64 KiB.
    old.execute("UPDATE refresh_token SET session_info = '{\"a' WHERE user_id = 'broken-data'")
        .await;
    old.execute(
        "UPDATE refresh_token SET jwt_user_payload = '{\"a' WHERE user_id = 'broken-payload'",
    )
    .await;
    let deeper = format!(
        "UPDATE refresh_token SET jwt_user_payload = '{deep}' WHERE user_id = 'deep-payload'"
    );
    old.execute(&deeper).await;
    let deployment = Deployment::new();

    let told = deployment.import(&old.url).await;

    let mut expected = Vec::new();
    for (user_id, reason) in [
        (long.as_str(), "a user id is at most 255 bytes, this one has 256"),
        ("", "a user id must not be empty"),
        (r#"{"i":1.5}"#, "a user id is a JSON string or integer"),
        ("broken-data", "its session data is not JSON"),
        ("broken-payload", "its JWT payload is not JSON"),
        (
            "deep-payload",
            "its JWT payload: jwtPayload nests 100 levels deep, at most 7 are accepted",
        ),
    ] {
        expected.push(format!("  {}: {reason}", old.name_of(user_id).await));
    }
    let (first, rest) = told.split_once('\n').unwrap();
    assert_eq!(
        first,
        "8 sessions read: 1 imported, 0 imported before, 0 over, 7 skipped, 0 refreshed there since they were imported"
    );
    let mut notes: Vec<_> = rest.lines().map(str::to_owned).collect();
    let large = old.name_of("large-payload").await;
    let too_large =
        notes.iter().position(|note| note.starts_with(&format!("  {large}: "))).unwrap();
    let note = notes.remove(too_large);
    assert!(note.contains("its JWT payload: the access token's cookie would take "), "{note}");
    notes.sort();
    expected.sort();
    assert_eq!(notes, expected);

    let origin = deployment.origin().await;
    origin.refreshed(browsers[0].refresh_token()).await;
    for browser in &browsers[1..] {
        origin.refuses(browser.refresh_token(), "unauthorised").await;
    }
}

async fn sessions_that_are_over_stay_behind(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice" })).await;
    // Whatever else is wrong with such a session, nobody needs to look at it.
    old.execute(
        "UPDATE refresh_token SET expires_at = UNIX_TIMESTAMP() * 1000 - 1, session_info = '{'",
    )
    .await;
    let deployment = Deployment::new();

    let told = deployment.import(&old.url).await;

    assert_eq!(
        told,
        "1 sessions read: 0 imported, 0 imported before, 1 over, 0 skipped, 0 refreshed there since they were imported\n"
    );
    deployment.origin().await.refuses(browser.refresh_token(), "unauthorised").await;
}

async fn a_dry_run_tells_the_same_and_writes_nothing(old: &SuperTokens) {
    old.log_in(json!([{ "userId": "alice" }, { "userId": "" }])).await;
    let deployment = Deployment::new();

    let dry = deployment.command(&["supertokens-4", "--dry-run", "--from", &old.url]).await;

    let dry = told(&dry);
    let rest = dry.strip_prefix("a dry run, nothing was written\n").unwrap();
    assert_eq!(deployment.origin().await.sessions_of("alice").await.len(), 0);
    assert_eq!(deployment.import(&old.url).await, rest);
    assert!(rest.starts_with("2 sessions read: 1 imported, "), "{rest}");
    let after = deployment.command(&["supertokens-4", "--dry-run", "--from", &old.url]).await;
    assert!(told(&after).contains("\n2 sessions read: 0 imported, 1 imported before, "));
}

async fn digits_are_numbers_where_the_operator_says_so(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "7" })).await;
    let deployment = Deployment::new();

    let imported = ["supertokens-4", "--digits-are-numbers", "--from", &old.url];
    told(&deployment.command(&imported).await);

    let issued = deployment.origin().await.refreshed(browser.refresh_token()).await;
    assert_eq!(issued["session"]["userId"], 7);
}

async fn another_table_and_a_url_from_standard_input(old: &SuperTokens) {
    let browser = old.log_in_one(json!({ "userId": "alice" })).await;
    old.execute("RENAME TABLE refresh_token TO my_sessions").await;
    let deployment = Deployment::new();

    let arguments = ["supertokens-4", "--from", "-", "--table", "my_sessions"];
    let output = deployment.command_with_input(&arguments, &format!("{}\n", old.url)).await;

    assert!(told(&output).starts_with("1 sessions read: 1 imported, "));
    deployment.origin().await.refreshed(browser.refresh_token()).await;
}

async fn a_source_that_cannot_be_read_is_named_without_its_password(old: &SuperTokens) {
    let deployment = Deployment::new();
    let password = reqwest::Url::parse(&old.url).unwrap().password().unwrap().to_owned();
    let (server, database) = old.url.rsplit_once('/').unwrap();
    let elsewhere = format!("{server}/nowhere_{database}");
    for (arguments, expected) in [
        (
            ["--from", &old.url, "--table", "nothing"],
            "wayleave-origin: the import stopped after 0 sessions, of which it had imported 0: the database that sessions are read from: ",
        ),
        (
            ["--from", &elsewhere, "--table", "refresh_token"],
            "wayleave-origin: the import stopped after 0 sessions, of which it had imported 0: the database that sessions are read from: ",
        ),
        (
            ["--from", &old.url, "--table", "a`b"],
            "wayleave-origin: --table must be a name of letters, digits, $ and _\n",
        ),
        (
            ["--from", server, "--table", "refresh_token"],
            "wayleave-origin: --from must be mysql://user:password@host:port/database\n",
        ),
    ] {
        let output = deployment.command(&[["supertokens-4"].as_slice(), &arguments].concat()).await;
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(error.starts_with(expected), "{error}");
        assert!(!error.contains(&password), "{error}");
    }
}
