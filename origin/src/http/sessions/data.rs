//! `GET`, `PUT` and `PATCH /v1/sessions/{handle}/data`.

use super::refresh::over;
use crate::{
    http::{
        error::ApiError,
        extract::{Body, ExpectedVersion, MergePatch, Path, ServiceCaller},
    },
    service::Sessions,
};
use axum::{
    Json,
    extract::State,
    response::{AppendHeaders, IntoResponse},
};
use http::{HeaderName, header};
use wayleave_shared::{
    session_handle::SessionHandle,
    wire::{UpdateSessionData, UpdatedSessionData},
};

/// What the app keeps in the session.
pub(in crate::http) async fn read(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Path(handle): Path<SessionHandle>,
) -> Result<impl IntoResponse, ApiError> {
    let data = sessions.data(handle).await.map_err(|error| over(&sessions, error))?;
    Ok((entity_tag(data.version), Json(data)))
}

/// Replaces it; with `If-Match`, only where that is the stored version.
pub(in crate::http) async fn update(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Path(handle): Path<SessionHandle>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(request): Body<UpdateSessionData>,
) -> Result<impl IntoResponse, ApiError> {
    let updated = sessions.update_data(handle, request.data, expected).await;
    let version = updated.map_err(|error| over(&sessions, error))?;
    Ok((entity_tag(version), Json(UpdatedSessionData { version })))
}

/// Changes a part of it; with `If-Match`, only where that is the stored version.
pub(in crate::http) async fn patch(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Path(handle): Path<SessionHandle>,
    ExpectedVersion(expected): ExpectedVersion,
    MergePatch(patch): MergePatch,
) -> Result<impl IntoResponse, ApiError> {
    let updated = sessions.patch_data(handle, &patch, expected).await;
    let version = updated.map_err(|error| over(&sessions, error))?;
    Ok((entity_tag(version), Json(UpdatedSessionData { version })))
}

fn entity_tag(version: u64) -> AppendHeaders<[(HeaderName, String); 1]> {
    AppendHeaders([(header::ETAG, format!("\"{version}\""))])
}
