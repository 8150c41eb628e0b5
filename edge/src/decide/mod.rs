//! Who gets in: one pure function from a request to what is done with it.

mod gateway;
mod refusal;
mod revocation;

pub use refusal::Refusal;
pub use revocation::{Confirm, PresentedToken};
pub(crate) use revocation::{Standing, standing};

use crate::{
    answer::Answer,
    confirmations::Confirmations,
    cors,
    credential::{self, Credential, RefreshToken},
    cross_site,
    request::RequestView,
    respond,
    revocations::View,
    route::Route,
    session::{self, AntiCsrfRule, NoProof, TryRefresh},
    settings::Settings,
    verifier::Verifier,
};
use std::sync::Arc;
use wayleave_shared::{
    claims::AccessClaims,
    session_handle::SessionHandle,
    time::UnixSeconds,
    token::TokenRefusal,
    wire::{TokenTransfer, VerifiedSession},
};

/// Whether it is known what to do with a request.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Newer public keys may change what is done. Where none can be had, this is.
    NeedKeys(Action),
    /// What is known of revocations is too old to say what is done. Where it cannot be renewed, this is.
    NeedRevocations(Action),
    /// This is done.
    Settled(Action),
}

/// What is done with a request. The shell obeys.
#[derive(Clone, Debug)]
pub enum Action {
    /// This is the answer.
    Answer(Answer),
    /// The origin has to do something first.
    AskOrigin(Ask),
    /// The origin has to say that the session has not been ended.
    Confirm(Confirm),
    /// The request goes on to the app.
    Forward(Forward),
    /// This is done, unless the client's address has sent too many such requests.
    Limited(Box<Action>),
    /// The request is refused.
    Refuse(Refusal),
    /// The session of this token was ended: the client is told, with the lines that clear its cookies.
    SessionOver(PresentedToken),
}

/// What the origin is asked to do.
#[derive(Clone, Eq, PartialEq)]
pub enum Ask {
    /// Say what a browser with two cookies of one name is told.
    ClearDuplicates,
    /// Change the data of this session as the request's body says.
    PatchData(SessionHandle),
    /// Read the data of this session.
    ReadData(SessionHandle),
    /// Trade this refresh token for new tokens, which travel so.
    Refresh(String, TokenTransfer),
    /// End this session.
    SignOut(SessionHandle),
    /// Replace the data of this session with the request's body.
    UpdateData(SessionHandle),
}

/// How a request goes on to the app.
#[derive(Clone, Debug)]
pub struct Forward {
    /// Whose request the app may take it for.
    pub session: Option<Arc<AccessClaims>>,
    /// The session that the request carried, trusted or not: a log-in ends it.
    pub carried: Option<SessionHandle>,
    /// Whether the `Authorization` header holds one of our tokens, which the app has no use for.
    pub bearer_is_ours: bool,
}

/// Decides about a request that arrived at `now`.
///
/// Pure: no I/O, no clock, no global. A [`Verifier`] may remember what it verified, which changes how long it takes and nothing else.
///
/// | request | without a session at all | with one to refresh | with a valid one |
/// |---|---|---|---|
/// | session, session data | [`Refusal::NoSession`] | [`Refusal::TryRefresh`] | answered, or the origin is asked |
/// | refresh | [`Refusal::NoRefreshToken`], within a limit | the origin is asked | the origin is asked |
/// | sign-out | answered | [`Refusal::TryRefresh`] | the origin is asked |
/// | a protected path of the app | [`Refusal::NoSession`] | [`Refusal::TryRefresh`] | goes on, with the session, if its payload has the claims that the path requires |
/// | a public path of the app | goes on | goes on | goes on, with the session |
/// | an anonymous path of the app | goes on | goes on | goes on |
///
/// A session that was ended before its token expired counts as valid until it is noticed, as the route's [`Mode`](crate::revocations::Mode) says; then the client is
/// told ([`Action::SessionOver`]), and a public path is reached without it.
///
/// Where confirmation is [inline](crate::confirmations::ConfirmMode::Inline), the origin has to confirm a refreshed session once, whatever the route's mode.
///
/// Unsafe methods need the anti-CSRF token, and refresh, sign-out and upgrades of a connection must not be caused by another site; a request with a bearer token needs neither. No [`Refusal`] that
/// is made here clears a cookie.
#[must_use]
pub fn decide(
    request: &RequestView,
    route: Route,
    circumstances: &Circumstances<'_, impl Verifier>,
) -> Decision {
    let settings = circumstances.settings;
    let deciding = Deciding::new(request, circumstances);
    match route {
        Route::Gateway => deciding.gateway(),
        Route::GetSessionData => {
            deciding.with_session(|claims| Action::AskOrigin(Ask::ReadData(claims.session)))
        }
        Route::NotFound => Decision::Settled(Action::Refuse(Refusal::NotFound)),
        Route::Options(methods) => {
            Decision::Settled(Action::Answer(cors::preflight(request, settings, methods)))
        }
        Route::PatchSessionData => {
            deciding.with_session(|claims| Action::AskOrigin(Ask::PatchData(claims.session)))
        }
        Route::PutSessionData => {
            deciding.with_session(|claims| Action::AskOrigin(Ask::UpdateData(claims.session)))
        }
        Route::Refresh => deciding.refresh(),
        Route::Session => deciding.with_session(|claims| {
            Action::Answer(respond::json(200, &VerifiedSession::from(claims)))
        }),
        Route::SignOut => deciding.sign_out(),
        Route::WrongMethod(allowed) => {
            Decision::Settled(Action::Refuse(Refusal::MethodNotAllowed(allowed)))
        }
    }
}

