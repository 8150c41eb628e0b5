//! Every refusal of the app. The only file that knows which HTTP status each gets.

use crate::{counter::CounterError, origin::OriginError};
use axum::{
    Json,
    extract::rejection::JsonRejection,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use wayleave_shared::refusal::{Code, PROBLEM_MEDIA_TYPE, Problem};

/// Why a request was refused or failed.
///
/// `Display` is for our log. The client sees [`ApiError::problem`] and nothing else: the same shape as the edge's and origin's
/// refusals, so that a page handles one kind.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The client's body is not what the route takes.
    #[error("request body: {0}")]
    Body(#[from] JsonRejection),

    /// The counter cannot be kept in what the session data is.
    #[error(transparent)]
    Counter(#[from] CounterError),

    /// Others wrote the session data between each of our reads and writes.
    #[error("the session data changed at every attempt to write it")]
    Crowded,

    /// The route exists, the method does not.
    #[error("no such method on this route")]
    MethodNotAllowed,

    /// The gateway named no session.
    #[error("no session")]
    NoSession,

    /// No such route.
    #[error("no such route")]
    NotFound,

    /// The origin refused, failed, or was not there.
    #[error(transparent)]
    Origin(#[from] OriginError),
}

impl ApiError {
    /// Code and words for the client. No wildcard arm: a new variant has to choose its own.
    fn problem(&self) -> Problem {
        match self {
            Self::Body(refused) => Problem::new(body_code(refused.status()), body_detail(refused)),
            Self::Counter(refused) => Problem::new(Code::BadRequest, refused.to_string()),
            Self::Crowded => Problem::new(
                Code::Unavailable,
                "too many requests change this session's data at once",
            ),
            Self::MethodNotAllowed => {
                Problem::new(Code::MethodNotAllowed, "no such method on this route")
            }
            Self::NoSession | Self::Origin(OriginError::NoSession) => {
                Problem::new(Code::Unauthorised, "there is no such session")
            }
            Self::NotFound => Problem::new(Code::NotFound, "no such route"),
            Self::Origin(OriginError::Unavailable { .. } | OriginError::Unreachable(_)) => {
                Problem::new(Code::Unavailable, "the origin cannot be reached now")
            }
            // Ours to put right, so the client learns no more.
            Self::Origin(OriginError::ServiceKeyRefused | OriginError::Unexpected { .. }) => {
                Problem::new(Code::Internal, "the app failed; its log says why")
            }
        }
    }

    /// When it makes sense to try again, in seconds; only for what passes by itself.
    const fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::Origin(OriginError::Unavailable { retry_after_s }) => Some(*retry_after_s),
            Self::Crowded | Self::Origin(OriginError::Unreachable(_)) => Some(1),
            Self::Body(_)
            | Self::Counter(_)
            | Self::MethodNotAllowed
            | Self::NoSession
            | Self::NotFound
            | Self::Origin(
                OriginError::NoSession
                | OriginError::ServiceKeyRefused
                | OriginError::Unexpected { .. },
            ) => None,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = self.problem();
        if problem.status >= 500 {
            tracing::error!(error = %Chain(&self), http.status = problem.status, "a request failed");
        }
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_MEDIA_TYPE)]).into_response();
        *response.body_mut() = Json(problem).into_response().into_body();
        if let Some(seconds) = self.retry_after_s() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// axum tells malformed JSON (400) from JSON of another shape (422); our API calls both a bad request.
const fn body_code(status: StatusCode) -> Code {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        _ => Code::BadRequest,
    }
}

/// What the JSON reader found, without the sentences that others put around it: "unknown field `password`, expected one of …".
fn body_detail(refused: &JsonRejection) -> String {
    let mut innermost: &dyn std::error::Error = refused;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}

/// An error with what caused it, for one line of the log.
struct Chain<'error>(&'error dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(formatter, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}
