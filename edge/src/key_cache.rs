//! The public keys in the isolate's memory.
//!
//! A state machine without I/O: it says when to fetch, and is told what came of it. Nobody holds a borrow of it across an `await`: a request takes
//! [`KeyCache::keys`] and works with that set to its end.

use crate::single_flight::{SingleFlight, Ticket};
use std::sync::Arc;
use wayleave_shared::{key_set::KeySet, time::UnixMilliseconds};

/// The keys that were fetched last, and when to fetch again.
///
/// | keys | fetched |
/// |---|---|
/// | none yet | at once, by the request that needs them; not within [`FAILURE_COOLDOWN_MS`] after a failure |
/// | a token names an unknown one | at once, but at most once per [`UNKNOWN_KEY_COOLDOWN_MS`] whatever the number of tokens |
/// | older than [`REFRESH_AFTER_MS`] | in the background, while they go on verifying |
///
/// One fetch runs at a time. A request that needs its outcome waits for it, whoever made it: a token with a brand-new key is not refused because of somebody
/// else's fetch.
///
/// A fetch that fails changes nothing: known keys go on verifying for as long as the origin cannot be reached. One that succeeds replaces the
/// whole set, so that a removed key goes.
///
/// ```
/// use wayleave_edge::key_cache::{Claim, KeyCache};
/// use wayleave_shared::{key_set::KeySet, time::UnixMilliseconds};
///
/// let mut cache = KeyCache::default();
/// let Claim::Fetch(ticket) = cache.claim_fetch(UnixMilliseconds(0)) else { panic!() };
/// assert_eq!(cache.claim_fetch(UnixMilliseconds(1)), Claim::Wait);
/// cache.fill(ticket, KeySet::default(), UnixMilliseconds(5));
/// assert_eq!(cache.claim_fetch(UnixMilliseconds(6)), Claim::TooEarly);
/// ```
#[derive(Debug, Default)]
pub struct KeyCache {
    keys: Arc<KeySet>,
    generation: u64,
    fetch: SingleFlight,
    /// When the keys were asked for.
    filled_at: Option<UnixMilliseconds>,
    /// When the last fetch began, or, if it failed, ended.
    tried_at: Option<UnixMilliseconds>,
    /// Whether the last fetch failed.
    failed: bool,
}

/// Whether a request that misses a key may fetch the set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Claim {
    /// It must, and report with this ticket to [`KeyCache::fill`] or [`KeyCache::fail`].
    Fetch(Ticket),
    /// The last fetch was just now: what is not in the set is not to be had.
    TooEarly,
    /// Somebody is at it.
    Wait,
}

impl KeyCache {
    /// The keys as they are now.
    #[must_use]
    pub fn keys(&self) -> Arc<KeySet> {
        Arc::clone(&self.keys)
    }

    /// Counts the sets in which a key of the former one was missing. What was verified under one generation need not verify under the next.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether a fetch is under way.
    #[must_use]
    pub fn is_fetching(&self, now: UnixMilliseconds) -> bool {
        self.fetch.is_running(now)
    }

    /// Whether a request that misses a key may fetch the set now.
    pub fn claim_fetch(&mut self, now: UnixMilliseconds) -> Claim {
        let cooldown_ms = match (self.filled_at, self.failed) {
            (None, false) => 0,
            (None, true) => FAILURE_COOLDOWN_MS,
            // The last key was removed, and another origin than the one that removed it may have answered: nobody can go on until there is one.
            (Some(_), _) if self.keys.is_empty() => FAILURE_COOLDOWN_MS,
            (Some(_), _) => UNKNOWN_KEY_COOLDOWN_MS,
        };
        self.claim_after(cooldown_ms, now)
    }

    /// Whether a pull that misses the key of a page may fetch the set now. Pages come from the origin itself, so nobody can make such misses up, and what
    /// unknown keys of tokens have cost lately must not keep the feed from being read: after an emergency removal it is signed with a key that is new.
    pub fn claim_fetch_for_feed(&mut self, now: UnixMilliseconds) -> Claim {
        self.claim_after(FAILURE_COOLDOWN_MS, now)
    }