/// Something to decide. Types of their own instead of a value that says which: whoever has no gateway carries none of its code.
pub trait Question {
    /// The decision.
    fn decide<Keys: Verifier>(&self, circumstances: &Circumstances<'_, Keys>) -> Decision;
}

/// What is done with a request to the gateway.
#[derive(Clone, Copy)]
pub struct Routed<'request> {
    /// The request.
    pub request: &'request RequestView<'request>,
    /// What it is for.
    pub route: Route,
}

impl Question for Routed<'_> {
    fn decide<Keys: Verifier>(&self, circumstances: &Circumstances<'_, Keys>) -> Decision {
        decide(self.request, self.route, circumstances)
    }
}

/// Whose request it is that the app's own code has before it: what a protected path needs, with the anti-CSRF rule that the app wants.
#[derive(Clone, Copy)]
pub struct AppCode<'request> {
    /// The request.
    pub request: &'request RequestView<'request>,
    /// Whether it must carry the anti-CSRF token.
    pub rule: AntiCsrfRule,
}

impl Question for AppCode<'_> {
    fn decide<Keys: Verifier>(&self, circumstances: &Circumstances<'_, Keys>) -> Decision {
        Deciding::new(self.request, circumstances).app_code(self.rule)
    }
}

/// What a decision is made with.
#[derive(Debug)]
pub struct Circumstances<'a, Keys> {
    /// What verifies tokens.
    pub keys: &'a Keys,
    /// What was ended.
    pub revocations: View<'a>,
    /// Which refresh tokens have arrived.
    pub confirmations: &'a Confirmations,
    /// The settings.
    pub settings: &'a Settings,
    /// When the request arrived.
    pub now: UnixSeconds,
}

/// The arguments of [`decide`], and what the request carries.
struct Deciding<'a, Keys> {
    request: &'a RequestView<'a>,
    keys: &'a Keys,
    revocations: View<'a>,
    confirmations: &'a Confirmations,
    settings: &'a Settings,
    now: UnixSeconds,
    credential: Credential<'a>,
}

impl<'a, Keys> Deciding<'a, Keys> {
    fn new(request: &'a RequestView<'a>, circumstances: &Circumstances<'a, Keys>) -> Self {
        let &Circumstances { keys, revocations, confirmations, settings, now } = circumstances;
        let credential = Credential::of(&request.headers, settings);
        Self { request, keys, revocations, confirmations, settings, now, credential }
    }
}

