//! The only place that knows statuses.

use crate::{
    service::{KeysError, SessionError},
    store::StoreError,
};
use axum::{
    Json,
    extract::rejection::{JsonRejection, PathRejection, QueryRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;
use wayleave_shared::{
    refusal::{Code, PROBLEM_MEDIA_TYPE, Problem},
    wire::{BrowserLines, MAX_CONFIRMATIONS},
};

/// Why a request was refused or failed.
///
/// `Display` is for our logs. The client sees what [`ApiError::problem`] makes of it and nothing else.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    /// The body is not what the route takes.
    #[error("request body: {0}")]
    Body(#[from] JsonRejection),

    /// `If-Match` is not one version.
    #[error("the header if-match must be one version in double quotes, as etag gave it")]
    IfMatch,

    /// The route has no such method.
    #[error("method not allowed")]
    MethodNotAllowed,

    /// No such route.
    #[error("no such route")]
    NotFound,

    /// The body of a patch is of another kind.
    #[error("the body of a PATCH must be application/merge-patch+json (RFC 7396)")]
    PatchMediaType,

    /// A part of the path is not what the route takes.
    #[error("path: {0}")]
    Path(#[from] PathRejection),

    /// The query is not what the route takes.
    #[error("query: {0}")]
    Query(#[from] QueryRejection),

    /// More confirmations than one call takes.
    #[error("sessions: at most {MAX_CONFIRMATIONS} can be confirmed at once")]
    TooManyConfirmations,

    /// The query's `limit` is out of range.
    #[error("query: limit must lie within 1 and 1000")]
    QueryLimit,

    /// The service key is missing or wrong.
    #[error("service key refused")]
    ServiceKey,

    /// The session rules said no, or we failed.
    #[error(transparent)]
    Session(#[from] SessionError),

    /// A session that is over, with what tells its browser so.
    #[error("{error}")]
    SessionOver {
        /// The refusal.
        error: SessionError,
        /// The lines for the browser.
        browser: BrowserLines,
    },

    /// The store failed outside of a session's rules.
    #[error(transparent)]
    Store(#[from] StoreError),

    /// The request took longer than we allow.
    #[error("the request took too long")]
    TimedOut,
}

impl ApiError {
    /// The stable code and what the client may know.
    pub(super) fn problem(&self) -> (Code, String) {
        match self {
            Self::Body(rejection) => (body_code(rejection), rejection.body_text()),
            Self::IfMatch | Self::QueryLimit | Self::TooManyConfirmations => {
                (Code::BadRequest, self.to_string())
            }
            Self::MethodNotAllowed => (
                Code::MethodNotAllowed,
                "the route exists, the method does not: see the header allow".to_owned(),
            ),
            Self::NotFound => (Code::NotFound, "no such route".to_owned()),
            Self::PatchMediaType => (Code::UnsupportedMediaType, self.to_string()),
            Self::Path(rejection) => (Code::BadRequest, rejection.body_text()),
            Self::Query(rejection) => (Code::BadRequest, rejection.body_text()),
            Self::ServiceKey => (
                Code::ServiceKeyRefused,
                "authorization must be Bearer and one of the service keys".to_owned(),
            ),
            Self::Session(error) | Self::SessionOver { error, .. } => session_problem(error),
            Self::Store(error) => store_problem(error),
            Self::TimedOut => unavailable(),
        }
    }
}

fn body_code(rejection: &JsonRejection) -> Code {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        _ => Code::BadRequest,
    }
}

fn session_problem(error: &SessionError) -> (Code, String) {
    match error {
        SessionError::AccessTokenTooLarge { .. } => (Code::AccessTokenTooLarge, error.to_string()),
        SessionError::DataTooLarge { .. } => (Code::BodyTooLarge, error.to_string()),
        SessionError::OtherSession
        | SessionError::Patch(_)
        | SessionError::PayloadTooDeep { .. } => (Code::BadRequest, error.to_string()),
        SessionError::Busy => unavailable(),
        SessionError::Theft(_) => (
            Code::TokenTheftDetected,
            "a refresh token was used again after it had been replaced".to_owned(),
        ),
        SessionError::VersionConflict { .. } => (Code::VersionConflict, error.to_string()),
        // One answer whatever the reason: it would only help somebody who probes.
        SessionError::TryRefreshToken(_) => (Code::TryRefreshToken, "try refresh token".to_owned()),
        SessionError::Unauthorised(_) => {
            (Code::Unauthorised, "there is no such session".to_owned())
        }
        SessionError::Store(error) => store_problem(error),
        SessionError::Keys(KeysError::Store(error)) => store_problem(error),
        SessionError::Keys(
            KeysError::NoActiveKey
            | KeysError::NoRandomness
            | KeysError::NotSealed(_)
            | KeysError::Stored { .. },
        )
        | SessionError::NoRandomness
        | SessionError::Signing(_) => internal(),
    }
}

fn store_problem(error: &StoreError) -> (Code, String) {
    match error {
        StoreError::Unavailable(_) => unavailable(),
        StoreError::Database(_)
        | StoreError::Inconsistent { .. }
        | StoreError::Migration(_)
        | StoreError::NoRandomness => internal(),
    }
}

fn internal() -> (Code, String) {
    (Code::Internal, "the origin failed; its log says why".to_owned())
}

fn unavailable() -> (Code, String) {
    (Code::Unavailable, "not available now, try again".to_owned())
}

impl ApiError {
    /// Whether it says that a session is over, or its access token is.
    pub(super) fn is_about_a_session(&self) -> bool {
        matches!(
            self.problem().0,
            Code::TokenTheftDetected | Code::TryRefreshToken | Code::Unauthorised
        )
    }

    /// The answer, with another status than usual.
    pub(super) fn into_response_with(error: Arc<Self>, status: u16) -> Response {
        let (code, detail) = error.problem();
        let mut problem = Problem { status, ..Problem::new(code, detail) };
        if let Self::SessionOver { browser, error } = &*error {
            problem.browser = Some(browser.clone());
            if let SessionError::Theft(session) = error {
                problem.session = Some(session.clone());
            }
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response =
            (status, [(header::CONTENT_TYPE, PROBLEM_MEDIA_TYPE)], Json(problem)).into_response();
        match code {
            Code::Unavailable => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Code::ServiceKeyRefused => {
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        // `layer::log` writes this once. Converting has no side effect.
        response.extensions_mut().insert(error);
        response
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.problem().0.status();
        Self::into_response_with(Arc::new(self), status)
    }
}