    /// Whether the set has become old and should be fetched in the background.
    pub fn claim_refresh(&mut self, now: UnixMilliseconds) -> Option<Ticket> {
        if !self.is_refresh_due(now) {
            return None;
        }
        match self.claim_after(UNKNOWN_KEY_COOLDOWN_MS, now) {
            Claim::Fetch(ticket) => Some(ticket),
            Claim::TooEarly | Claim::Wait => None,
        }
    }

    /// Whether [`claim_refresh`](Self::claim_refresh) would give a ticket.
    #[must_use]
    pub fn is_refresh_due(&self, now: UnixMilliseconds) -> bool {
        self.filled_at.is_some_and(|at| age_ms(at, now) >= REFRESH_AFTER_MS)
            && self.may_fetch_after(UNKNOWN_KEY_COOLDOWN_MS, now)
            && !self.fetch.is_running(now)
    }

    /// Whether there never were any keys.
    #[must_use]
    pub const fn is_cold(&self) -> bool {
        self.filled_at.is_none()
    }

    /// The fetch brought these keys, which the origin was asked for at this time.
    pub fn fill(&mut self, ticket: Ticket, keys: KeySet, asked_at: UnixMilliseconds) {
        if self.fetch.end(ticket) {
            self.replace(keys);
            self.filled_at = Some(asked_at);
            // A set that somebody else fetched a while ago may lack a key that is to be had now.
            self.tried_at = Some(asked_at);
            self.failed = false;
        }
    }

    /// The fetch brought nothing.
    pub fn fail(&mut self, ticket: Ticket, now: UnixMilliseconds) {
        if self.fetch.end(ticket) {
            self.tried_at = Some(now);
            self.failed = true;
        }
    }

    /// Only these are left, for the others were removed in an emergency. Whoever misses one may look for its successor at once.
    pub fn retain(&mut self, keys: KeySet) {
        if keys.len() < self.keys.len() {
            self.replace(keys);
            self.tried_at = None;
        }
    }

    fn replace(&mut self, keys: KeySet) {
        let is_kept =
            |kid: &str| keys.find(kid).is_some_and(|key| self.keys.find(kid) == Some(key));
        let former = self.keys.to_published();
        if !former.keys.iter().all(|key| key.kid.as_deref().is_some_and(is_kept)) {
            self.generation += 1;
        }
        self.keys = Arc::new(keys);
    }

    fn claim_after(&mut self, cooldown_ms: u64, now: UnixMilliseconds) -> Claim {
        if self.fetch.is_running(now) {
            return Claim::Wait;
        }
        match self.may_fetch_after(cooldown_ms, now).then(|| self.fetch.begin(now)).flatten() {
            Some(ticket) => {
                self.tried_at = Some(now);
                Claim::Fetch(ticket)
            }
            None => Claim::TooEarly,
        }
    }

    fn may_fetch_after(&self, cooldown_ms: u64, now: UnixMilliseconds) -> bool {
        self.tried_at.is_none_or(|tried_at| age_ms(tried_at, now) >= cooldown_ms)
    }
}

/// Zero where the clock has been set back.
const fn age_ms(since: UnixMilliseconds, now: UnixMilliseconds) -> u64 {
    now.0.saturating_sub(since.0)
}

/// How long an unknown key id waits for the next fetch, in milliseconds.
///
/// # Security
///
/// Anybody can make up key ids. This bounds what that costs the origin.
pub const UNKNOWN_KEY_COOLDOWN_MS: u64 = 10_000;

/// How long a failure is remembered while there are no keys at all, in milliseconds.
pub const FAILURE_COOLDOWN_MS: u64 = 1_000;

