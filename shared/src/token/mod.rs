//! Whether an access token is let in.
//!
//! Compact JWS (RFC 7515) with the profile of RFC 9068: `alg` is `EdDSA`, `typ` is `at+jwt`. Built on `jwt-compact`'s algorithm and signature types,
//! but not on its parser, which reads the claims before the signature has been checked.

pub(crate) mod jws;

use crate::{
    claims::AccessClaims, json, key_set::KeySet, members::NotStrict, session_handle::SessionHandle,
    time::UnixSeconds,
};

/// What a deployment demands of its access tokens, beside a good signature.
#[derive(Clone, Debug)]
pub struct TokenPolicy {
    /// What `iss` must be, to the letter.
    pub issuer: String,
    /// What `aud` must be, to the letter; `None`: there must be none, for a token that is meant for somebody is not for everybody (RFC 7519 section 4.1.3).
    pub audience: Option<String>,
    /// The longest accepted `exp - iat`, in seconds.
    pub max_validity_s: u64,
}

/// An access token whose signature, shape and time have been checked.
///
/// The only way to one is [`verify`]: holding it is the proof.
#[derive(Clone, Debug)]
pub struct VerifiedToken(AccessClaims);

impl VerifiedToken {
    /// What the token says.
    #[must_use]
    pub const fn claims(&self) -> &AccessClaims {
        &self.0
    }

    /// Gives up the proof and keeps the claims.
    #[must_use]
    pub fn into_claims(self) -> AccessClaims {
        self.0
    }
}

/// Why a token was refused. For logs: a client learns only that it should refresh.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TokenRefusal {
    /// The signature is not the key's.
    #[error("the signature does not verify")]
    BadSignature,
    /// The signed claims are not ours: unknown, missing or doubled members, wrong types, too deep.
    #[error("the claims are malformed")]
    ClaimsMalformed,
    /// `now` is at or past `exp`.
    #[error("the token is expired")]
    Expired,
    /// The header is not exactly `alg`, `typ` and `kid`, each a string and each once, or `kid` could be no key's id.
    #[error("the header is malformed")]
    HeaderMalformed,
    /// `iat` lies more than [`FUTURE_LEEWAY_S`] ahead.
    #[error("the token is issued in the future")]
    IssuedInFuture,
    /// Not three base64url parts, or not in their only spelling.
    #[error("the token is not a compact JWS")]
    Malformed,
    /// Longer than [`MAX_TOKEN_BYTES`].
    #[error("the token is over {MAX_TOKEN_BYTES} bytes")]
    TooLarge,
    /// No key of the set has this id. A newer set may.
    #[error("no key has the token's key id")]
    UnknownKey,
    /// `exp - iat` is longer than this deployment issues.
    #[error("the token is valid for longer than allowed")]
    ValidityTooLong,
    /// `alg` is not the key's.
    #[error("the token's algorithm is not its key's")]
    WrongAlgorithm,
    /// `aud` is another, missing where the deployment has one, or there where it has none.
    #[error("the token is for another audience")]
    WrongAudience,
    /// `iss` is another.
    #[error("the token is another issuer's")]
    WrongIssuer,
    /// `typ` is not `at+jwt`: some other kind of token.
    #[error("not an access token")]
    WrongType,
}

impl TokenRefusal {
    /// The refusal's name in test vectors and for JavaScript. Stable: once released, a name keeps its meaning.
    ///
    /// ```
    /// use wayleave_shared::token::TokenRefusal;
    ///
    /// assert_eq!(TokenRefusal::BadSignature.name(), "bad_signature");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadSignature => "bad_signature",
            Self::ClaimsMalformed => "claims_malformed",
            Self::Expired => "expired",
            Self::HeaderMalformed => "header_malformed",
            Self::IssuedInFuture => "issued_in_future",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::UnknownKey => "unknown_key",
            Self::ValidityTooLong => "validity_too_long",
            Self::WrongAlgorithm => "wrong_algorithm",
            Self::WrongAudience => "wrong_audience",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongType => "wrong_type",
        }
    }
}

