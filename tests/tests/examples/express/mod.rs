//! `examples/express`: the documented example, on the packed `wayleave`.

use crate::{
    project::Project,
    stage::{Example, Stage, StageTest, expiry},
    stage_tests,
};
use serde_json::{Value, json};
use std::{fs, sync::Arc};
use wayleave_dev::{ports, settings::Name};
use wayleave_tests::{
    answer::Answer,
    lone_origin::{ISSUER, LoneOrigin},
    patience::until,
    running::{Running, start_part},
    tap::Tap,
    visitor::Visitor,
};

pub(crate) const EXAMPLE: Example =
    Example { name: "express", start: |origin| Box::pin(start(origin)) };

async fn start(origin: Arc<LoneOrigin>) -> Result<Running, String> {
    let project = Project::of("express", &["app.mjs"], &["express"]).await?;
    let [port] = ports::free().map_err(|error| error.to_string())?;
    let to_origin = Tap::open(origin.url().to_owned()).await;
    let mut node = project.node();
    node.arg("app.mjs")
        .env("PORT", port.to_string())
        .env("ORIGIN_URL", to_origin.url())
        .env("SERVICE_KEY", origin.service_key())
        .env("ISSUER", ISSUER);
    let log = origin.folder().join("logs/express.log");
    let process = start_part(Name::App, node, log, port, "/session-data", &[440]).await?;
    Ok(Running {
        parts: vec![process],
        url: format!("http://127.0.0.1:{port}"),
        behind: None,
        to_origin,
        files: Some(project.into_folder()),
    })
}

pub(crate) fn all() -> Vec<StageTest> {
    stage_tests![
        a_session_is_created_read_changed_refreshed_and_ended,
        what_is_verified_costs_no_call,
        without_a_session_the_answer_is_log_in,
        a_wrong_anti_csrf_token_asks_for_a_refresh,
        a_session_that_was_ended_elsewhere_is_over_at_the_next_call,
        a_refresh_token_in_two_hands_ends_all_sessions_of_the_user,
        an_origin_that_is_away_is_a_general_error_and_the_response_is_untouched,
        handles_name_the_sessions_of_a_user,
        a_pre_flight_may_send_the_anti_csrf_token,
        the_package_came_from_its_tarball_alone,
        misuse_is_a_general_error_that_names_the_argument,
    ]
}

async fn a_session_is_created_read_changed_refreshed_and_ended(stage: Arc<Stage>) {
    let alice = log_in(&stage).await;

    let first =
        json!({"jwtPayload": {"userId": "alice", "role": "admin"}, "sessionData": {"likes": 0}});
    assert_eq!(alice.get("/session-data").await.expect(200).json(), first);
    says(&alice.post("/like").await, 200, "alice likes it");
    says(&alice.post("/session-data").await, 200, "Changed");
    let handle = stage.handle_of("alice").await;
    assert_eq!(stage.data_of(&handle).await, json!({"likes": 1}));

    let before = alice.double();
    expiry(&alice, "/session-data", 440).await;
    says(&alice.post("/like").await, 440, "Refresh, please");
    says(&alice.refresh().await, 200, "Refreshed");
    assert_ne!(alice.cookie("sAccessToken"), before.cookie("sAccessToken"));
    assert_eq!(stage.handle_of("alice").await, handle, "the same session");
    says(&alice.post("/like").await, 200, "alice likes it");

    let ended = alice.post("/logout").await;
    says(&ended, 200, "Bye");
    ended.expect_cookies_cleared();
    assert!(alice.with_cookies(|jar| jar.is_empty()));
    assert_eq!(stage.sessions_of("alice").await, [Value::Null; 0]);
    let replayed = before.refresh().await;
    assert_eq!(replayed.status, 440, "{}", replayed.body);
    replayed.expect_cookies_cleared();
}

async fn what_is_verified_costs_no_call(stage: Arc<Stage>) {
    let alice = log_in(&stage).await;
    says(&alice.post("/like").await, 200, "alice likes it");
    stage.app.to_origin.forget();

    for _ in 0..20 {
        says(&alice.post("/like").await, 200, "alice likes it");
    }

    assert_eq!(stage.app.to_origin.requests_but_pulls(), [""; 0]);
}

async fn without_a_session_the_answer_is_log_in(stage: Arc<Stage>) {
    let nobody = stage.visitor();

    says(&nobody.get("/session-data").await, 440, "Log in, please");
    says(&nobody.post("/like").await, 440, "Log in, please");
    says(&nobody.post("/logout").await, 440, "Log in, please");
    says(&nobody.refresh().await, 440, "Log in, please");
}

async fn a_wrong_anti_csrf_token_asks_for_a_refresh(stage: Arc<Stage>) {
    let alice = log_in(&stage).await;

    let without = alice.post("/like").without_anti_csrf().await;
    let wrong = alice.post("/like").without_anti_csrf().header("anti-csrf", "wrong").await;

    for refused in [without, wrong] {
        says(&refused, 440, "Refresh, please");
        refused.expect_cookies_untouched();
    }
    alice.get("/session-data").without_anti_csrf().await.expect_status(200);
}

async fn a_session_that_was_ended_elsewhere_is_over_at_the_next_call(stage: Arc<Stage>) {
    let alice = log_in(&stage).await;
    let asleep = alice.double();

    stage.end(&stage.handle_of("alice").await).await;

    // Verified or not, the database has no such session.
    let refused = asleep.post("/session-data").await;
    says(&refused, 440, "Log in, please");
    refused.expect_cookies_cleared();
    let refused = until("the feed has told", async || {
        let answer = alice.post("/like").await;
        (answer.status != 200).then_some(answer)
    })
    .await;
    says(&refused, 440, "Log in, please");
    refused.expect_cookies_cleared();
}

