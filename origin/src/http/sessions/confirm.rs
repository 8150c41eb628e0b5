//! `POST /v1/sessions/confirm`.

use crate::{
    http::{
        error::ApiError,
        extract::{Body, ServiceCaller},
    },
    service::Sessions,
};
use axum::{Json, extract::State};
use wayleave_shared::wire::{ConfirmSessions, ConfirmedSessions, MAX_CONFIRMATIONS};

/// Notes that these sessions' newest tokens have arrived, and tells which sessions are over.
pub(in crate::http) async fn confirm(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Body(request): Body<ConfirmSessions>,
) -> Result<Json<ConfirmedSessions>, ApiError> {
    if request.sessions.len() > MAX_CONFIRMATIONS {
        return Err(ApiError::TooManyConfirmations);
    }
    Ok(Json(sessions.confirm(&request.sessions).await?))
}
