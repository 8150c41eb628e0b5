//! What an access token says.

use crate::{
    anti_csrf::AntiCsrfToken, base64url, json::Json, session_handle::SessionHandle,
    time::UnixSeconds, user_id::UserId,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The claims of an access token, as they are signed.
///
/// Members that are not listed here are refused, and so are members that stand twice. Claims that were read from a token come
/// only inside [`VerifiedToken`](crate::token::VerifiedToken).
#[derive(Clone, Debug, Serialize)]
pub struct AccessClaims {
    /// Who issued it (RFC 7519 section 4.1.1); the deployment's name.
    #[serde(rename = "iss")]
    pub issuer: String,
    /// Whom it is for (RFC 7519 section 4.1.3); absent where the deployment names nobody.
    #[serde(rename = "aud", skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Whose session it is. Keeps its JSON type.
    #[serde(rename = "sub")]
    pub user_id: UserId,
    /// Which log-in it is.
    #[serde(rename = "sid")]
    pub session: SessionHandle,
    /// When it was issued.
    #[serde(rename = "iat")]
    pub issued_at: UnixSeconds,
    /// From when on it is refused: valid while `now < exp`.
    #[serde(rename = "exp")]
    pub expires_at: UnixSeconds,
    /// What an unsafe request must repeat in the `anti-csrf` header; absent where anti-CSRF is off.
    #[serde(rename = "csrf", skip_serializing_if = "Option::is_none")]
    pub anti_csrf: Option<AntiCsrfToken>,
    /// Which refresh token it was issued with.
    #[serde(rename = "rth")]
    pub refresh_hash: RefreshHashPrefix,
    /// How often the session had been refreshed: 0 at log-in.
    #[serde(rename = "gen")]
    pub generation: u64,
    /// The app's payload; absent where the app gave none.
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub payload: Option<Json>,
}

/// The first 16 bytes of the refresh token's hash: ties an access token to the refresh token it came with, and tells nothing about either.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct RefreshHashPrefix(pub [u8; 16]);

/// The text is not 22 characters of base64url.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a refresh hash prefix is 22 characters of base64url")]
pub struct InvalidRefreshHashPrefix;

impl FromStr for RefreshHashPrefix {
    type Err = InvalidRefreshHashPrefix;

    fn from_str(text: &str) -> Result<Self, InvalidRefreshHashPrefix> {
        base64url::decode_exact(text).map(Self).ok_or(InvalidRefreshHashPrefix)
    }
}

impl TryFrom<String> for RefreshHashPrefix {
    type Error = InvalidRefreshHashPrefix;

    fn try_from(text: String) -> Result<Self, InvalidRefreshHashPrefix> {
        text.parse()
    }
}

impl From<RefreshHashPrefix> for String {
    fn from(prefix: RefreshHashPrefix) -> Self {
        base64url::encode(&prefix.0)
    }
}

impl fmt::Debug for RefreshHashPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RefreshHashPrefix")
    }
}