async fn a_refresh_token_in_two_hands_ends_all_sessions_of_the_user(stage: Arc<Stage>) {
    let alice = log_in(&stage).await;
    let elsewhere = stage.visitor();
    says(&elsewhere.post("/login").await, 200, "Welcome, alice");
    let thief = alice.double();
    says(&alice.refresh().await, 200, "Refreshed");
    says(&alice.refresh().await, 200, "Refreshed");

    let caught = thief.refresh().await;

    says(&caught, 440, "Log in again, please");
    caught.expect_cookies_cleared();
    // The example was told whose they are, and ended the other one.
    assert_eq!(stage.sessions_of("alice").await, [Value::Null; 0]);
    says(&elsewhere.refresh().await, 440, "Log in, please");
}

async fn an_origin_that_is_away_is_a_general_error_and_the_response_is_untouched(
    stage: Arc<Stage>,
) {
    let alice = log_in(&stage).await;
    stage.app.to_origin.close().await;

    let failed = [
        (alice.get("/session-data").await, "Something went wrong"),
        (alice.post("/session-data").await, "Something went wrong"),
        (alice.post("/logout").await, "Something went wrong"),
        (alice.refresh().await, "Something went wrong"),
        (stage.visitor().post("/login").await, "There is no session now"),
    ];

    for (answer, words) in failed {
        says(&answer, 500, words);
        answer.expect_cookies_untouched();
        for name in ["anti-csrf", "st-access-token", "access-control-expose-headers"] {
            assert_eq!(answer.header(name), None, "{}", answer.request);
        }
    }
    stage.app.to_origin.reopen().await;
    until("it has found the origin again", async || {
        (alice.refresh().await.status == 200).then_some(())
    })
    .await;
    until("it has its feed again", async || {
        (alice.post("/session-data").await.status == 200).then_some(())
    })
    .await;
}

async fn handles_name_the_sessions_of_a_user(stage: Arc<Stage>) {
    let alice = log_in(&stage).await;
    let elsewhere = stage.visitor();
    says(&elsewhere.post("/login").await, 200, "Welcome, alice");
    says(&elsewhere.post("/session-data").await, 200, "Changed");

    let devices = alice.get("/devices").await.expect(200).json();
    let data: Vec<_> =
        devices.as_array().expect("a list").iter().map(|device| &device["data"]["likes"]).collect();
    says(&alice.post("/logout-everywhere").await, 200, "Bye, everywhere");

    assert!(data.len() == 2 && data.contains(&&json!(0)) && data.contains(&&json!(1)), "{devices}");
    assert_eq!(stage.sessions_of("alice").await, [Value::Null; 0]);
    for visitor in [&alice, &elsewhere] {
        says(&visitor.refresh().await, 440, "Log in, please");
    }
}

async fn a_pre_flight_may_send_the_anti_csrf_token(stage: Arc<Stage>) {
    let answer = stage.visitor().request(http::Method::OPTIONS, "/like").await.expect(200);

    assert!(answer.words("access-control-allow-headers").contains(&"anti-csrf".to_owned()));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://page.example"));
}

async fn the_package_came_from_its_tarball_alone(stage: Arc<Stage>) {
    let folder = stage.app.files.as_ref().expect("the project").path();
    let installed = folder.join("node_modules/wayleave");

    assert!(!fs::symlink_metadata(&installed).expect("it is installed").is_symlink());
    let package = fs::read_to_string(installed.join("package.json")).expect("its package.json");
    let package: Value = serde_json::from_str(&package).expect("JSON");
    for kind in ["dependencies", "optionalDependencies", "peerDependencies"] {
        assert!(matches!(&package[kind], Value::Null), "{kind}: {}", package[kind]);
    }
}

async fn misuse_is_a_general_error_that_names_the_argument(stage: Arc<Stage>) {
    let folder = stage.app.files.as_ref().expect("the project").path();
    fs::write(folder.join("misuse.mjs"), include_str!("misuse.mjs")).expect("a script");
    let repository = wayleave_dev::repository::Repository::of_this_program().expect("it is known");
    let output = tokio::process::Command::new(repository.node_command("node"))
        .arg("misuse.mjs")
        .current_dir(folder)
        .env("ORIGIN_URL", stage.app.to_origin.url())
        .env("SERVICE_KEY", stage.origin.service_key())
        .output()
        .await
        .expect("node runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));

    let told: Vec<Vec<Value>> = serde_json::from_str(&said).expect("a list");
    assert!(told.len() > 10, "{said}");
    for misuse in told {
        let [what, is_from_auth, error_type, message, named] = &misuse[..] else {
            panic!("five members, not {misuse:?}")
        };
        assert_eq!((is_from_auth, error_type), (&json!(true), &json!(1000)), "{what}");
        let (message, named) = (message.as_str().unwrap_or(""), named.as_str().unwrap_or("?"));
        assert!(message.contains(named), "{what}: {message:?} does not name {named:?}");
    }
}

/// A new browser of the only user there is, whose other sessions are over.
async fn log_in(stage: &Stage) -> Visitor {
    stage
        .origin
        .backend(http::Method::DELETE, "/v1/users/alice/sessions", None)
        .await
        .expect_status(200);
    let visitor = stage.visitor();
    says(&visitor.post("/login").await, 200, "Welcome, alice");
    visitor
}

fn says(answer: &Answer, status: u16, words: &str) {
    answer.expect_status(status);
    assert_eq!(answer.body, words, "{}", answer.request);
}
