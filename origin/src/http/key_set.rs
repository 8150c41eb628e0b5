//! `GET /.well-known/jwks.json`.

use crate::service::{KEY_SET_CACHE_TIME, Keys};
use axum::{Json, extract::State, response::IntoResponse};
use http::header;
use std::sync::Arc;

/// The public keys, those about to sign included. May be cached for less than a key is published before it signs.
pub(super) async fn published(State(keys): State<Arc<Keys>>) -> impl IntoResponse {
    let cache = format!("public, max-age={}", KEY_SET_CACHE_TIME.as_secs());
    ([(header::CACHE_CONTROL, cache)], Json(keys.published()))
}
