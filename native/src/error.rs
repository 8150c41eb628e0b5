//! Why there is no session.

use crate::respond;
use axum::response::{IntoResponse, Response};
use std::fmt;
use wayleave_edge::{
    SessionError as Refused,
    respond::{ExpiredStatus, refusal},
    sessions::ErrorType,
};
use wayleave_shared::{
    refusal::Code,
    wire::{BrowserLines, StolenSession},
};

/// A session that is not there, or could not be asked about. As an answer it is the refusal that browsers' clients know: `application/problem+json` with the lines that
/// belong to it, 401 (or 440) where the client has to refresh or log in, 503 with the cookies untouched where the origin cannot be asked.
///
/// `Display` says why, for the log of the service; no text here holds a token or a key.
///
/// ```
/// use wayleave::{ErrorType, Session, SessionError};
///
/// /// What a handler may ask before it passes the refusal on.
/// fn is_logged_out(found: &Result<Session, SessionError>) -> bool {
///     matches!(found, Err(error) if error.error_type() == ErrorType::Unauthorised)
/// }
/// ```
#[derive(Clone)]
pub struct SessionError {
    kind: Kind,
    expired: ExpiredStatus,
}

#[derive(Clone)]
enum Kind {
    /// A value of the app that cannot be written as JSON, or not be read from it.
    NotJson(String),
    Refused(Refused),
}

impl SessionError {
    pub(crate) const fn new(refused: Refused, expired: ExpiredStatus) -> Self {
        Self { kind: Kind::Refused(refused), expired }
    }

    pub(crate) fn not_json(wrong: &serde_json::Error) -> Self {
        Self { kind: Kind::NotJson(without_values(wrong)), expired: ExpiredStatus::default() }
    }

    /// Which of the documented kinds it is.
    #[must_use]
    pub const fn error_type(&self) -> ErrorType {
        match &self.kind {
            Kind::NotJson(_) => ErrorType::General,
            Kind::Refused(refused) => refused.error_type(),
        }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match &self.kind {
            Kind::NotJson(_) => Code::Internal,
            Kind::Refused(refused) => refused.code(),
        }
    }

    /// Whether session data was not written because another version than the expected one is stored: read it again and try once more.
    #[must_use]
    pub const fn is_version_conflict(&self) -> bool {
        matches!(self.code(), Code::VersionConflict)
    }

    /// What the browser has to be told, where its session is over: on the answer already, where that is this error.
    #[must_use]
    pub const fn lines(&self) -> Option<&BrowserLines> {
        match &self.kind {
            Kind::NotJson(_) => None,
            Kind::Refused(refused) => refused.lines(),
        }
    }

    /// Whose session it was, where a refresh token was stolen. For the app, not for the browser.
    #[must_use]
    pub const fn stolen_session(&self) -> Option<&StolenSession> {
        match &self.kind {
            Kind::NotJson(_) => None,
            Kind::Refused(refused) => refused.stolen_session(),
        }
    }

    /// The answer, in any body that can hold text.
    #[must_use]
    pub fn response<B: From<String>>(&self) -> http::Response<B> {
        respond::response(match &self.kind {
            Kind::NotJson(_) => refusal(Code::Internal, self.expired),
            Kind::Refused(refused) => refused.answer(self.expired),
        })
    }
}

/// What is wrong, for the log, without a word of what the app wrote: it may be personal.
fn without_values(wrong: &serde_json::Error) -> String {
    let what = if wrong.is_data() { "is of another shape" } else { "cannot be JSON" };
    format!("a value of the app {what}, at line {} column {}", wrong.line(), wrong.column())
}

impl IntoResponse for SessionError {
    fn into_response(self) -> Response {
        self.response()
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::NotJson(reason) => formatter.write_str(reason),
            Kind::Refused(refused) => refused.fmt(formatter),
        }
    }
}

impl fmt::Debug for SessionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SessionError({:?}: {self})", self.code())
    }
}

impl std::error::Error for SessionError {}
