//! `GET /healthz` and `GET /readyz`.

use super::error::ApiError;
use crate::store::Store;
use axum::{Json, extract::State};
use serde::Serialize;
use std::sync::Arc;

/// All is well.
#[derive(Serialize)]
pub(super) struct Healthy {
    status: &'static str,
}

/// Answers while the process runs.
pub(super) async fn alive() -> Json<Healthy> {
    Json(Healthy { status: "ok" })
}

/// Answers 200 while the database does.
pub(super) async fn ready(State(store): State<Arc<dyn Store>>) -> Result<Json<Healthy>, ApiError> {
    store.ping().await?;
    Ok(Json(Healthy { status: "ok" }))
}
