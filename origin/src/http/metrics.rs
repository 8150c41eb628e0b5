//! `GET /metrics`.

use crate::metrics::Metrics;
use axum::{extract::State, response::IntoResponse};
use http::header;

/// All counters. Open as `/healthz` is: counts tell nothing about anybody.
pub(super) async fn counters(State(metrics): State<Metrics>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, OPEN_METRICS)], metrics.encode())
}

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
