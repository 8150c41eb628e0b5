//! `PUT /v1/sessions/{handle}/payload`.

use super::refresh::over;
use crate::{
    http::{
        error::ApiError,
        extract::{Body, Now, Path, ServiceCaller},
    },
    service::Sessions,
};
use axum::{Json, extract::State};
use wayleave_shared::{
    session_handle::SessionHandle,
    wire::{UpdatePayload, UpdatedPayload},
};

/// Replaces the payload of the session's next access tokens, and gives one at once where the one in use came with the request.
pub(in crate::http) async fn update(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Path(handle): Path<SessionHandle>,
    Now(now): Now,
    Body(request): Body<UpdatePayload>,
) -> Result<Json<UpdatedPayload>, ApiError> {
    let updated = sessions.update_payload(handle, request, now).await;
    updated.map(Json).map_err(|error| over(&sessions, error))
}
