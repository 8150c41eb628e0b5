//! Requests for the app.

use super::{Action, Deciding, Decision, Forward, Refusal};
use crate::{
    cors,
    gateway::{is_upgrade, may_upgrade},
    path::{SessionNeed, is_one_of},
    session::{self, AntiCsrfRule, Carried, NoProof},
    verifier::Verifier,
};
use std::sync::Arc;
use wayleave_shared::claims::AccessClaims;

impl<Keys: Verifier> Deciding<'_, Keys> {
    pub(super) fn gateway(&self) -> Decision {
        let need = self.settings.gateway.paths.need_of(&self.request.path);
        let is_protected = need == SessionNeed::Required;
        if self.request.is_preflight() {
            return self.preflight(is_protected);
        }
        if need == SessionNeed::Ignored {
            return self.as_nobodys();
        }
        let claims = match self.prove() {
            Ok(claims) => claims,
            Err(no_proof) if is_protected => return self.refuse(no_proof),
            Err(NoProof::UnknownKey) => {
                return Decision::NeedKeys(Action::Forward(Forward::WITHOUT_SESSION));
            }
            Err(NoProof::NoSession | NoProof::TryRefresh(_)) => return self.as_nobodys(),
        };
        let carried = Some(claims.session);
        let bearer_is_ours = self.credential.is_bearer;
        match self.check_meant(&claims) {
            Ok(()) => {
                let mode = self.settings.revocation.mode_of(&self.request.path);
                let without = Forward { bearer_is_ours, ..Forward::WITHOUT_SESSION };
                let without = (!is_protected).then_some(Action::Forward(without));
                let missing = if is_protected { self.missing_claims(&claims) } else { None };
                let session = Some(Arc::clone(&claims));
                let forward = || Action::Forward(Forward { session, carried, bearer_is_ours });
                self.unless_ended(mode, &claims, missing.unwrap_or_else(forward), without)
            }
            Err(refusal) if is_protected => Decision::Settled(Action::Refuse(refusal)),
            Err(_) => {
                let forward = Forward { session: None, carried, bearer_is_ours };
                Decision::Settled(Action::Forward(forward))
            }
        }
    }

    /// Whether the request was meant by its user.
    fn check_meant(&self, claims: &AccessClaims) -> Result<(), Refusal> {
        let gateway = &self.settings.gateway;
        if is_upgrade(self.request)
            && !self.credential.is_bearer
            && !may_upgrade(self.request, &gateway.allowed_origins)
        {
            return Err(Refusal::CrossSite);
        }
        let rule = if is_one_of(&gateway.anti_csrf_off, &self.request.path) {
            AntiCsrfRule::Never
        } else {
            AntiCsrfRule::UnsafeMethods
        };
        self.check_anti_csrf(claims, rule).map_err(Refusal::TryRefresh)
    }

    /// What is answered where the payload has not what the path requires.
    fn missing_claims(&self, claims: &AccessClaims) -> Option<Action> {
        let required = &self.settings.gateway.required_claims;
        required.refusal(&self.request.path, claims.payload.as_ref()).map(Action::Answer)
    }

    /// Goes on without a session; a log-in still ends the one that the request carries.
    fn as_nobodys(&self) -> Decision {
        let Carried { session: carried, bearer_is_ours } =
            session::carried(&self.request.headers, self.keys, self.settings, self.now);
        Decision::Settled(Action::Forward(Forward { session: None, carried, bearer_is_ours }))
    }

    /// Pre-flights carry no cookies. Allowed origins are answered here. Others may be the app's own business, but not on protected paths:
    /// nothing gets there without a session.
    fn preflight(&self, is_protected: bool) -> Decision {
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
