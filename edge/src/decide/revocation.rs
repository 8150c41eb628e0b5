//! What becomes of a session that may have been ended before its access token expired.

use super::{Action, Deciding, Decision, Refusal};
use crate::{
    confirmations::{ConfirmMode, confirmation_of},
    credential::Found,
    revocations::{Mode, StaleFeed},
    verifier::Verifier,
};
use std::fmt;
use wayleave_shared::{claims::AccessClaims, wire::Confirmation};

/// What is done once the origin has said whether a session goes on.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// The access token of the session.
    pub token: PresentedToken,
    /// What the origin learns by being asked.
    pub confirmation: Option<Confirmation>,
    /// What is done if it goes on.
    pub then: Box<Action>,
    /// What is done if it does not, or nobody can say; the client is refused where there is nothing.
    pub without: Option<Box<Action>>,
}

/// An access token as the request carried it. `Debug` shows its length only.
#[derive(Clone, Eq, PartialEq)]
pub struct PresentedToken(pub String);

impl<Keys: Verifier> Deciding<'_, Keys> {
    /// Does `then`, unless the session was ended. `without` is what is done without the session; nothing where that is a refusal.
    pub(super) fn unless_ended(
        &self,
        mode: Mode,
        claims: &AccessClaims,
        then: Action,
        without: Option<Action>,
    ) -> Decision {
        let confirm = |then: Action, without: Option<Action>| {
            Decision::Settled(Action::Confirm(Confirm {
                token: self.presented_token(),
                confirmation: confirmation_of(claims),
                then: Box::new(then),
                without: without.map(Box::new),
            }))
        };
        match mode {
            Mode::Feed if self.revocations.revocations.has_ended(claims, self.now) => {
                let over = || Action::SessionOver(self.presented_token());
                Decision::Settled(without.unwrap_or_else(over))
            }
            _ if self.waits_for_confirmation(claims) => confirm(then, without),
            Mode::Off => Decision::Settled(then),
            // The origin does nothing for a session that is over, and says so itself.
            Mode::Strict if matches!(then, Action::AskOrigin(_)) => Decision::Settled(then),
            Mode::Strict => confirm(then, without),
            Mode::Feed if self.revocations.is_current => Decision::Settled(then),
            Mode::Feed => Decision::NeedRevocations(match self.settings.revocation.stale_feed {
                StaleFeed::Accept => then,
                StaleFeed::Reject => without.unwrap_or(Action::Refuse(Refusal::StaleFeed)),
            }),
        }
    }

    /// Whether the request has to wait until the origin knows that this token's refresh token has arrived.
    fn waits_for_confirmation(&self, claims: &AccessClaims) -> bool {
        self.settings.confirm == ConfirmMode::Inline
            && confirmation_of(claims)
                .is_some_and(|confirmation| !self.confirmations.is_confirmed(confirmation))
    }

    fn presented_token(&self) -> PresentedToken {
        PresentedToken(match self.credential.access {
            Found::Token(token) => token.to_owned(),
            Found::Absent | Found::Ambiguous => String::new(),
        })
    }
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PresentedToken({} bytes)", self.0.len())
    }
}
