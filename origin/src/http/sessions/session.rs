//! `GET` and `DELETE /v1/sessions/{handle}`.

use super::refresh::over;
use crate::{
    http::{
        error::ApiError,
        extract::{Path, ServiceCaller},
    },
    service::Sessions,
};
use axum::{Json, extract::State};
use wayleave_shared::{
    session_handle::SessionHandle,
    wire::{RevokedSession, Session},
};

/// The session as it is kept.
pub(in crate::http) async fn read(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Path(handle): Path<SessionHandle>,
) -> Result<Json<Session>, ApiError> {
    let session = sessions.session(handle).await;
    session.map(Json).map_err(|error| over(&sessions, error))
}

/// Ends the session; one that is gone already is no error.
pub(in crate::http) async fn revoke(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Path(handle): Path<SessionHandle>,
) -> Result<Json<RevokedSession>, ApiError> {
    Ok(Json(sessions.revoke(handle).await?))
}
