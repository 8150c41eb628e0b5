//! Why the service refused or failed. Knows nothing of HTTP.

use crate::{random::NoRandomness, seal::SealError, store::StoreError};
use std::sync::Arc;
use wayleave_shared::{
    merge_patch::PatchRefusal, sign::SigningFailed, token::TokenRefusal, wire::StolenSession,
};

/// Why a session was refused, or could not be served.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The access token would not fit into a cookie.
    #[error(
        "the access token's cookie would take {bytes} bytes, at most {limit} fit: make jwtPayload smaller"
    )]
    AccessTokenTooLarge {
        /// What the `Set-Cookie` line would take.
        bytes: usize,
        /// What a browser keeps.
        limit: usize,
    },

    /// Others wrote the session's data before each of many attempts.
    #[error("others kept writing the session's data")]
    Busy,

    /// The session's data would be over its limit.
    #[error("the session's data would take {bytes} bytes, at most {limit} are kept")]
    DataTooLarge {
        /// What it would take, as JSON.
        bytes: usize,
        /// What is kept at most.
        limit: usize,
    },

    /// The signing keys failed.
    #[error("signing keys: {0}")]
    Keys(#[from] KeysError),

    /// The operating system gave no random bytes.
    #[error("the operating system's random generator failed")]
    NoRandomness,

    /// The given access token belongs to another session.
    #[error("accessToken is not of this session")]
    OtherSession,

    /// The patch cannot be applied.
    #[error(transparent)]
    Patch(#[from] PatchRefusal),

    /// The payload nests deeper than any verifier will read.
    #[error("jwtPayload nests {nesting} levels deep, at most {limit} are accepted")]
    PayloadTooDeep {
        /// How deep it is.
        nesting: usize,
        /// How deep it may be.
        limit: usize,
    },

    /// The token could not be written.
    #[error(transparent)]
    Signing(#[from] SigningFailed),

    /// The store failed. Shared, for one statement may have been that of several callers.
    #[error(transparent)]
    Store(Arc<StoreError>),

    /// A refresh token was used after its successor: two parties hold tokens of the session.
    #[error("a refresh token of session {} was used after its successor", .0.handle)]
    Theft(StolenSession),

    /// The access token is not accepted now; a refresh may help.
    #[error("try refresh token: {0}")]
    TryRefreshToken(RefreshReason),

    /// There is no such session any more.
    #[error("unauthorised: {0}")]
    Unauthorised(UnauthorisedReason),

    /// The stored version is another than the expected.
    #[error("the stored version is {stored}")]
    VersionConflict {
        /// The stored version.
        stored: u64,
    },
}

/// Why a client is told to refresh. For logs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RefreshReason {
    /// The given anti-CSRF token is not the session's.
    #[error("the anti-CSRF token is not the session's")]
    AntiCsrf,
    /// The session kept changing while it was refreshed.
    #[error("the session kept changing while it was refreshed")]
    LostRace,
    /// The token does not verify.
    #[error("{0}")]
    Token(#[from] TokenRefusal),
}

/// Why a client is told that its session is over. For logs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UnauthorisedReason {
    /// No live session has this handle.
    #[error("no such session")]
    NoSession,
    /// The text is not a refresh token that we made.
    #[error("not a refresh token of ours")]
    NotOurs,
}

impl From<StoreError> for SessionError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl From<NoRandomness> for SessionError {
    fn from(_: NoRandomness) -> Self {
        Self::NoRandomness
    }
}

/// Why there is no key to sign or verify with.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The store holds no key that could sign now, and none could be made.
    #[error("no signing key is active")]
    NoActiveKey,
    /// The operating system gave no random bytes.
    #[error("the operating system's random generator failed")]
    NoRandomness,
    /// A new key could not be sealed for the store.
    #[error("a new signing key could not be sealed: {0}")]
    NotSealed(String),
    /// A stored key cannot be used.
    #[error("signing key {generation}: {reason}")]
    Stored {
        /// Its number.
        generation: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl KeysError {
    pub(crate) fn stored(generation: u64, reason: &impl ToString) -> Self {
        Self::Stored { generation, reason: reason.to_string() }
    }
}

impl From<NoRandomness> for KeysError {
    fn from(_: NoRandomness) -> Self {
        Self::NoRandomness
    }
}

impl From<SealError> for KeysError {
    fn from(error: SealError) -> Self {
        Self::NotSealed(error.to_string())
    }
}
