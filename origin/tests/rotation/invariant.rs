//! What must always hold, by name.

use std::fmt::{self, Debug, Display};

/// A rule that was broken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Invariant {
    NeverAFalseTheft,
    UsedSuccessorMakesTheft,
    OlderThanParentIsTheft,
    OncePerWindow,
    RotatesAfterTheWindow,
    OneSuccessor,
    LostReplyIsRecovered,
    TabsShareASuccessor,
    ExpiryIsHalfOpen,
    LivesUntilItsEnd,
    SlidesUpToItsLifetime,
    ForgedTokenTouchesNothing,
    TheftEndsTheSession,
    EndedStaysEnded,
    FeedNamesWhatWasEnded,
    CleanupRemovesTheExpired,
    AccessTokenNamesItsRefreshToken,
    KeptTokenIsNotWritten,
    OnlyRotationsAreLong,
    NothingFails,
}

impl Invariant {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::NeverAFalseTheft => "never a false theft",
            Self::UsedSuccessorMakesTheft => {
                "a used successor makes its parent theft after the window"
            }
            Self::OlderThanParentIsTheft => "a token older than the parent is theft",
            Self::OncePerWindow => "a token rotates at most once per window",
            Self::RotatesAfterTheWindow => "a token that was in use for the window rotates",
            Self::OneSuccessor => "parallel refreshes of one token give one successor",
            Self::LostReplyIsRecovered => "a lost reply is recovered at any time before expiry",
            Self::TabsShareASuccessor => {
                "within the window a parent gets the successor that others have"
            }
            Self::ExpiryIsHalfOpen => "expiry is half-open and holds without the cleanup job",
            Self::LivesUntilItsEnd => "a session lives until its end",
            Self::SlidesUpToItsLifetime => {
                "a refresh that writes slides the end, up to the lifetime, and nothing else does"
            }
            Self::ForgedTokenTouchesNothing => {
                "a forged or foreign token never touches the session"
            }
            Self::TheftEndsTheSession => "after theft the session is over",
            Self::EndedStaysEnded => "a session that was ended stays ended",
            Self::FeedNamesWhatWasEnded => "the feed names exactly the sessions that were ended",
            Self::CleanupRemovesTheExpired => {
                "the cleanup job removes the expired sessions and no others"
            }
            Self::AccessTokenNamesItsRefreshToken => {
                "an access token names its refresh token and generation"
            }
            Self::KeptTokenIsNotWritten => {
                "a token that is kept is not written into the jar again, every other is"
            }
            Self::OnlyRotationsAreLong => "only a rotation brings an access token of full length",
            Self::NothingFails => "nothing fails",
        }
    }

    /// That it was broken, and how.
    pub(crate) fn broken(self, expected: &dyn Debug, seen: &dyn Debug) -> Violation {
        Violation { invariant: self, how: format!("expected {expected:?}, seen {seen:?}") }
    }

    /// `Ok` where both are equal.
    pub(crate) fn equal<T: Debug + PartialEq>(
        self,
        expected: &T,
        seen: &T,
    ) -> Result<(), Violation> {
        if expected == seen { Ok(()) } else { Err(self.broken(expected, seen)) }
    }
}

#[derive(Debug)]
pub(crate) struct Violation {
    pub invariant: Invariant,
    pub how: String,
}

impl Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "broken invariant '{}': {}", self.invariant.name(), self.how)
    }
}
