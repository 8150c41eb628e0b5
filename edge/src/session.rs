//! Which session a request proves.

use crate::{
    credential::{self, Credential, Found},
    request::{RequestHeaders, RequestView},
    settings::Settings,
    verifier::Verifier,
};
use std::sync::Arc;
use wayleave_shared::{
    claims::AccessClaims, session_handle::SessionHandle, time::UnixSeconds, token::TokenRefusal,
};

/// Why a request proves no session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NoProof {
    /// It carries nothing that tells of a session.
    NoSession,
    /// There may be a session, but not with this access token.
    TryRefresh(TryRefresh),
    /// The token's key is not among ours; a newer set may have it.
    UnknownKey,
}

/// Why the client must refresh. For the log: the client learns only that it should.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TryRefresh {
    /// Several access tokens, a malformed bearer token, or cookies too large to read.
    #[error("the access token is ambiguous")]
    AccessTokenAmbiguous,
    /// Only the mark of a session is there.
    #[error("the access token is missing")]
    AccessTokenMissing,
    /// An unsafe request without the header.
    #[error("the anti-CSRF token is missing")]
    AntiCsrfMissing,
    /// `ANTI_CSRF` is on here, but the session was issued without a token: the origin's setting differs, or did until now.
    #[error("the session was issued without an anti-CSRF token, which ANTI_CSRF = \"on\" asks for")]
    AntiCsrfNotIssued,
    /// An unsafe request with another token.
    #[error("the anti-CSRF token is wrong")]
    AntiCsrfWrong,
    /// The access token does not verify.
    #[error(transparent)]
    Token(#[from] TokenRefusal),
}

/// Verifies the access token that a request carries.
///
/// # Errors
///
/// Any [`NoProof`].
pub fn prove(
    credential: &Credential<'_>,
    keys: &impl Verifier,
    settings: &Settings,
    now: UnixSeconds,
) -> Result<Arc<AccessClaims>, NoProof> {
    let token = match credential.access {
        Found::Token(token) => token,
        Found::Ambiguous => return Err(NoProof::TryRefresh(TryRefresh::AccessTokenAmbiguous)),
        Found::Absent if credential.may_refresh => {
            return Err(NoProof::TryRefresh(TryRefresh::AccessTokenMissing));
        }
        Found::Absent => return Err(NoProof::NoSession),
    };
    match keys.verify(token, &settings.token_policy, now) {
        Ok(claims) => Ok(claims),
        Err(TokenRefusal::UnknownKey) => Err(NoProof::UnknownKey),
        Err(refused) => Err(NoProof::TryRefresh(refused.into())),
    }
}

/// What a request that proves no session carries all the same.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Carried {
    /// The session of an access token that is ours, expired or not: a log-in ends that session.
    pub session: Option<SessionHandle>,
    /// Whether the `Authorization` header holds such a token.
    pub bearer_is_ours: bool,
}

/// Looks at bearer token and cookie: a client that logs in with the one may still carry the session of the other.
#[must_use]
pub fn carried(
    headers: &RequestHeaders,
    keys: &impl Verifier,
    settings: &Settings,
    now: UnixSeconds,
) -> Carried {
    let session_of = |found| match found {
        Found::Token(token) => keys.session_of(token, &settings.token_policy, now),
        Found::Absent | Found::Ambiguous => None,
    };
    let of_bearer = session_of(credential::bearer_token(headers, settings));
    let of_cookie = || session_of(credential::access_cookie(headers, settings));
    Carried { session: of_bearer.or_else(of_cookie), bearer_is_ours: of_bearer.is_some() }
}

/// Which requests must carry the anti-CSRF token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AntiCsrfRule {
    /// Every one, whatever its method.
    Always,
    /// None: the app knows by other means that its user meant the request.
    Never,
    /// Every unsafe one. A session that was issued without a token cannot make any.
    UnsafeMethods,
    /// Every one whose session was issued with a token. For sign-out, which is guarded against other sites besides.
    WhereIssued,
}

/// Checks that the request was meant by its user. One with a bearer token was.
///
/// # Errors
///
/// One of the anti-CSRF reasons of [`TryRefresh`].
pub fn check_anti_csrf(
    request: &RequestView,
    credential: &Credential<'_>,
    claims: &AccessClaims,
    settings: &Settings,
    rule: AntiCsrfRule,
) -> Result<(), TryRefresh> {
    let is_looked_at = match rule {
        AntiCsrfRule::Always => true,
        AntiCsrfRule::Never => false,
        AntiCsrfRule::UnsafeMethods | AntiCsrfRule::WhereIssued => request.is_unsafe(),
    };
    if !settings.anti_csrf || credential.is_bearer || !is_looked_at {
        return Ok(());
    }
    let Some(expected) = &claims.anti_csrf else {
        return match rule {
            AntiCsrfRule::Always | AntiCsrfRule::UnsafeMethods => {
                Err(TryRefresh::AntiCsrfNotIssued)
            }
            AntiCsrfRule::Never | AntiCsrfRule::WhereIssued => Ok(()),
        };
    };
    match &request.headers.anti_csrf {
        None => Err(TryRefresh::AntiCsrfMissing),
        Some(presented) if expected.matches(presented) => Ok(()),
        Some(_) => Err(TryRefresh::AntiCsrfWrong),
    }
}
