//! `GET /api/me`: a protected route in its simplest form.

use crate::trust::Session;
use axum::Json;
use serde::Serialize;
use wayleave_shared::{json::Json as JsonText, session_handle::SessionHandle, user_id::UserId};

/// What the gateway said about the caller.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Me {
    user_id: UserId,
    session: SessionHandle,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt_payload: Option<JsonText>,
}

/// Says back what the gateway passed on. Nobody else was asked: neither the origin nor a database.
pub(crate) async fn me(Session { handle, jwt_payload, user_id }: Session) -> Json<Me> {
    Json(Me { user_id, session: handle, jwt_payload })
}

#[cfg(test)]
mod tests {
    use crate::app::tests::{answer, without_origin};
    use axum::{
        body::Body,
        http::{Request, StatusCode},
    };

    #[tokio::test]
    async fn the_caller_is_who_the_gateway_says() {
        let request = Request::get("/api/me")
            .header("x-wayleave-user-id", "\"1\"")
            .header("x-wayleave-session", "K9GCN3jbdgcHBwcHBwcHBw")
            .header("x-wayleave-payload", r#"{"role":"\u00e9","n":1.0}"#);
        let (status, headers, body) =
            answer(without_origin(), request.body(Body::empty()).unwrap()).await;

        assert_eq!(status, StatusCode::OK);
        assert_eq!(
            body,
            r#"{"userId":"1","session":"K9GCN3jbdgcHBwcHBwcHBw","jwtPayload":{"role":"\u00e9","n":1.0}}"#
        );
        assert_eq!(headers["cache-control"], "no-store");
    }

    #[tokio::test]
    async fn without_the_gateways_headers_nobody_is_let_in() {
        for (method, path) in
            [("GET", "/api/me"), ("GET", "/api/counter"), ("POST", "/api/counter")]
        {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let (status, _, body) = answer(without_origin(), request).await;

            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert!(body.contains(r#""code":"unauthorised""#), "{body}");
        }
    }
}
