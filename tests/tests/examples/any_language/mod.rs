//! `examples/any-language`: an app without a package of ours, behind the gateway.

use crate::{
    stage::{Example, Stage, StageTest},
    stage_tests,
};
use serde_json::json;
use std::{collections::BTreeMap, process::Command, sync::Arc};
use wayleave_dev::{ports, repository::Repository, settings::Name};
use wayleave_tests::{
    lone_origin::{ISSUER, LoneOrigin},
    running::{Running, start_part},
    tap::Tap,
    visitor::Visitor,
    wrangler::Worker,
};

pub(crate) const EXAMPLE: Example =
    Example { name: "any_language", start: |origin| Box::pin(start(origin)) };

/// The app, and the gateway in front of it; both find the origin through one tap.
async fn start(origin: Arc<LoneOrigin>) -> Result<Running, String> {
    let repository = Repository::of_this_program().map_err(|error| error.to_string())?;
    let [gateway, app] = ports::free().map_err(|error| error.to_string())?;
    let to_origin = Tap::open(origin.url().to_owned()).await;

    let mut python = Command::new("python3");
    python
        .arg(repository.root().join("examples/any-language/app.py"))
        .env("APP_LISTEN", format!("127.0.0.1:{app}"))
        .env("ORIGIN_URL", to_origin.url())
        .env("SERVICE_KEY", origin.service_key())
        .env("TRUST_KEY", TRUST_KEY)
        // Leaves nothing in the folder of the example.
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let log = origin.folder().join("logs/any-language.log");
    let app_part = start_part(Name::App, python, log, app, "/healthz", &[200]).await?;

    let worker = Worker {
        name: "any-language-gateway",
        configuration: repository.root().join("wrangler.toml"),
        port: gateway,
        variables: BTreeMap::from([
            ("ORIGIN_URL", to_origin.url()),
            ("UPSTREAM", format!("http://127.0.0.1:{app}")),
            ("ISSUER", ISSUER.to_owned()),
            ("PROTECTED_PATHS", "/api/*".to_owned()),
            ("PUBLIC_PATHS", String::new()),
        ]),
        secrets: BTreeMap::from([
            ("SERVICE_KEY", origin.service_key().to_owned()),
            ("TRUST_KEY", TRUST_KEY.to_owned()),
        ]),
        ready: ("/auth/session", &[401]),
    };
    let edge_part = worker.start(origin.folder()).await?;
    Ok(Running {
        parts: vec![edge_part, app_part],
        url: format!("http://127.0.0.1:{gateway}"),
        behind: Some(format!("http://127.0.0.1:{app}")),
        to_origin,
        files: None,
    })
}

pub(crate) fn all() -> Vec<StageTest> {
    stage_tests![
        a_page_is_there_to_look_at,
        nobody_becomes_somebody_by_sending_the_headers,
        nobody_reaches_the_app_past_the_gateway,
        the_app_reads_the_published_signatures,
        the_app_changes_the_payload_of_the_access_token,
        a_session_that_is_gone_is_forgotten_by_the_browser_too,
        what_only_the_gateway_may_say_is_not_taken_from_a_browser,
    ]
}

async fn a_page_is_there_to_look_at(stage: Arc<Stage>) {
    let page = stage.visitor().get("/").await.expect(200);

    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.body.contains("<title>Any language</title>"), "{}", page.body);
}

async fn nobody_becomes_somebody_by_sending_the_headers(stage: Arc<Stage>) {
    let nobody = stage.visitor();

    let forged = nobody
        .get("/api/me")
        .header("x-wayleave-user-id", "alice")
        .header("x-wayleave-session", "K9GCN3jbdgcHBwcHBwcHBw")
        .await;

    forged.expect_refusal(401, "unauthorised");
}

async fn nobody_reaches_the_app_past_the_gateway(stage: Arc<Stage>) {
    let past = Visitor::new(stage.app.behind.clone().expect("the app's own address"));

    let forged = past
        .get("/api/me")
        .header("x-wayleave-user-id", "alice")
        .header("x-wayleave-session", "K9GCN3jbdgcHBwcHBwcHBw")
        .header("x-wayleave-signature", &format!("v1,1700000000,{}", "0".repeat(64)))
        .await;

    forged.expect_status(403);
    past.get("/").await.expect_status(403);
}

async fn the_app_reads_the_published_signatures(_: Arc<Stage>) {
    let repository = Repository::of_this_program().expect("the repository of this test");
    let output = tokio::process::Command::new("python3")
        .arg(repository.root().join("tests/tests/examples/any_language/signatures.py"))
        .current_dir(repository.root())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .await
        .expect("python3 runs");

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

async fn the_app_changes_the_payload_of_the_access_token(stage: Arc<Stage>) {
    let alice = stage.visitor();
    let payload = json!({"role": "admin", "name": "Zoë"});
    alice.log_in_with(json!({"userId": "role", "jwtPayload": payload})).await.expect_status(200);
    let before = alice.cookie("sAccessToken");

    let changed = alice.post("/api/role").json(&json!({"role": "guest"})).await.expect(200);

    assert_ne!(alice.cookie("sAccessToken"), before);
    assert_eq!(changed.header("x-wayleave-update-payload"), None);
    let me = alice.get("/api/me").await.expect(200).json();
    assert_eq!(me["jwtPayload"], json!({"role": "guest", "name": "Zoë"}));
}

async fn a_session_that_is_gone_is_forgotten_by_the_browser_too(stage: Arc<Stage>) {
    let alice = stage.logged_in("gone").await;

    stage.end(&stage.handle_of("gone").await).await;
    let refused = alice.post("/api/counter").await;

    refused.expect_status(401);
    refused.expect_cookies_cleared();
    assert_eq!(refused.header("x-wayleave-revoke-session"), None);
}

async fn what_only_the_gateway_may_say_is_not_taken_from_a_browser(stage: Arc<Stage>) {
    let visitor = stage.visitor();
    let body =
        json!({"userId": "whole", "replaces": "K9GCN3jbdgcHBwcHBwcHBw", "transfer": "header"});

    visitor.log_in_with(body).await.expect_status(200);
    let infinite = visitor.post("/login").text(r#"{"userId":"a","jwtPayload":NaN}"#).await;

    assert!(!visitor.cookie("sAccessToken").is_empty());
    infinite.expect_status(400);
}

/// What the gateway signs with.
const TRUST_KEY: &str = "only-the-gateway-and-the-app-know-it";
