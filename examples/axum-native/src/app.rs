//! The routes.

use crate::devices;
use axum::{
    Json, Router,
    extract::{State, rejection::JsonRejection},
    http::{StatusCode, header::USER_AGENT, request::Parts},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wayleave::{Client, NewSession, Session, SessionError, SessionLayer, UserId, Wayleave};

/// The whole app. Everything below `/api` needs a session; a handler that takes [`Session`] could not be reached without one anywhere else either.
pub(crate) fn router(wayleave: Wayleave) -> Router {
    let api = Router::new()
        .route("/me", get(me))
        .route("/counter", post(count))
        .route("/devices", get(devices::list))
        .route("/devices/{handle}", delete(devices::end))
        .layer(SessionLayer::required(&wayleave));
    Router::new()
        .route("/", get(greet))
        .route("/readyz", get(ready))
        .route("/login", post(log_in))
        .nest("/api", api)
        // Where the browser's client looks for refresh and sign-out.
        .nest("/auth", wayleave::routes(&wayleave))
        .with_state(wayleave)
}

/// A page for everybody, that knows who looks at it.
async fn greet(session: Option<Session>) -> String {
    match session {
        Some(session) => format!("Hello, {}\n", session.user_id().to_text()),
        None => "POST /login, GET /api/me, POST /api/counter, GET /api/devices\n".to_owned(),
    }
}

async fn ready(State(wayleave): State<Wayleave>) -> StatusCode {
    if wayleave.ready().await { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogIn {
    user_id: UserId,
    jwt_payload: Option<wayleave::Json>,
}

async fn log_in(
    State(wayleave): State<Wayleave>,
    request: Parts,
    body: Result<Json<LogIn>, JsonRejection>,
) -> Result<Response, SessionError> {
    let Ok(Json(LogIn { user_id, jwt_payload })) = body else {
        let refusal = json!({"code": "bad_request", "detail": "it must be {userId, jwtPayload?}"});
        return Ok((StatusCode::BAD_REQUEST, Json(refusal)).into_response());
    };

    // A real app checks here that it is this user: a password, OAuth, a passkey.

    let name = request.headers.get(USER_AGENT).and_then(|name| name.to_str().ok());
    // What the user will know this session by, in the list of their devices.
    let client = Client { name: name.map(str::to_owned), address: None };
    let new = NewSession { jwt_payload, client: Some(client), ..NewSession::of(user_id) };
    let issued = wayleave.create_session(&request, new).await?;
    Ok((issued.set, Json(json!({"status": "OK"}))).into_response())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Me {
    user_id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt_payload: Option<wayleave::Json>,
}

/// Who is asking. No call to the origin.
async fn me(session: Session) -> Json<Me> {
    Json(Me { user_id: session.user_id().clone(), jwt_payload: session.jwt_payload().cloned() })
}

#[derive(Default, Deserialize, Serialize)]
struct Counter {
    counter: u64,
}

/// One more, kept in the session's data. Of two at the same moment only one stands on the version that it read, and the other begins anew.
async fn count(session: Session) -> Result<Json<Value>, SessionError> {
    loop {
        let stored = session.data().await?;
        let before = stored.data.and_then(|data| wayleave::from_json::<Counter>(&data).ok());
        let counter = before.unwrap_or_default().counter + 1;
        match session.update_data(&Counter { counter }, Some(stored.version)).await {
            Ok(_) => return Ok(Json(json!({"counter": counter}))),
            Err(overtaken) if overtaken.is_version_conflict() => {}
            Err(error) => return Err(error),
        }
    }
}
