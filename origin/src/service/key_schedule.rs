//! When signing keys are made, sign, and are forgotten: pure rules over points in time.
//!
//! A key is published as soon as it is made, at least [`KeySettings::published_before_use`] before it signs, so that whoever caches the key set
//! knows it by then. It signs for one interval, and verifies until the last token that it signed has expired.

use std::time::Duration;
use wayleave_shared::time::UnixMilliseconds;

/// How long keys live.
#[derive(Clone, Copy, Debug)]
pub struct KeySettings {
    /// How long a key signs.
    pub interval: Duration,
    /// How long a token may be valid: a key verifies that much longer than it signs.
    pub access_validity: Duration,
}

/// When a key signs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Term {
    pub(crate) generation: u64,
    pub(crate) signs_from: UnixMilliseconds,
    pub(crate) signs_until: UnixMilliseconds,
}

impl KeySettings {
    /// How long a key is published before it signs: twice as long as anybody may cache the set, and the clocks of two origins may differ.
    #[must_use]
    pub fn published_before_use(&self) -> Duration {
        2 * KEY_SET_CACHE_TIME + CLOCK_SKEW
    }

    /// The key to make now, if one is due. `newest` is the newest there is.
    pub(crate) fn due(&self, newest: Option<Term>, now: UnixMilliseconds) -> Option<Term> {
        let Some(newest) = newest else { return Some(self.term(1, now)) };
        if now.after(self.published_before_use()) < newest.signs_until {
            return None;
        }
        // Where all origins were down for longer than an interval, the next key must sign at once.
        Some(self.term(newest.generation + 1, newest.signs_until.max(now)))
    }

    /// The key that signs now: the newest whose time has come, else the oldest there is.
    pub(crate) fn signing(terms: &[Term], now: UnixMilliseconds) -> Option<usize> {
        let started = terms.iter().rposition(|term| term.signs_from <= now);
        started.or(if terms.is_empty() { None } else { Some(0) })
    }

    /// Whether no token that this key signed can still be valid, on any clock.
    pub(crate) fn is_forgotten(&self, term: Term, now: UnixMilliseconds) -> bool {
        term.signs_until.after(self.access_validity + CLOCK_SKEW) <= now
    }

    fn term(&self, generation: u64, signs_from: UnixMilliseconds) -> Term {
        Term { generation, signs_from, signs_until: signs_from.after(self.interval) }
    }
}

/// How long the published key set may be cached. The `Cache-Control` of the key set says the same.
pub(crate) const KEY_SET_CACHE_TIME: Duration = Duration::from_mins(5);

/// How far two clocks may differ.
const CLOCK_SKEW: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: KeySettings = KeySettings {
        interval: Duration::from_hours(24),
        access_validity: Duration::from_hours(1),
    };
    const START: UnixMilliseconds = UnixMilliseconds(1_000_000);

    fn first() -> Term {
        SETTINGS.due(None, START).unwrap()
    }

    #[test]
    fn the_first_key_signs_at_once() {
        assert_eq!(first().generation, 1);
        assert_eq!(first().signs_from, START);
        assert_eq!(KeySettings::signing(&[first()], START), Some(0));
    }

    #[test]
    fn the_next_key_is_made_ahead_and_takes_over_where_the_first_ends() {
        let due_at = UnixMilliseconds(
            first().signs_until.0
                - u64::try_from(SETTINGS.published_before_use().as_millis()).unwrap(),
        );

        assert_eq!(SETTINGS.due(Some(first()), UnixMilliseconds(due_at.0 - 1)), None);
        let second = SETTINGS.due(Some(first()), due_at).unwrap();

        assert_eq!((second.generation, second.signs_from), (2, first().signs_until));
        let terms = [first(), second];
        let just_before = UnixMilliseconds(second.signs_from.0 - 1);
        assert_eq!(KeySettings::signing(&terms, just_before), Some(0));
        assert_eq!(KeySettings::signing(&terms, second.signs_from), Some(1));
    }

    #[test]
    fn after_a_long_stop_the_next_key_signs_at_once() {
        let late = first().signs_until.after(Duration::from_secs(1));
        assert_eq!(SETTINGS.due(Some(first()), late).unwrap().signs_from, late);
    }

    #[test]
    fn a_key_is_kept_until_its_last_token_has_expired_on_every_clock() {
        let end = first().signs_until.after(Duration::from_mins(61));
        assert!(!SETTINGS.is_forgotten(first(), UnixMilliseconds(end.0 - 1)));
        assert!(SETTINGS.is_forgotten(first(), end));
    }
}
