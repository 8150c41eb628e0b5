//! Who gets in: one pure function from a request to what is done with it.

mod refusal;

pub use refusal::Refusal;

use crate::{
    answer::Answer,
    cors,
    credential::{self, Credential},
    cross_site,
    request::RequestView,
    respond,
    route::Route,
    session::{self, AntiCsrfRule, NoProof, TryRefresh},
    settings::Settings,
};
use wayleave_shared::{
    claims::AccessClaims, key_set::KeySet, session_handle::SessionHandle, time::UnixSeconds,
    token::TokenRefusal, wire::VerifiedSession,
};

/// Whether it is known what to do with a request.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Newer public keys may change what is done. Where none can be had, this is.
    NeedKeys(Action),
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
    /// The request goes on to the app.
    Forward(Forward),
    /// The request is refused.
    Refuse(Refusal),
}

/// What the origin is asked to do.
#[derive(Clone, Eq, PartialEq)]
pub enum Ask {
    /// Read the data of this session.
    ReadData(SessionHandle),
    /// Trade this refresh token for new tokens.
    Refresh(String),
    /// End this session.
    SignOut(SessionHandle),
    /// Replace the data of this session with the request's body.
    UpdateData(SessionHandle),
}

/// How a request goes on to the app.
#[derive(Clone, Debug)]
pub struct Forward {
    /// Whose request the app may take it for.
    pub session: Option<AccessClaims>,
    /// The session that the request carried, trusted or not: a log-in ends it.
    pub carried: Option<SessionHandle>,
}

/// Decides about a request that arrived at `now`.
///
/// Pure: no I/O, no clock, no global.
///
/// | request | without a session at all | with one to refresh | with a valid one |
/// |---|---|---|---|
/// | session, session data | [`Refusal::NoSession`] | [`Refusal::TryRefresh`] | answered, or the origin is asked |
/// | refresh | [`Refusal::NoRefreshToken`] | the origin is asked | the origin is asked |
/// | sign-out | answered | [`Refusal::TryRefresh`] | the origin is asked |
/// | a protected path of the app | [`Refusal::NoSession`] | [`Refusal::TryRefresh`] | goes on, with the session |
/// | a public path of the app | goes on | goes on | goes on, with the session |
///
/// Unsafe methods need the anti-CSRF token, refresh and sign-out must not be caused by another site, and no refusal that is made here clears
/// a cookie.
#[must_use]
pub fn decide(
    request: &RequestView,
    keys: &KeySet,
    settings: &Settings,
    now: UnixSeconds,
) -> Decision {
    let deciding =
        Deciding { request, keys, settings, now, credential: Credential::of(&request.headers) };
    match Route::of(request, settings) {
        Route::Gateway => deciding.gateway(),
        Route::GetSessionData => deciding.with_session(|claims| {
            Decision::Settled(Action::AskOrigin(Ask::ReadData(claims.session)))
        }),
        Route::NotFound => Decision::Settled(Action::Refuse(Refusal::NotFound)),
        Route::Options(methods) => {
            Decision::Settled(Action::Answer(cors::preflight(request, settings, methods)))
        }
        Route::PutSessionData => deciding.with_session(|claims| {
            Decision::Settled(Action::AskOrigin(Ask::UpdateData(claims.session)))
        }),
        Route::Refresh => deciding.refresh(),
        Route::Session => deciding.with_session(|claims| {
            Decision::Settled(Action::Answer(respond::json(200, &VerifiedSession::from(claims))))
        }),
        Route::SignOut => deciding.sign_out(),
        Route::WrongMethod(allowed) => {
            Decision::Settled(Action::Refuse(Refusal::MethodNotAllowed(allowed)))
        }
    }
}

/// The arguments of [`decide`].
struct Deciding<'a> {
    request: &'a RequestView,
    keys: &'a KeySet,
    settings: &'a Settings,
    now: UnixSeconds,
    credential: Credential<'a>,
}

