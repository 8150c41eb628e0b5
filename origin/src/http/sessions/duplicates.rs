//! `POST /v1/sessions/duplicates`.

use crate::{
    http::extract::{Body, ServiceCaller},
    service::Sessions,
};
use axum::{Json, extract::State};
use serde::Deserialize;
use wayleave_shared::wire::ClearedDuplicates;

/// There is nothing to say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Nothing {}

/// What a browser is told that carries two refresh tokens. Asks no database.
pub(in crate::http) async fn clear(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Body(Nothing {}): Body<Nothing>,
) -> Json<ClearedDuplicates> {
    Json(sessions.cleared_duplicates())
}
