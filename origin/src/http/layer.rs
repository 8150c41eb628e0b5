//! What happens around every request.

use super::{ExpiredStatus, error::ApiError};
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use wayleave_shared::refusal::Code;

/// Answers "try again" to a request that takes longer than anybody waits.
pub(super) async fn limit_time(request: Request, next: Next) -> Response {
    tokio::time::timeout(TIME_LIMIT, next.run(request))
        .await
        .unwrap_or_else(|_| ApiError::TimedOut.into_response())
}

/// Gives answers that say that a session is over the status that the deployment has for them.
pub(super) async fn expired_status(
    State(ExpiredStatus(status)): State<ExpiredStatus>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    match response.extensions().get::<Arc<ApiError>>() {
        Some(error) if error.is_about_a_session() && response.status() != status => {
            ApiError::into_response_with(Arc::clone(error), status)
        }
        _ => response,
    }
}

/// Forbids to store an answer, unless it says otherwise itself.
pub(super) async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Writes one line per request: failures of ours as errors, refusals as information, the rest for debugging. The matched route stands for the path,
/// which may hold a user id.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let started = Instant::now();
    let response = next.run(request).await;

    let status = response.status().as_u16();
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match response.extensions().get::<Arc<ApiError>>() {
        Some(error) if matches!(error.problem().0, Code::Internal | Code::Unavailable) => {
            tracing::error!(%method, route, status, duration_ms, error = %error, "request failed");
        }
        Some(error) => {
            tracing::info!(%method, route, status, duration_ms, reason = %error, "request refused");
        }
        None => tracing::debug!(%method, route, status, duration_ms, "request served"),
    }
    response
}

const TIME_LIMIT: Duration = Duration::from_secs(10);
