//! `POST /v1/sessions/verify`.

use super::refresh::over;
use crate::{
    http::{
        error::ApiError,
        extract::{Body, Now, ServiceCaller},
    },
    service::Sessions,
};
use axum::{Json, extract::State};
use wayleave_shared::wire::{VerifiedSession, VerifySession};

/// Verifies an access token for a caller that has no edge before it.
pub(in crate::http) async fn verify(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Now(now): Now,
    Body(request): Body<VerifySession>,
) -> Result<Json<VerifiedSession>, ApiError> {
    let verified = sessions.verify(&request, now).await;
    verified.map(Json).map_err(|error| over(&sessions, error))
}
