//! Whether a request was meant by its user.

use crate::base64url;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use subtle::ConstantTimeEq;

/// The token that a page sends back in the `anti-csrf` header, and that the access token repeats in `csrf`.
///
/// Another site can make a browser send our cookies, but it cannot read this token, so it cannot send the header. Shape: 16 bytes, 22 characters of
/// base64url. Compared in constant time; `Debug` shows nothing of it.
///
/// ```
/// use wayleave_shared::anti_csrf::AntiCsrfToken;
///
/// let token = AntiCsrfToken::from_bytes([1; 16]);
/// assert!(token.matches(&token.to_text()));
/// assert!(!token.matches("AAAAAAAAAAAAAAAAAAAAAA"));
/// assert!(!token.matches(""));
/// ```
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct AntiCsrfToken([u8; 16]);

/// The text is not 22 characters of base64url.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an anti-CSRF token is 22 characters of base64url")]
pub struct InvalidAntiCsrfToken;

impl AntiCsrfToken {
    /// The token with these bytes, which must come from a keyed hash or a secure generator.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 22 characters that go to the browser.
    #[must_use]
    pub fn to_text(&self) -> String {
        base64url::encode(&self.0)
    }

    /// Whether a request's `anti-csrf` header carries this token.
    #[must_use]
    pub fn matches(&self, presented: &str) -> bool {
        base64url::decode_exact::<16>(presented)
            .is_some_and(|presented| self.0.ct_eq(&presented).into())
    }
}

/// Whether a method must carry the anti-CSRF token: all but the safe ones of RFC 9110 section 9.2.1.
///
/// ```
/// use wayleave_shared::anti_csrf::is_unsafe_method;
///
/// assert!(is_unsafe_method("POST"));
/// assert!(!is_unsafe_method("GET"));
/// ```
#[must_use]
pub fn is_unsafe_method(method: &str) -> bool {
    !matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

impl FromStr for AntiCsrfToken {
    type Err = InvalidAntiCsrfToken;

    fn from_str(text: &str) -> Result<Self, InvalidAntiCsrfToken> {
        base64url::decode_exact(text).map(Self).ok_or(InvalidAntiCsrfToken)
    }
}

impl TryFrom<String> for AntiCsrfToken {
    type Error = InvalidAntiCsrfToken;

    fn try_from(text: String) -> Result<Self, InvalidAntiCsrfToken> {
        text.parse()
    }
}

impl From<AntiCsrfToken> for String {
    fn from(token: AntiCsrfToken) -> Self {
        token.to_text()
    }
}

impl fmt::Debug for AntiCsrfToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AntiCsrfToken(22 characters)")
    }
}
