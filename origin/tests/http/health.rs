//! `GET /healthz`, `/readyz` and `/.well-known/jwks.json`.

use crate::origin::{Origin, request};
use axum::body::Body;

#[tokio::test]
async fn health_needs_no_service_key() {
    let origin = Origin::start().await;
    for path in ["/healthz", "/readyz"] {
        let answer = origin.send(request("GET", path).body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, r#"{"status":"ok"}"#));
    }
}

#[tokio::test]
async fn without_its_database_the_origin_is_alive_but_not_ready() {
    let origin = Origin::start().await;
    origin.store.close().await;

    let ready = origin.send(request("GET", "/readyz").body(Body::empty()).unwrap()).await;
    let alive = origin.send(request("GET", "/healthz").body(Body::empty()).unwrap()).await;
    let create = origin.call("POST", "/v1/sessions", r#"{"userId":1}"#).await;

    for answer in [ready, create] {
        let refused = answer.refused(503, "unavailable");
        assert_eq!(refused["errType"], 1000);
        assert_eq!(answer.headers["retry-after"], "1");
        assert!(refused.get("browser").is_none());
    }
    assert_eq!(alive.status, 200);
}

#[tokio::test]
async fn the_key_set_is_public_and_may_be_cached() {
    let origin = Origin::start().await;

    let answer =
        origin.send(request("GET", "/.well-known/jwks.json").body(Body::empty()).unwrap()).await;

    assert_eq!(answer.headers["cache-control"], "public, max-age=300");
    let keys = answer.json();
    let key = keys["keys"][0].as_object().unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    let mut members: Vec<_> = key.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
}
