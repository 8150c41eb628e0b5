//! The commands about signing keys, beside a running origin.

use crate::program::{Program, command, run, text};
use serde_json::{Value, json};
use std::{path::Path, process::Output, time::Duration};

async fn keys(folder: &Path, arguments: &[&str]) -> Output {
    let url = format!("sqlite:{}/test.db", folder.display());
    run(command(arguments).env("WAYLEAVE_DATABASE_URL", url)).await
}

async fn published(origin: &Program) -> String {
    let url = format!("{}/.well-known/jwks.json", origin.url);
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_removed_key_leaves_a_running_origin_within_seconds_and_another_signs() {
    let folder = tempfile::tempdir().unwrap();
    let origin = Program::start(folder.path(), &[]).await;
    let issued = origin.post("/v1/sessions", json!({"userId": "alice"})).await;
    let listed = text(&keys(folder.path(), &["keys", "list"]).await.stdout);
    let (kid, state) = listed.split_once("  ").unwrap();
    assert!(state.starts_with("signing since 2"), "{listed}");

    let removed = keys(folder.path(), &["keys", "remove", kid]).await;

    assert_eq!(removed.status.code(), Some(0), "{}", text(&removed.stderr));
    let told = text(&removed.stdout);
    assert!(told.starts_with(&format!("removed {kid} for ever: ")), "{told}");
    assert!(told.ends_with(" signs in its place\n"), "{told}");
    let mut left = published(&origin).await;
    for _ in 0..100 {
        if !left.contains(kid) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        left = published(&origin).await;
    }
    assert!(!left.contains(kid) && left.contains("kid"), "{left}");

    let verify = async |issued: &Value| {
        let token = &issued["accessToken"]["token"];
        origin.post("/v1/sessions/verify", json!({"accessToken": token})).await
    };
    assert_eq!(verify(&issued).await["code"], "try_refresh_token");
    let refresh_token = &issued["refreshToken"]["token"];
    let refreshed =
        origin.post("/v1/sessions/refresh", json!({"refreshToken": refresh_token})).await;
    assert_eq!(verify(&refreshed).await["userId"], "alice");
}

#[tokio::test]
async fn an_unknown_key_is_named_and_nothing_happens() {
    let folder = tempfile::tempdir().unwrap();
    for kid in ["nobody", "../key"] {
        let refused = keys(folder.path(), &["keys", "remove", kid]).await;
        assert_eq!(refused.status.code(), Some(1));
        assert_eq!(
            text(&refused.stderr),
            format!(
                "wayleave-origin: there is no signing key {kid:?}: \"wayleave-origin keys list\" shows all; nothing was removed\n"
            )
        );
    }
}
