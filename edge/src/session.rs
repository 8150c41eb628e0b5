//! Which session a request proves.

use crate::{
    credential::{Access, Credential},
    request::RequestView,
    settings::Settings,
    verifier::Verifier,
};
use std::rc::Rc;
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
    /// Several access tokens, or cookies too large to read.
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
) -> Result<Rc<AccessClaims>, NoProof> {
    let token = match credential.access {
        Access::Token(token) => token,
        Access::Ambiguous => return Err(NoProof::TryRefresh(TryRefresh::AccessTokenAmbiguous)),
        Access::Absent if credential.may_refresh => {
            return Err(NoProof::TryRefresh(TryRefresh::AccessTokenMissing));
        }
        Access::Absent => return Err(NoProof::NoSession),
    };
    match keys.verify(token, &settings.token_policy, now) {
        Ok(claims) => Ok(claims),
        Err(TokenRefusal::UnknownKey) => Err(NoProof::UnknownKey),
        Err(refused) => Err(NoProof::TryRefresh(refused.into())),
    }
}

/// Names the session whose access token a request carries, also where the token has expired: a log-in ends that session.
#[must_use]
pub fn carried(
    credential: &Credential<'_>,
    keys: &impl Verifier,
    settings: &Settings,
    now: UnixSeconds,
) -> Option<SessionHandle> {
    match credential.access {
        Access::Token(token) => keys.session_of(token, &settings.token_policy, now),
        Access::Absent | Access::Ambiguous => None,
    }
}

/// Which requests must carry the anti-CSRF token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AntiCsrfRule {
    /// Every unsafe one. A session that was issued without a token cannot make any.
    UnsafeMethods,
    /// Every one whose session was issued with a token. For sign-out, which is guarded against other sites besides.
    WhereIssued,
}

/// Checks that the request was meant by its user.
///
/// # Errors
///
/// One of the anti-CSRF reasons of [`TryRefresh`].
pub fn check_anti_csrf(
    request: &RequestView,
    claims: &AccessClaims,
    settings: &Settings,
    rule: AntiCsrfRule,
) -> Result<(), TryRefresh> {
    if !settings.anti_csrf || !request.is_unsafe() {
        return Ok(());
    }
    let Some(expected) = &claims.anti_csrf else {
        return match rule {
            AntiCsrfRule::UnsafeMethods => Err(TryRefresh::AntiCsrfNotIssued),
            AntiCsrfRule::WhereIssued => Ok(()),
        };
    };
    match &request.headers.anti_csrf {
        None => Err(TryRefresh::AntiCsrfMissing),
        Some(presented) if expected.matches(presented) => Ok(()),
        Some(_) => Err(TryRefresh::AntiCsrfWrong),
    }
}
