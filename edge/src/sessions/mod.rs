//! Sessions for the app's own code: what the gateway does, as functions.
//!
//! An [`Edge`] verifies with the same decision, keys, feed and memory as the gateway. It is generic over its [`Host`]: Workers (feature `worker`), JavaScript and native
//! services each bring one.
//!
//! | file | what it does |
//! |---|---|
//! | `session` | a session in the hands of the app's code |
//! | `log_in` | making and refreshing a session |
//! | `store` | what is asked of the origin by handle or user |
//! | `error` | why there is no session |

mod error;
mod log_in;
mod session;
mod store;

pub use error::{ErrorType, SessionError};
pub use log_in::{Issued, NewSession};
pub use session::Session;

use crate::{
    credential::{Credential, Found},
    decide::{Action, AppCode, Forward},
    host::Host,
    isolate::Isolate,
    request::IncomingRequest,
    session::AntiCsrfRule,
    settings::Settings,
    settle::{self, over},
    upkeep,
};
use std::{fmt, sync::Arc};
use wayleave_shared::{
    refusal::Code,
    wire::{TokenTransfer, VerifiedSession},
};

/// Which requests must carry the anti-CSRF token, where anti-CSRF is on and the session's tokens travel in cookies.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Csrf {
    /// Every one: `getSession(…, true)` of the documented system.
    Required,
    /// None: `getSession(…, false)`. For what another site may well cause, as reading a page.
    NotRequired,
    /// Those whose method can change something: all but `GET`, `HEAD`, `OPTIONS` and `TRACE`. What the gateway does.
    #[default]
    UnsafeMethods,
}

impl From<Csrf> for AntiCsrfRule {
    fn from(csrf: Csrf) -> Self {
        match csrf {
            Csrf::Required => Self::Always,
            Csrf::NotRequired => Self::Never,
            Csrf::UnsafeMethods => Self::UnsafeMethods,
        }
    }
}

/// Verifies sessions, and asks the origin about them. Cheap to clone.
pub struct Edge<H: Host> {
    host: H,
    isolate: Arc<Isolate>,
}

impl<H: Host> Edge<H> {
    /// On a platform, with what is kept between requests: one [`Isolate`] for the whole process or isolate.
    #[must_use]
    pub const fn new(host: H, isolate: Arc<Isolate>) -> Self {
        Self { host, isolate }
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.isolate.settings
    }

    /// The platform.
    #[must_use]
    pub const fn host(&self) -> &H {
        &self.host
    }

    /// Fetches what is due of keys, revocations and confirmations, in the background. Every request does it; a process that wants to be up to date before one comes calls it
    /// every now and then.
    pub fn begin_what_is_due(&self) {
        upkeep::begin_what_is_due(&self.host, &self.isolate, true);
    }

    /// Gets what is needed to verify, and says whether that is there: public keys and, in feed mode, a feed that is not too old. For a service that is only ready then.
    pub async fn make_ready(&self) -> bool {
        upkeep::make_ready(&self.host, &self.isolate).await
    }

    /// The session that a request proves. No call, but for what the settings ask for: a feed that has become too old, `strict` revocation, `inline` confirmation.
    ///
    /// # Errors
    ///
    /// | | when |
    /// |---|---|
    /// | [`ErrorType::Unauthorised`] | nothing tells of a session, or it was ended |
    /// | [`ErrorType::TryRefreshToken`] | the access token is missing, expired or does not verify, or the anti-CSRF token is missing or wrong |
    /// | [`ErrorType::General`] | there are no keys, or what is known of revocations is too old and cannot be renewed |
    pub async fn get_session(
        &self,
        request: &impl IncomingRequest,
        csrf: Csrf,
    ) -> Result<Session<H>, SessionError> {
        let request = request.view();
        let (host, isolate) = (&self.host, &self.isolate);
        let question = AppCode { request: &request, rule: csrf.into() };
        let action = settle::settle(host, isolate, &question).await;
        let action = match action {
            Action::Confirm(confirm) => over::confirmed(host, isolate, confirm).await?,
            action => action,
        };
        match action {
            Action::Forward(Forward { session: Some(claims), .. }) => {
                let credential = Credential::of(&request.headers, &isolate.settings);
                let transfer = if credential.is_bearer {
                    TokenTransfer::Header
                } else {
                    TokenTransfer::Cookie
                };
                let token = match credential.access {
                    Found::Token(token) => token.to_owned(),
                    Found::Absent | Found::Ambiguous => String::new(),
                };
                let verified = VerifiedSession::from(claims.as_ref());
                Ok(Session::new(self.clone(), verified, token, transfer))
            }
            Action::Refuse(refusal) => {
                settle::note(host, refusal);
                Err(SessionError::refused(refusal))
            }
            Action::SessionOver(token) => {
                Err(SessionError::over(over::lines(host, isolate, &token).await))
            }
            Action::Answer(_)
            | Action::AskOrigin(_)
            | Action::Confirm(_)
            | Action::Forward(_)
            | Action::Limited(_) => Err(SessionError::new(
                Code::Internal,
                "a decision that is no answer to the question",
            )),
        }
    }
}

impl<H: Host> Clone for Edge<H> {
    fn clone(&self) -> Self {
        Self { host: self.host.clone(), isolate: Arc::clone(&self.isolate) }
    }
}

/// Shows where its origin is.
impl<H: Host> fmt::Debug for Edge<H> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Edge(origin {})", self.isolate.settings.origin_url)
    }
}

#[cfg(test)]
mod tests;