impl<Keys: Verifier> Deciding<'_, Keys> {
    fn prove(&self) -> Result<Arc<AccessClaims>, NoProof> {
        session::prove(&self.credential, self.keys, self.settings, self.now)
    }

    fn check_anti_csrf(&self, claims: &AccessClaims, rule: AntiCsrfRule) -> Result<(), TryRefresh> {
        session::check_anti_csrf(self.request, &self.credential, claims, self.settings, rule)
    }

    /// What needs a session and, on unsafe methods, the anti-CSRF token.
    fn with_session(&self, then: impl FnOnce(&AccessClaims) -> Action) -> Decision {
        match self.prove() {
            Ok(claims) => match self.check_anti_csrf(&claims, AntiCsrfRule::UnsafeMethods) {
                Ok(()) => {
                    let mode = self.settings.revocation.default;
                    self.unless_ended(mode, &claims, then(&claims), None)
                }
                Err(reason) => Decision::Settled(Action::Refuse(Refusal::TryRefresh(reason))),
            },
            Err(no_proof) => self.refuse(no_proof),
        }
    }

    fn refuse(&self, no_proof: NoProof) -> Decision {
        match no_proof {
            NoProof::NoSession => Decision::Settled(Action::Refuse(Refusal::NoSession)),
            NoProof::TryRefresh(reason) => {
                Decision::Settled(Action::Refuse(Refusal::TryRefresh(reason)))
            }
            // Without any key nothing can be said about the token, so the client is not sent to refresh in vain.
            NoProof::UnknownKey if self.keys.has_no_keys() => {
                Decision::NeedKeys(Action::Refuse(Refusal::NoKeys))
            }
            NoProof::UnknownKey => {
                let reason = TryRefresh::Token(TokenRefusal::UnknownKey);
                Decision::NeedKeys(Action::Refuse(Refusal::TryRefresh(reason)))
            }
        }
    }

    fn refresh(&self) -> Decision {
        let found = credential::refresh_token(&self.request.headers, self.settings);
        let is_bearer = matches!(found, RefreshToken::Token(_, transfer) if transfer.is_header());
        if !is_bearer && self.is_cross_site() {
            return Decision::Settled(Action::Refuse(Refusal::CrossSite));
        }
        Decision::Settled(match found {
            RefreshToken::Token(token, transfer) => {
                Action::AskOrigin(Ask::Refresh(token.to_owned(), transfer))
            }
            RefreshToken::Duplicates => {
                Action::Limited(Box::new(Action::AskOrigin(Ask::ClearDuplicates)))
            }
            RefreshToken::Absent => {
                Action::Limited(Box::new(Action::Refuse(Refusal::NoRefreshToken)))
            }
        })
    }

    /// The app's own code asks: what a protected path needs, with the rule that the app wants.
    fn app_code(&self, rule: AntiCsrfRule) -> Decision {
        let claims = match self.prove() {
            Ok(claims) => claims,
            Err(no_proof) => return self.refuse(no_proof),
        };
        if let Err(reason) = self.check_anti_csrf(&claims, rule) {
            return Decision::Settled(Action::Refuse(Refusal::TryRefresh(reason)));
        }
        let session = Some(Arc::clone(&claims));
        let carried = Some(claims.session);
        let then = Forward { session, carried, bearer_is_ours: self.credential.is_bearer };
        self.unless_ended(self.settings.revocation.default, &claims, Action::Forward(then), None)
    }

    fn is_cross_site(&self) -> bool {
        !cross_site::is_allowed(self.request, &self.settings.gateway.allowed_origins)
    }

    fn sign_out(&self) -> Decision {
        if !self.credential.is_bearer && self.is_cross_site() {
            return Decision::Settled(Action::Refuse(Refusal::CrossSite));
        }
        if self.credential.is_absent() {
            return Decision::Settled(Action::Answer(respond::nothing_to_sign_out()));
        }
        match self.prove() {
            Ok(claims) => match self.check_anti_csrf(&claims, AntiCsrfRule::WhereIssued) {
                Ok(()) => Decision::Settled(Action::AskOrigin(Ask::SignOut(claims.session))),
                Err(reason) => Decision::Settled(Action::Refuse(Refusal::TryRefresh(reason))),
            },
            Err(no_proof) => self.refuse(no_proof),
        }
    }
}

impl Forward {
    /// As nobody's request.
    pub const WITHOUT_SESSION: Self = Self { session: None, carried: None, bearer_is_ours: false };
}

/// Shows no token.
impl std::fmt::Debug for Ask {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ClearDuplicates => formatter.write_str("ClearDuplicates"),
            Self::PatchData(session) => write!(formatter, "PatchData({session})"),
            Self::ReadData(session) => write!(formatter, "ReadData({session})"),
            Self::Refresh(token, transfer) => {
                write!(formatter, "Refresh({} bytes, {transfer:?})", token.len())
            }
            Self::SignOut(session) => write!(formatter, "SignOut({session})"),
            Self::UpdateData(session) => write!(formatter, "UpdateData({session})"),
        }
    }
}

#[cfg(test)]
mod tests;
