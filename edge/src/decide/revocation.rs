//! What becomes of a session that may have been ended before its access token expired.

use super::{Action, Circumstances, Deciding, Decision, Refusal};
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

/// Where a session stands whose access token is good.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    /// The origin has to say.
    AskOrigin,
    /// It was ended.
    Ended,
    /// It goes on.
    GoesOn,
    /// The origin has to hear first that the token's refresh token has arrived, and say whether it goes on.
    Unconfirmed,
    /// What is known of revocations is too old to say.
    Unknown,
}

/// Where the session of these claims stands, as far as this mode looks.
pub(crate) fn standing<Keys>(
    mode: Mode,
    claims: &AccessClaims,
    circumstances: &Circumstances<'_, Keys>,
) -> Standing {
    let &Circumstances { revocations, confirmations, settings, now, .. } = circumstances;
    let waits_for_confirmation = settings.confirm == ConfirmMode::Inline
        && confirmation_of(claims).is_some_and(|one| !confirmations.is_confirmed(one));
    match mode {
        Mode::Feed if revocations.revocations.has_ended(claims, now) => Standing::Ended,
        _ if waits_for_confirmation => Standing::Unconfirmed,
        Mode::Off => Standing::GoesOn,
        Mode::Strict => Standing::AskOrigin,
        Mode::Feed if revocations.is_current => Standing::GoesOn,
        Mode::Feed => Standing::Unknown,
    }
}

impl<Keys: Verifier> Deciding<'_, Keys> {
    /// Does `then`, unless the session was ended. `without` is what is done without the session; nothing where that is a refusal.
    pub(super) fn unless_ended(
        &self,
        mode: Mode,
        claims: &AccessClaims,
        then: Action,
        without: Option<Action>,
    ) -> Decision {
        let &Self { keys, revocations, confirmations, settings, now, .. } = self;
        let circumstances = Circumstances { keys, revocations, confirmations, settings, now };
        match standing(mode, claims, &circumstances) {
            Standing::Ended => {
                let over = || Action::SessionOver(self.presented_token());
                Decision::Settled(without.unwrap_or_else(over))
            }
            Standing::GoesOn => Decision::Settled(then),
            // The origin does nothing for a session that is over, and says so itself.
            Standing::AskOrigin if matches!(then, Action::AskOrigin(_)) => Decision::Settled(then),
            Standing::AskOrigin | Standing::Unconfirmed => {
                Decision::Settled(Action::Confirm(Confirm {
                    token: self.presented_token(),
                    confirmation: confirmation_of(claims),
                    then: Box::new(then),
                    without: without.map(Box::new),
                }))
            }
            Standing::Unknown => Decision::NeedRevocations(match settings.revocation.stale_feed {
                StaleFeed::Accept => then,
                StaleFeed::Reject => without.unwrap_or(Action::Refuse(Refusal::StaleFeed)),
            }),
        }
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
