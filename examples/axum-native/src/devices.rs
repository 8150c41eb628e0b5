//! Where a user is logged in, and signing one of their devices out.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use wayleave::{Session, SessionError, SessionHandle, UnixMilliseconds, Wayleave};

/// A session as its user sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Device {
    handle: SessionHandle,
    name: Option<String>,
    logged_in_at: UnixMilliseconds,
    last_seen_at: UnixMilliseconds,
    is_this_one: bool,
}

/// `GET /api/devices`.
pub(crate) async fn list(
    State(wayleave): State<Wayleave>,
    session: Session,
) -> Result<Json<Vec<Device>>, SessionError> {
    let stored = wayleave.sessions_of_user(session.user_id()).await?;
    let devices = stored.into_iter().map(|stored| Device {
        handle: stored.handle,
        name: stored.client.and_then(|client| client.name),
        logged_in_at: stored.created_at,
        last_seen_at: stored.refreshed_at,
        is_this_one: stored.handle == session.handle(),
    });
    Ok(Json(devices.collect()))
}

/// `DELETE /api/devices/{handle}`: one of their own, or nothing.
pub(crate) async fn end(
    State(wayleave): State<Wayleave>,
    session: Session,
    Path(handle): Path<SessionHandle>,
) -> Result<Response, SessionError> {
    if handle == session.handle() {
        return Ok((session.revoke().await?, StatusCode::NO_CONTENT).into_response());
    }
    // A handle is no secret: whose it is has to be looked up.
    let own = wayleave.sessions_of_user(session.user_id()).await?;
    if !own.iter().any(|stored| stored.handle == handle) {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    wayleave.revoke_session(handle).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
