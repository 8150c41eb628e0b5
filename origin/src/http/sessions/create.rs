//! `POST /v1/sessions`.

use crate::{
    http::{
        error::ApiError,
        extract::{Body, Now, ServiceCaller},
    },
    service::Sessions,
};
use axum::{Json, extract::State};
use http::StatusCode;
use wayleave_shared::wire::{CreateSession, IssuedSession};

/// Logs a user in.
pub(in crate::http) async fn create(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Now(now): Now,
    Body(request): Body<CreateSession>,
) -> Result<(StatusCode, Json<IssuedSession>), ApiError> {
    let issued = sessions.create(request, now).await?;
    Ok((StatusCode::CREATED, Json(issued)))
}