impl Deciding<'_> {
    fn prove(&self) -> Result<AccessClaims, NoProof> {
        session::prove(&self.credential, self.keys, self.settings, self.now)
    }

    fn check_anti_csrf(&self, claims: &AccessClaims, rule: AntiCsrfRule) -> Result<(), TryRefresh> {
        session::check_anti_csrf(self.request, claims, self.settings, rule)
    }

    /// What needs a session and, on unsafe methods, the anti-CSRF token.
    fn with_session(&self, then: impl FnOnce(AccessClaims) -> Decision) -> Decision {
        match self.prove() {
            Ok(claims) => match self.check_anti_csrf(&claims, AntiCsrfRule::UnsafeMethods) {
                Ok(()) => then(claims),
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
            NoProof::UnknownKey if self.keys.is_empty() => {
                Decision::NeedKeys(Action::Refuse(Refusal::NoKeys))
            }
            NoProof::UnknownKey => {
                let reason = TryRefresh::Token(TokenRefusal::UnknownKey);
                Decision::NeedKeys(Action::Refuse(Refusal::TryRefresh(reason)))
            }
        }
    }

    fn refresh(&self) -> Decision {
        if !cross_site::is_allowed(self.request, &self.settings.allowed_origins) {
            return Decision::Settled(Action::Refuse(Refusal::CrossSite));
        }
        match credential::refresh_token(&self.request.headers) {
            Some(token) => Decision::Settled(Action::AskOrigin(Ask::Refresh(token.to_owned()))),
            None => Decision::Settled(Action::Refuse(Refusal::NoRefreshToken)),
        }
    }

    fn sign_out(&self) -> Decision {
        if !cross_site::is_allowed(self.request, &self.settings.allowed_origins) {
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

    fn gateway(&self) -> Decision {
        let is_protected = self.settings.paths.protects(&self.request.path);
        if self.request.is_preflight() {
            return self.gateway_preflight(is_protected);
        }
        let (claims, trusted) = match self.prove() {
            Ok(claims) => {
                let checked = self.check_anti_csrf(&claims, AntiCsrfRule::UnsafeMethods);
                (claims, checked)
            }
            Err(no_proof) if is_protected => return self.refuse(no_proof),
            Err(NoProof::UnknownKey) => {
                return Decision::NeedKeys(Action::Forward(Forward::WITHOUT_SESSION));
            }
            Err(NoProof::NoSession | NoProof::TryRefresh(_)) => {
                let carried =
                    session::carried(&self.credential, self.keys, self.settings, self.now);
                return Decision::Settled(Action::Forward(Forward { session: None, carried }));
            }
        };
        let carried = Some(claims.session);
        match trusted {
            Ok(()) => {
                Decision::Settled(Action::Forward(Forward { session: Some(claims), carried }))
            }
            Err(reason) if is_protected => {
                Decision::Settled(Action::Refuse(Refusal::TryRefresh(reason)))
            }
            Err(_) => Decision::Settled(Action::Forward(Forward { session: None, carried })),
        }
    }

    /// Pre-flights carry no cookies. Allowed origins are answered here. Others may be the app's own business, but not on protected paths:
    /// nothing gets there without a session.
    fn gateway_preflight(&self, is_protected: bool) -> Decision {
        if is_protected || cors::is_listed(self.request, self.settings) {
            return Decision::Settled(Action::Answer(cors::preflight(
                self.request,
                self.settings,
                cors::GATEWAY_METHODS,
            )));
        }
        Decision::Settled(Action::Forward(Forward::WITHOUT_SESSION))
    }
}

impl Forward {
    /// As nobody's request.
    pub const WITHOUT_SESSION: Self = Self { session: None, carried: None };
}

/// Shows no token.
impl std::fmt::Debug for Ask {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ReadData(session) => write!(formatter, "ReadData({session})"),
            Self::Refresh(token) => write!(formatter, "Refresh({} bytes)", token.len()),
            Self::SignOut(session) => write!(formatter, "SignOut({session})"),
            Self::UpdateData(session) => write!(formatter, "UpdateData({session})"),
        }
    }
}

#[cfg(test)]
mod tests;
