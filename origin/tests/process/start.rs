//! How the program starts.

use crate::program::{MASTER_KEY, Program, SERVICE_KEY, command, run, text};
use nix::sys::signal::Signal;
use serde_json::json;
use std::net::TcpListener;

#[tokio::test]
async fn a_taken_port_is_named_with_its_variable() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    let output = run(command(&["serve"]).env("WAYLEAVE_LISTEN", &address)).await;

    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    let expected = format!(
        "wayleave-origin: cannot listen on {address} (WAYLEAVE_LISTEN): Address already in use"
    );
    assert!(error.starts_with(&expected), "{error}");
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("mysql://user:pass-word@127.0.0.1:{closed}/database");

    let output = run(command(&["serve"])
        .env("WAYLEAVE_LISTEN", "127.0.0.1:0")
        .env("WAYLEAVE_DATABASE_URL", url))
    .await;

    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(
        error.contains("wayleave-origin: the database cannot be used (WAYLEAVE_DATABASE_URL): the database is not available"),
        "{error}"
    );
    assert!(!error.contains("pass-word"), "{error}");
}

#[tokio::test]
async fn origins_that_start_together_on_an_empty_database_end_with_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let origins: Vec<_> = (0..3).map(|_| Program::spawn(folder.path(), &[])).collect();

    let mut key_sets = Vec::new();
    for origin in &origins {
        origin.ready().await;
        let url = format!("{}/.well-known/jwks.json", origin.url);
        key_sets.push(reqwest::get(url).await.unwrap().text().await.unwrap());
    }

    key_sets.dedup();
    assert_eq!(key_sets.len(), 1);
    assert_eq!(key_sets[0].matches("kid").count(), 1);
}

#[tokio::test]
async fn tokens_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let first = Program::start(folder.path(), &[]).await;
    let issued = first.post("/v1/sessions", json!({"userId": "alice"})).await;
    first.signal(Signal::SIGKILL);
    first.end().await;

    let second = Program::start(folder.path(), &[]).await;

    let access_token = &issued["accessToken"]["token"];
    let verified = second.post("/v1/sessions/verify", json!({"accessToken": access_token})).await;
    assert_eq!(verified["userId"], "alice");
    let refresh_token = &issued["refreshToken"]["token"];
    let refreshed =
        second.post("/v1/sessions/refresh", json!({"refreshToken": refresh_token})).await;
    assert_eq!(refreshed["session"]["handle"], issued["session"]["handle"]);
}

#[tokio::test]
async fn the_most_talkative_log_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let origin = Program::start(folder.path(), &[("WAYLEAVE_LOG", "trace")]).await;
    let issued = origin
        .post(
            "/v1/sessions",
            json!({"userId": "alice-id", "jwtPayload": "pay-load", "sessionData": "da-ta"}),
        )
        .await;
    let refreshed = origin
        .post("/v1/sessions/refresh", json!({"refreshToken": issued["refreshToken"]["token"]}))
        .await;
    origin
        .post("/v1/sessions/refresh", json!({"refreshToken": issued["refreshToken"]["token"]}))
        .await;
    origin.signal(Signal::SIGTERM);

    let output = origin.end().await;

    let log = text(&output.stderr) + &text(&output.stdout);
    assert!(log.contains("serving"), "{log}");
    for session in [&issued, &refreshed] {
        for secret in [
            &session["accessToken"]["token"],
            &session["refreshToken"]["token"],
            &session["antiCsrfToken"],
        ] {
            assert!(!log.contains(secret.as_str().unwrap()), "{log}");
        }
    }
    for secret in [SERVICE_KEY, MASTER_KEY, "alice-id", "pay-load", "da-ta"] {
        assert!(!log.contains(secret), "{secret} is in:\n{log}");
    }
}
