//! Why there is no session, for the app's own code.

use crate::{
    answer::Answer,
    decide::Refusal,
    origin::{OriginError, Outage},
    respond::{self, ExpiredStatus},
};
use std::fmt;
use wayleave_shared::{
    header,
    header_lines::HeaderLines,
    refusal::{Code, Problem},
    wire::{BrowserLines, StolenSession},
};

/// A session that is not there, or could not be asked about.
///
/// `Display` says why, for the log of the app; no text here holds a token or a key.
#[derive(Clone)]
pub struct SessionError {
    /// Boxed, as most results are sessions.
    problem: Box<Problem>,
    reason: String,
}

/// The documented kinds of errors.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorType {
    /// 1000: we failed, or were called in a wrong way. Cookies stay.
    General,
    /// 2000: there is no such session any more.
    Unauthorised,
    /// 3000: the client has to refresh. Cookies stay.
    TryRefreshToken,
    /// 4000: a superseded refresh token was used. The session is over.
    TokenTheftDetected,
}

impl ErrorType {
    /// The documented number.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::General => 1000,
            Self::Unauthorised => 2000,
            Self::TryRefreshToken => 3000,
            Self::TokenTheftDetected => 4000,
        }
    }
}

impl SessionError {
    pub(super) fn new(code: Code, reason: impl fmt::Display) -> Self {
        let reason = reason.to_string();
        Self { problem: Box::new(Problem::new(code, respond::detail(code))), reason }
    }

    /// The session was ended: the page is told, and these lines clear its cookies.
    pub(super) fn over(lines: BrowserLines) -> Self {
        let mut error = Self::new(Code::Unauthorised, "the session was ended");
        let told = [header::FRONT_TOKEN, header::ID_REFRESH_TOKEN]
            .map(|name| (name.to_owned(), header::REMOVE.to_owned()));
        let mut headers = HeaderLines::from(told);
        headers.extend(lines.headers);
        error.problem.browser = Some(BrowserLines { set_cookie: lines.set_cookie, headers });
        error
    }

    pub(super) fn refused(refusal: Refusal) -> Self {
        let mut error = Self::new(refusal.code(), refusal);
        if refusal == Refusal::NoRefreshToken {
            let headers = HeaderLines::from([(header::FRONT_TOKEN.into(), header::REMOVE.into())]);
            error.problem.browser = Some(BrowserLines { set_cookie: Vec::new(), headers });
        }
        error
    }

    /// The same, with lines for the browser.
    pub(super) fn with_lines(mut self, lines: BrowserLines) -> Self {
        self.problem.browser = Some(lines);
        self
    }

    /// Which of the documented kinds it is. What the client did wrong otherwise, as a payload that is too large, counts as [`ErrorType::General`]: the app's code asked for it.
    #[must_use]
    pub const fn error_type(&self) -> ErrorType {
        match self.problem.code {
            // Another site has no session here, whatever the browser's cookies say.
            Code::CrossSiteRequest | Code::Unauthorised => ErrorType::Unauthorised,
            Code::TryRefreshToken => ErrorType::TryRefreshToken,
            Code::TokenTheftDetected => ErrorType::TokenTheftDetected,
            Code::AccessTokenTooLarge
            | Code::BadRequest
            | Code::BodyTooLarge
            | Code::Internal
            | Code::MethodNotAllowed
            | Code::NotFound
            | Code::ServiceKeyRefused
            | Code::TooManyRequests
            | Code::Unavailable
            | Code::UnsupportedMediaType
            | Code::VersionConflict => ErrorType::General,
        }
    }

    /// Whether session data was not written because somebody else had written it since its version was read: read it again.
    #[must_use]
    pub const fn is_version_conflict(&self) -> bool {
        matches!(self.problem.code, Code::VersionConflict)
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.problem.code
    }

    /// What the browser has to be told, where its session is over: lines to put on the answer.
    #[must_use]
    pub const fn lines(&self) -> Option<&BrowserLines> {
        self.problem.browser.as_ref()
    }

    /// Whose session it was, where a refresh token was stolen. For the app, not for the browser.
    #[must_use]
    pub const fn stolen_session(&self) -> Option<&StolenSession> {
        self.problem.session.as_ref()
    }

    /// The answer that tells the client, lines included. A status of 401 or, where `expired` says so, 440 makes it refresh or log in.
    #[must_use]
    pub fn answer(&self, expired: ExpiredStatus) -> Answer {
        respond::problem(&self.problem, expired)
    }
}

impl From<OriginError> for SessionError {
    fn from(error: OriginError) -> Self {
        match error {
            OriginError::Refused(problem) => {
                let reason = format!("the origin refused: {}", problem.detail);
                Self { problem: Box::new(problem), reason }
            }
            OriginError::Unavailable(outage) => Self::from(outage),
        }
    }
}

impl From<Outage> for SessionError {
    fn from(outage: Outage) -> Self {
        Self::new(Code::Unavailable, outage)
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

/// The code and the reason: whose session was stolen is for [`SessionError::stolen_session`].
impl fmt::Debug for SessionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SessionError({:?}: {})", self.problem.code, self.reason)
    }
}

impl std::error::Error for SessionError {}
