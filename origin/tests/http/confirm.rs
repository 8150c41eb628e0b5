//! `POST /v1/sessions/confirm`.

use crate::origin::{Origin, token};
use serde_json::{Value, json};
use wayleave_origin::store::Store;
use wayleave_shared::session_handle::SessionHandle;

fn confirmation(issued: &Value) -> Value {
    let claims = token(issued, "accessToken").split('.').nth(1).unwrap();
    let claims = <base64ct::Base64UrlUnpadded as base64ct::Encoding>::decode_vec(claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    json!({ "handle": claims["sid"], "refreshHash": claims["rth"] })
}

async fn is_confirmed(origin: &Origin, issued: &Value) -> bool {
    let handle: SessionHandle =
        serde_json::from_value(issued["session"]["handle"].clone()).unwrap();
    origin.store.session(handle).await.unwrap().unwrap().chain.confirmed_at.is_some()
}

#[tokio::test]
async fn sessions_are_confirmed_together_and_those_that_are_over_are_named() {
    let origin = Origin::start().await;
    let one = origin.refreshed(&origin.log_in().await).await;
    let two = origin.refreshed(&origin.log_in().await).await;
    let gone = origin.refreshed(&origin.log_in().await).await;
    origin.call("DELETE", &crate::origin::path(&gone), "").await;
    assert!(!is_confirmed(&origin, &one).await);

    let body = json!({ "sessions": [confirmation(&one), confirmation(&gone), confirmation(&two)] });
    let answer = origin.call("POST", "/v1/sessions/confirm", &body.to_string()).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({ "gone": [gone["session"]["handle"]] }));
    assert!(is_confirmed(&origin, &one).await && is_confirmed(&origin, &two).await);
}

#[tokio::test]
async fn a_token_of_an_older_generation_confirms_nothing() {
    let origin = Origin::start().await;
    let first = origin.log_in().await;
    let second = origin.refreshed(&first).await;

    let body = json!({ "sessions": [confirmation(&first)] });
    let answer = origin.call("POST", "/v1/sessions/confirm", &body.to_string()).await;

    assert_eq!(answer.text, r#"{"gone":[]}"#);
    assert!(!is_confirmed(&origin, &second).await);
}

#[tokio::test]
async fn only_so_many_are_taken_at_once() {
    let origin = Origin::start().await;
    let one = confirmation(&origin.log_in().await);
    let body = |count| json!({ "sessions": vec![one.clone(); count] }).to_string();

    assert_eq!(origin.call("POST", "/v1/sessions/confirm", &body(500)).await.status, 200);
    let refused = origin.call("POST", "/v1/sessions/confirm", &body(501)).await;
    let refused = refused.refused(400, "bad_request");
    assert_eq!(refused["detail"], "sessions: at most 500 can be confirmed at once");
}

#[tokio::test]
async fn verifying_against_the_database_confirms_too() {
    let origin = Origin::start().await;
    let second = origin.refreshed(&origin.log_in().await).await;
    assert_eq!(origin.verify(&second).await.status, 200);
    assert!(is_confirmed(&origin, &second).await);
}
