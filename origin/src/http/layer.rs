//! What happens around every request.

use super::{ExpiredStatus, error::ApiError};
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, header};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use wayleave_shared::refusal::Code;

/// All of it, as one layer: each more would cost every request a copy of the router and two allocations.
pub(super) async fn around(
    State(expired_status): State<ExpiredStatus>,
    request: Request,
    next: Next,
) -> Response {
    let line = Line::of(&request);
    let answered = tokio::time::timeout(TIME_LIMIT, next.run(request)).await;
    // "Try again", to a request that takes longer than anybody waits.
    let response = answered.unwrap_or_else(|_| ApiError::TimedOut.into_response());
    let response = with_expired_status(response, expired_status);
    line.write(&response);
    not_stored(response)
}

/// Gives answers that say that a session is over the status that the deployment has for them.
fn with_expired_status(response: Response, ExpiredStatus(status): ExpiredStatus) -> Response {
    match response.extensions().get::<Arc<ApiError>>() {
        Some(error) if error.is_about_a_session() && response.status() != status => {
            ApiError::into_response_with(Arc::clone(error), status)
        }
        _ => response,
    }
}

/// Forbids to store an answer, unless it says otherwise itself.
fn not_stored(mut response: Response) -> Response {
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The line of the log about a request.
struct Line {
    method: Method,
    /// Stands for the path, which may hold a user id.
    route: Option<MatchedPath>,
    started: Instant,
}

impl Line {
    fn of(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().cloned();
        Self { method: request.method().clone(), route, started: Instant::now() }
    }

    /// Failures of ours as errors, refusals as information, the rest for debugging.
    fn write(self, response: &Response) {
        let Self { method, route, started } = self;
        let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
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
    }
}

const TIME_LIMIT: Duration = Duration::from_secs(10);