/// From what age on the set is fetched again, in milliseconds. The origin publishes a key for longer than this before it signs.
pub const REFRESH_AFTER_MS: u64 = 5 * 60 * 1_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    const T0: u64 = 1_700_000_000_000;

    fn at(ms: u64) -> UnixMilliseconds {
        UnixMilliseconds(T0 + ms)
    }

    fn ticket(claim: Claim) -> Ticket {
        match claim {
            Claim::Fetch(ticket) => ticket,
            other => panic!("{other:?}"),
        }
    }

    fn filled() -> KeyCache {
        let mut cache = KeyCache::default();
        let fetch = ticket(cache.claim_fetch(at(0)));
        cache.fill(fetch, testing::keys(), at(0));
        cache
    }

    fn set_of(kids: &[&str]) -> KeySet {
        let keys = kids.iter().map(|kid| testing::signing_key(kid));
        KeySet::new(keys.map(|key| (key.id().clone(), key.public_key())).collect())
    }

    #[test]
    fn without_keys_one_request_fetches_and_the_others_wait_for_it() {
        let mut cache = KeyCache::default();
        let fetch = ticket(cache.claim_fetch(at(0)));
        assert_eq!(cache.claim_fetch(at(0)), Claim::Wait);

        cache.fail(fetch, at(50));

        assert_eq!(cache.claim_fetch(at(50)), Claim::TooEarly);
        assert_eq!(cache.claim_fetch(at(50 + FAILURE_COOLDOWN_MS - 1)), Claim::TooEarly);
        ticket(cache.claim_fetch(at(50 + FAILURE_COOLDOWN_MS)));
    }

    #[test]
    fn ten_thousand_unknown_keys_make_one_fetch_per_cooldown() {
        let mut cache = filled();
        let mut fetches = |from: u64| {
            let mut tickets = Vec::new();
            for request in 0..10_000 {
                let now = at(from + request / 1_000);
                match cache.claim_fetch(now) {
                    Claim::Fetch(ticket) => tickets.push(ticket),
                    Claim::Wait if request == 5_000 => {
                        cache.fill(tickets[0], testing::keys(), now);
                    }
                    Claim::Wait | Claim::TooEarly => {}
                }
            }
            tickets.len()
        };

        assert_eq!(fetches(100), 0);
        assert_eq!(fetches(UNKNOWN_KEY_COOLDOWN_MS), 1);
        assert_eq!(fetches(2 * UNKNOWN_KEY_COOLDOWN_MS), 1);
    }

    #[test]
    fn a_failure_keeps_the_keys_and_starts_a_cooldown() {
        let mut cache = filled();
        let fetch = ticket(cache.claim_fetch(at(20_000)));

        cache.fail(fetch, at(25_000));

        assert_eq!(cache.keys().len(), 1);
        assert_eq!(cache.claim_fetch(at(25_000 + UNKNOWN_KEY_COOLDOWN_MS - 1)), Claim::TooEarly);
        ticket(cache.claim_fetch(at(25_000 + UNKNOWN_KEY_COOLDOWN_MS)));
    }

    #[test]
    fn old_keys_are_fetched_once_in_the_background() {
        let mut cache = filled();

        assert_eq!(cache.claim_refresh(at(REFRESH_AFTER_MS - 1)), None);
        let fetch = cache.claim_refresh(at(REFRESH_AFTER_MS)).unwrap();
        assert_eq!(cache.claim_refresh(at(REFRESH_AFTER_MS)), None);
        cache.fail(fetch, at(REFRESH_AFTER_MS + 5_000));
        assert_eq!(cache.claim_refresh(at(REFRESH_AFTER_MS + 5_001)), None);
        let later = at(REFRESH_AFTER_MS + 5_000 + UNKNOWN_KEY_COOLDOWN_MS);
        assert!(cache.claim_refresh(later).is_some());
    }

    #[test]
    fn there_is_nothing_to_refresh_before_the_first_fetch() {
        assert_eq!(KeyCache::default().claim_refresh(at(REFRESH_AFTER_MS)), None);
    }

    #[test]
    fn a_fill_replaces_the_whole_set_but_not_under_a_running_request() {
        let mut cache = filled();
        let in_use = cache.keys();
        let fetch = ticket(cache.claim_fetch(at(UNKNOWN_KEY_COOLDOWN_MS)));

        cache.fill(fetch, KeySet::default(), at(UNKNOWN_KEY_COOLDOWN_MS));

        assert_eq!(in_use.len(), 1);
        assert!(cache.keys().is_empty());
    }

    #[test]
    fn a_generation_ends_when_a_key_goes_or_changes() {
        let mut cache = filled();
        let mut now_ms = 0;
        let mut next = |cache: &mut KeyCache, keys: KeySet| {
            now_ms += UNKNOWN_KEY_COOLDOWN_MS;
            let fetch = ticket(cache.claim_fetch(at(now_ms)));
            cache.fill(fetch, keys, at(now_ms));
            cache.generation()
        };
        let other_key_of_the_same_name = {
            let bytes =
                wayleave_shared::sign::SigningKey::from_seed("k1".parse().unwrap(), &[8; 32]);
            KeySet::new(vec![(bytes.id().clone(), bytes.public_key())])
        };

        assert_eq!(cache.generation(), 0);
        assert_eq!(next(&mut cache, set_of(&["k1", "k2"])), 0);
        assert_eq!(next(&mut cache, set_of(&["k2", "k1"])), 0);
        assert_eq!(next(&mut cache, set_of(&["k1"])), 1);
        assert_eq!(next(&mut cache, other_key_of_the_same_name), 2);
    }

    #[test]
    fn the_feed_does_not_wait_for_the_cooldown_of_unknown_keys() {
        let mut cache = filled();
        let fetch = ticket(cache.claim_fetch(at(UNKNOWN_KEY_COOLDOWN_MS)));
        cache.fill(fetch, testing::keys(), at(UNKNOWN_KEY_COOLDOWN_MS));

        let soon = at(UNKNOWN_KEY_COOLDOWN_MS + FAILURE_COOLDOWN_MS);
        assert_eq!(cache.claim_fetch(soon), Claim::TooEarly);
        ticket(cache.claim_fetch_for_feed(soon));
    }

    #[test]
    fn an_empty_set_is_soon_fetched_again() {
        let mut cache = KeyCache::default();
        let fetch = ticket(cache.claim_fetch(at(0)));
        cache.fill(fetch, KeySet::default(), at(0));

        assert_eq!(cache.claim_fetch(at(FAILURE_COOLDOWN_MS - 1)), Claim::TooEarly);
        ticket(cache.claim_fetch(at(FAILURE_COOLDOWN_MS)));
    }

    #[test]
    fn a_removed_key_goes_at_once_and_its_successor_may_be_looked_for() {
        let mut cache = filled();

        cache.retain(KeySet::default());

        assert!(cache.keys().is_empty());
        assert_eq!(cache.generation(), 1);
        ticket(cache.claim_fetch(at(1)));
    }

    #[test]
    fn after_a_shared_set_a_newer_one_may_be_fetched_as_soon_as_after_an_own_one() {
        let mut cache = KeyCache::default();
        let fetch = ticket(cache.claim_fetch(at(60_000)));

        cache.fill(fetch, testing::keys(), at(60_000 - UNKNOWN_KEY_COOLDOWN_MS + 5));

        assert_eq!(cache.claim_fetch(at(60_004)), Claim::TooEarly);
        ticket(cache.claim_fetch(at(60_005)));
    }

    #[test]
    fn a_fetch_that_was_given_up_changes_nothing_when_it_comes_back() {
        let mut cache = filled();
        let lost = ticket(cache.claim_fetch(at(20_000)));
        let second = ticket(cache.claim_fetch(at(40_000)));
        cache.fill(second, testing::keys(), at(40_010));

        cache.fill(lost, KeySet::default(), at(40_020));

        assert_eq!(cache.keys().len(), 1);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_storm() {
        let mut cache = filled();
        assert_eq!(cache.claim_fetch(UnixMilliseconds(0)), Claim::TooEarly);
        assert_eq!(cache.claim_refresh(UnixMilliseconds(0)), None);
    }
}