/// Verifies an access token as of `now`.
///
/// Pure: no I/O, no clock, no global.
///
/// # Shapes and units
///
/// | argument | shape | bound, unit |
/// |---|---|---|
/// | `token` | compact JWS: three unpadded base64url parts joined by `.` | at most [`MAX_TOKEN_BYTES`] |
/// | `keys` | Ed25519 public keys by id | a handful |
/// | `now` | when the request arrived | Unix seconds |
///
/// # Order of checks
///
/// Length, structure, header, key, **signature**, then claims. No byte of the payload is parsed before the signature holds.
///
/// # Errors
///
/// Any [`TokenRefusal`]. Only [`TokenRefusal::UnknownKey`] may go away with a newer key set.
///
/// # Examples
///
/// ```
/// use wayleave_shared::{key_set::KeySet, time::UnixSeconds, token::{TokenPolicy, TokenRefusal, verify}};
///
/// let policy = TokenPolicy { issuer: "https://id.example".into(), audience: None, max_validity_s: 3600 };
/// let refused = verify("not a token", &KeySet::default(), &policy, UnixSeconds(1_700_000_000));
/// assert_eq!(refused.unwrap_err(), TokenRefusal::Malformed);
/// ```
pub fn verify(
    token: &str,
    keys: &KeySet,
    policy: &TokenPolicy,
    now: UnixSeconds,
) -> Result<VerifiedToken, TokenRefusal> {
    let claims = authenticate(token, keys, policy, now)?;
    if now.0 >= claims.expires_at.0 {
        return Err(TokenRefusal::Expired);
    }
    Ok(VerifiedToken(claims))
}

/// Names the session of a token that is ours, whether or not it has expired.
///
/// For ending the session that a log-in replaces. Never for letting anybody in: that is [`verify`]'s to say.
///
/// ```
/// use wayleave_shared::{key_set::KeySet, time::UnixSeconds, token::{TokenPolicy, session_of}};
///
/// let policy = TokenPolicy { issuer: "https://id.example".into(), audience: None, max_validity_s: 3600 };
/// assert_eq!(session_of("not a token", &KeySet::default(), &policy, UnixSeconds(0)), None);
/// ```
#[must_use]
pub fn session_of(
    token: &str,
    keys: &KeySet,
    policy: &TokenPolicy,
    now: UnixSeconds,
) -> Option<SessionHandle> {
    authenticate(token, keys, policy, now).ok().map(|claims| claims.session)
}

/// Everything but the expiry.
fn authenticate(
    token: &str,
    keys: &KeySet,
    policy: &TokenPolicy,
    now: UnixSeconds,
) -> Result<AccessClaims, TokenRefusal> {
    let claims_json = jws::open(token, ACCESS_TOKEN_TYPE, MAX_TOKEN_BYTES, keys)?;
    if json::nesting(&claims_json) > MAX_NESTING {
        return Err(TokenRefusal::ClaimsMalformed);
    }
    let claims =
        AccessClaims::read(&claims_json).map_err(|NotStrict| TokenRefusal::ClaimsMalformed)?;
    if claims.payload.as_ref().is_some_and(|payload| !payload.has_unique_members()) {
        return Err(TokenRefusal::ClaimsMalformed);
    }
    check_claims(&claims, policy, now)?;
    Ok(claims)
}

fn check_claims(
    claims: &AccessClaims,
    policy: &TokenPolicy,
    now: UnixSeconds,
) -> Result<(), TokenRefusal> {
    let (issued_at, expires_at) = (claims.issued_at.0, claims.expires_at.0);
    if issued_at > MAX_TIME || expires_at > MAX_TIME || expires_at < issued_at {
        return Err(TokenRefusal::ClaimsMalformed);
    }
    if claims.issuer != policy.issuer {
        return Err(TokenRefusal::WrongIssuer);
    }
    if claims.audience != policy.audience {
        return Err(TokenRefusal::WrongAudience);
    }
    if expires_at - issued_at > policy.max_validity_s {
        return Err(TokenRefusal::ValidityTooLong);
    }
    if issued_at > now.0.saturating_add(FUTURE_LEEWAY_S) {
        return Err(TokenRefusal::IssuedInFuture);
    }
    Ok(())
}

/// Longer tokens are refused unread. A cookie could not carry them.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// How deep the claims may nest, the claims object itself counted.
pub const MAX_NESTING: usize = 8;

/// How far ahead `iat` may lie, in seconds: as far as the clocks of origin and edge may differ.
pub const FUTURE_LEEWAY_S: u64 = 60;

/// The `typ` of an access token (RFC 9068 section 2.1).
pub(crate) const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// Times beyond this are not exact in every JSON reader.
const MAX_TIME: u64 = (1 << 53) - 1;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wycheproof;
