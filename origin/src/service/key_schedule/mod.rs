//! When signing keys are made, sign, and are forgotten: pure rules over points in time.
//!
//! A key is published as soon as it is made, at least [`KeySettings::published_before_use`] before it signs, so that whoever caches the key set
//! knows it by then. It signs until its successor does, and verifies until the last token that it signed has expired.

use std::time::Duration;
use wayleave_shared::time::UnixMilliseconds;

/// How long keys live.
#[derive(Clone, Copy, Debug)]
pub struct KeySettings {
    /// How long a key signs before the next takes over; `None`: for ever.
    pub interval: Option<Duration>,
    /// How long a token may be valid: a key verifies that much longer than it signs.
    pub access_validity: Duration,
}

/// When a key signs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Term {
    pub(crate) generation: u64,
    pub(crate) signs_from: UnixMilliseconds,
    pub(crate) signs_until: UnixMilliseconds,
    /// The longest validity of any token that it may sign; zero where nobody noted it.
    pub(crate) longest_validity: Duration,
}

impl KeySettings {
    /// How long a key is published before it signs: long enough for two caches one behind the other, for an origin that learns of the key late, and
    /// for the clocks of maker and signer.
    #[must_use]
    pub fn published_before_use(&self) -> Duration {
        2 * KEY_SET_CACHE_TIME + CLOCKS_APART + LEARNED_LATE
    }

    /// The key to make now, if one is due. `newest` is the newest there is.
    pub(crate) fn due(&self, newest: Option<Term>, now: UnixMilliseconds) -> Option<Term> {
        let Some(newest) = newest else { return Some(self.term(1, now)) };
        // The key may have been made under another interval.
        let ends = newest.signs_until.min(newest.signs_from.after(self.interval?));
        if now.after(self.published_before_use()) < ends {
            return None;
        }
        Some(self.successor(newest, ends, now))
    }

    /// When a key that is given to us takes over from the newest there is; `None` while that has not begun itself, so that origins which are given
    /// different keys do not make one after the other.
    pub(crate) fn handover(&self, newest: Option<Term>, now: UnixMilliseconds) -> Option<Term> {
        let term = match newest {
            None => self.term(1, now),
            Some(newest) if newest.signs_from <= now => self.successor(newest, now, now),
            Some(_) => return None,
        };
        Some(Term { signs_until: FOREVER, ..term })
    }

    /// The key that must take the place of `terms[removed]` at once; `None` where that one signs no more, or not yet.
    pub(crate) fn substitute(
        &self,
        terms: &[Term],
        removed: usize,
        now: UnixMilliseconds,
    ) -> Option<Term> {
        let gone = terms.get(removed)?;
        let signs_soon = gone.signs_from <= now.after(CLOCKS_APART);
        let retired = retired_at(terms, removed)
            .is_some_and(|retired_at| retired_at.after(CLOCKS_APART) <= now);
        let generation = terms.last()?.generation + 1;
        // On every clock its time has come, but never before that of the key whose place it takes.
        let apart_ms = u64::try_from(CLOCKS_APART.as_millis()).unwrap_or(u64::MAX);
        let signs_from = gone.signs_from.max(UnixMilliseconds(now.0.saturating_sub(apart_ms)));
        let term = Term { signs_from, ..self.term(generation, now) };
        (signs_soon && !retired).then_some(term)
    }

    /// The key that signs now: the newest whose time has come, else the oldest there is. A key goes on beyond its end until its successor begins, for a
    /// successor that nobody knows yet could not be verified.
    pub(crate) fn signing(terms: &[Term], now: UnixMilliseconds) -> Option<usize> {
        let started = terms.iter().rposition(|term| term.signs_from <= now);
        started.or(if terms.is_empty() { None } else { Some(0) })
    }

    /// The generations that may sign tokens which are valid longer than is noted for them: to be noted before they do.
    pub(crate) fn understated(&self, terms: &[Term], now: UnixMilliseconds) -> Vec<u64> {
        let may_sign = |index| {
            retired_at(terms, index).is_none_or(|retired_at| now < retired_at.after(CLOCKS_APART))
        };
        let all = terms.iter().enumerate();
        let raised = all.filter(|(index, term)| {
            term.longest_validity < self.access_validity && may_sign(*index)
        });
        raised.map(|(_, term)| term.generation).collect()
    }

    /// The generations none of whose tokens can still be valid, on any clock. Never the one that signs.
    pub(crate) fn forgotten(&self, terms: &[Term], now: UnixMilliseconds) -> Vec<u64> {
        let all = terms.iter().enumerate();
        let forgotten = all.filter(|(index, term)| {
            retired_at(terms, *index).is_some_and(|retired_at| {
                retired_at.after(self.longest_validity(**term) + CLOCKS_APART) <= now
            })
        });
        forgotten.map(|(_, term)| term.generation).collect()
    }

    /// How long tokens of this key may be valid.
    pub(crate) fn longest_validity(&self, term: Term) -> Duration {
        if term.longest_validity.is_zero() { self.access_validity } else { term.longest_validity }
    }

    fn successor(&self, newest: Term, ends: UnixMilliseconds, now: UnixMilliseconds) -> Term {
        // Where no origin ran when it was due it comes late, and the old one signs on.
        self.term(newest.generation + 1, ends.max(now.after(self.published_before_use())))
    }

    fn term(&self, generation: u64, signs_from: UnixMilliseconds) -> Term {
        let signs_until = self.interval.map_or(FOREVER, |interval| signs_from.after(interval));
        Term { generation, signs_from, signs_until, longest_validity: self.access_validity }
    }
}

/// When the first of a key's successors began, or begins, to sign.
fn retired_at(terms: &[Term], index: usize) -> Option<UnixMilliseconds> {
    terms.iter().skip(index + 1).map(|term| term.signs_from).min()
}

/// How long the published key set may be cached. The `Cache-Control` of the key set says the same.
pub(crate) const KEY_SET_CACHE_TIME: Duration = Duration::from_mins(5);

/// How far a clock may be from the true time.
pub(super) const CLOCK_SKEW: Duration = Duration::from_mins(1);

/// How far two clocks may differ.
const CLOCKS_APART: Duration = Duration::from_mins(2);

/// How long an origin may go without learning of a new key; it looks far more often (`job::keep_keys`).
const LEARNED_LATE: Duration = Duration::from_mins(1);

/// The end of a key that signs until further notice. Within what SQL can hold.
const FOREVER: UnixMilliseconds = UnixMilliseconds(i64::MAX as u64);

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
