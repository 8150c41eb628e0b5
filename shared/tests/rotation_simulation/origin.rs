//! The origin's row, which obeys the rules and knows nothing else.

use crate::random::Random;
use std::time::Duration;
use wayleave_shared::{
    rotation::{Chain, Step, access_validity, step},
    time::UnixMilliseconds,
};

/// What a session is kept by. Times are in milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) window: u64,
    pub(crate) access_validity: u64,
    pub(crate) rules: Rules,
}

/// The rules as they are, or without one of them: a simulation that cannot fail shows nothing.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Rules {
    All,
    /// A token that is presented twice within a window rotates twice.
    RotatesAnyTime,
    /// The answer that keeps a token writes it into the jar again.
    KeepWritesTheToken,
    /// Every answer brings an access token of full length.
    FullLengthAlways,
}

#[derive(Clone, Copy)]
pub(crate) struct AccessToken {
    /// The refresh token that it was made with.
    pub(crate) of: u32,
    pub(crate) expires_at: u64,
}

/// What a refresh that is not theft brings.
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) access: AccessToken,
    pub(crate) refresh: Option<u32>,
}

/// Tokens are numbers: a refresh token's successor is the next one, whoever asks for it.
pub(crate) struct Origin {
    settings: Settings,
    chain: Chain<u32>,
}

impl Origin {
    pub(crate) fn log_in(settings: Settings) -> Self {
        Self { settings, chain: Chain { current: 0, parent: None, confirmed_at: None } }
    }

    /// An access token of the newest refresh token; up to five in a hundred shorter than it may be, as the origin makes them.
    pub(crate) fn access_token(&self, validity: u64, now: u64, random: &mut Random) -> AccessToken {
        let expires_at = now + validity - random.below(validity / 20 + 1);
        AccessToken { of: self.chain.current, expires_at }
    }

    pub(crate) fn awaits_confirmation(&self, token: u32) -> bool {
        self.chain.current == token && self.chain.confirmed_at.is_none()
    }

    /// An access token of this refresh token was seen in use.
    pub(crate) fn confirm(&mut self, token: u32, now: u64) {
        if self.awaits_confirmation(token) {
            self.chain.confirmed_at = Some(UnixMilliseconds(now));
        }
    }

    /// `None` is theft.
    pub(crate) fn refresh(
        &mut self,
        presented: u32,
        now: u64,
        random: &mut Random,
    ) -> Option<Answer> {
        let Settings { window, access_validity: validity, rules } = self.settings;
        let (validity, window) = (Duration::from_millis(validity), Duration::from_millis(window));
        let mut step = step(&self.chain, &presented, window, UnixMilliseconds(now));
        if rules == Rules::RotatesAnyTime && matches!(step, Step::Confirm | Step::Keep) {
            step = Step::Rotate;
        }
        let mut writes_refresh_token = true;
        match step {
            Step::Confirm => self.confirm(presented, now),
            Step::Keep => writes_refresh_token = rules == Rules::KeepWritesTheToken,
            Step::Repeat => {}
            Step::Rotate => {
                let parent = Some(self.chain.current);
                self.chain = Chain { current: self.chain.current + 1, parent, confirmed_at: None };
            }
            Step::Theft => return None,
        }
        let validity = match rules {
            Rules::FullLengthAlways => validity,
            _ => access_validity(step, validity, window),
        };
        Some(Answer {
            access: self.access_token(milliseconds(validity), now, random),
            refresh: writes_refresh_token.then_some(self.chain.current),
        })
    }
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).expect("the simulation runs for days, not for ages")
}
