//! Every reason to say no, with its stable code, its HTTP status and its documented error type.

use crate::wire::{BrowserLines, StolenSession};
use serde::{Deserialize, Serialize};

/// Why a request was refused or failed: the `code` of a problem body.
///
/// Stable: clients may switch on it. `docs/api.md` lists when each occurs.
///
/// ```
/// use wayleave_shared::refusal::Code;
///
/// assert_eq!(Code::TryRefreshToken.status(), 401);
/// assert_eq!(Code::TryRefreshToken.error_type(), Some(3000));
/// assert_eq!(serde_json::to_string(&Code::TryRefreshToken).unwrap(), "\"try_refresh_token\"");
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The access token would not fit into a cookie.
    AccessTokenTooLarge,
    /// Malformed JSON, an unknown or missing member, a wrong type, a bad parameter.
    BadRequest,
    /// The body is over its limit.
    BodyTooLarge,
    /// A refresh or sign-out that another site caused.
    CrossSiteRequest,
    /// Our failure.
    Internal,
    /// The route exists, the method does not.
    MethodNotAllowed,
    /// No such route.
    NotFound,
    /// The service key is missing or wrong.
    ServiceKeyRefused,
    /// A superseded refresh token was used.
    TokenTheftDetected,
    /// Too many requests of this kind from one address.
    TooManyRequests,
    /// The access token is expired or cannot be verified, or the anti-CSRF token is missing or wrong: refresh and try again.
    TryRefreshToken,
    /// There is no such session any more.
    Unauthorised,
    /// The origin or its database cannot be reached now.
    Unavailable,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// `If-Match` names another version than the stored one.
    VersionConflict,
}

impl Code {
    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::ServiceKeyRefused
            | Self::TokenTheftDetected
            | Self::TryRefreshToken
            | Self::Unauthorised => 401,
            Self::CrossSiteRequest => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::VersionConflict => 412,
            Self::AccessTokenTooLarge | Self::BodyTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// The documented error type, for what concerns a session: 1000 `GENERAL_ERROR`, 2000 `UNAUTHORISED`, 3000 `TRY_REFRESH_TOKEN`, 4000
    /// `UNAUTHORISED_AND_TOKEN_THEFT_DETECTED`.
    #[must_use]
    pub const fn error_type(self) -> Option<u16> {
        match self {
            Self::Internal | Self::Unavailable => Some(1000),
            Self::Unauthorised => Some(2000),
            Self::TryRefreshToken => Some(3000),
            Self::TokenTheftDetected => Some(4000),
            Self::AccessTokenTooLarge
            | Self::BadRequest
            | Self::BodyTooLarge
            | Self::CrossSiteRequest
            | Self::MethodNotAllowed
            | Self::NotFound
            | Self::ServiceKeyRefused
            | Self::TooManyRequests
            | Self::UnsupportedMediaType
            | Self::VersionConflict => None,
        }
    }
}

/// No code has this name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no such code")]
pub struct UnknownCode;

impl std::str::FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Self, UnknownCode> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(code, _)| *code).ok_or(UnknownCode)
    }
}

/// As they are serialized.
const NAMES: [(Code, &str); 15] = [
    (Code::AccessTokenTooLarge, "access_token_too_large"),
    (Code::BadRequest, "bad_request"),
    (Code::BodyTooLarge, "body_too_large"),
    (Code::CrossSiteRequest, "cross_site_request"),
    (Code::Internal, "internal"),
    (Code::MethodNotAllowed, "method_not_allowed"),
    (Code::NotFound, "not_found"),
    (Code::ServiceKeyRefused, "service_key_refused"),
    (Code::TokenTheftDetected, "token_theft_detected"),
    (Code::TooManyRequests, "too_many_requests"),
    (Code::TryRefreshToken, "try_refresh_token"),
    (Code::Unauthorised, "unauthorised"),
    (Code::Unavailable, "unavailable"),
    (Code::UnsupportedMediaType, "unsupported_media_type"),
    (Code::VersionConflict, "version_conflict"),
];

/// The body of every refusal: `application/problem+json` (RFC 9457) with our `code`.
///
/// ```
/// use wayleave_shared::refusal::{Code, Problem};
///
/// let problem = Problem::new(Code::NotFound, "no such route");
/// assert_eq!(
///     serde_json::to_string(&problem).unwrap(),
///     r#"{"status":404,"code":"not_found","detail":"no such route"}"#,
/// );
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The HTTP status once more (RFC 9457 section 3.1.2).
    pub status: u16,
    /// Why, for programs.
    pub code: Code,
    /// Why, for people. Constant where more would help an attacker.
    pub detail: String,
    /// The documented error type, for what concerns a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub err_type: Option<u16>,
    /// What to tell the browser, where its session is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<BrowserLines>,
    /// Whose session it was, where a refresh token was stolen. For the app, not for the browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<StolenSession>,
}

impl Problem {
    /// The body for this code.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            status: code.status(),
            code,
            detail: detail.into(),
            err_type: code.error_type(),
            browser: None,
            session: None,
        }
    }
}

/// The media type of a [`Problem`].
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_that_of_its_code() {
        for (code, name) in NAMES {
            assert_eq!(serde_json::to_value(code).unwrap(), name);
            assert_eq!(name.parse(), Ok(code));
        }
        assert_eq!("brand_new".parse::<Code>(), Err(UnknownCode));
    }
}
