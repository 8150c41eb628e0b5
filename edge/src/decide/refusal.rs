//! Why the edge refuses a request by itself, and with what answer.

use crate::{
    answer::{Answer, HeaderEdit},
    respond::{self, ExpiredStatus},
    session::TryRefresh,
};
use wayleave_shared::{header, refusal::Code, token::TokenRefusal};

/// Why a request is refused without asking the origin. Clears no cookie.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Another site caused a refresh or a sign-out.
    #[error("another site caused the request")]
    CrossSite,
    /// The route takes these methods only.
    #[error("the method is not one of {0}")]
    MethodNotAllowed(&'static str),
    /// There is no public key to verify with, and none could be fetched.
    #[error("there are no public keys to verify with")]
    NoKeys,
    /// A refresh without a refresh token, or without one that can be read.
    #[error("there is no refresh token")]
    NoRefreshToken,
    /// Nothing tells of a session.
    #[error("there is no session")]
    NoSession,
    /// The route is turned off.
    #[error("the route is turned off")]
    NotFound,
    /// What is known of revocations is too old, and cannot be renewed.
    #[error("the revocation feed cannot be renewed")]
    StaleFeed,
    /// The client's address has sent too many requests of this kind.
    #[error("too many requests came from one address")]
    TooManyRequests,
    /// The access token will not do.
    #[error(transparent)]
    TryRefresh(#[from] TryRefresh),
}

impl Refusal {
    /// What the client is told.
    #[must_use]
    pub fn answer(self, expired: ExpiredStatus) -> Answer {
        let answer = respond::refusal(self.code(), expired);
        match self {
            Self::MethodNotAllowed(allowed) => answer.with(HeaderEdit::set("Allow", allowed)),
            // Newer clients ask for a refresh on a first visit, and must learn that there is nothing to refresh.
            Self::NoRefreshToken => {
                answer.with(HeaderEdit::set(header::FRONT_TOKEN, header::REMOVE))
            }
            Self::CrossSite
            | Self::NoKeys
            | Self::NoSession
            | Self::NotFound
            | Self::StaleFeed
            | Self::TooManyRequests
            | Self::TryRefresh(_) => answer,
        }
    }

    /// Whether the reason is more likely a wrong setting than a client's doing.
    #[must_use]
    pub const fn concerns_operator(self) -> bool {
        matches!(
            self,
            Self::TryRefresh(
                TryRefresh::AntiCsrfNotIssued
                    | TryRefresh::Token(TokenRefusal::ValidityTooLong | TokenRefusal::WrongIssuer)
            )
        )
    }

    pub(crate) const fn code(self) -> Code {
        match self {
            Self::CrossSite => Code::CrossSiteRequest,
            Self::MethodNotAllowed(_) => Code::MethodNotAllowed,
            Self::NoKeys | Self::StaleFeed => Code::Unavailable,
            Self::NoRefreshToken | Self::NoSession => Code::Unauthorised,
            Self::NotFound => Code::NotFound,
            Self::TooManyRequests => Code::TooManyRequests,
            Self::TryRefresh(_) => Code::TryRefreshToken,
        }
    }
}
