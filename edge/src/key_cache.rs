//! The public keys in the isolate's memory.
//!
//! A state machine without I/O: it says when to fetch, and is told what came of it. Nobody holds a borrow of it across an `await`: a request takes
//! [`KeyCache::keys`] and works with that set to its end.

use std::rc::Rc;
use wayleave_shared::{key_set::KeySet, time::UnixMilliseconds};

/// The keys that were fetched last, and when to fetch again.
///
/// | keys | fetched |
/// |---|---|
/// | none yet | at once, by the request that needs them; not within [`FAILURE_COOLDOWN_MS`] after a failure |
/// | a token names an unknown one | at once, but at most once per [`UNKNOWN_KEY_COOLDOWN_MS`] whatever the number of tokens |
/// | older than [`REFRESH_AFTER_MS`] | in the background, while they go on verifying |
///
/// A fetch that fails changes nothing: known keys go on verifying for as long as the origin cannot be reached. One that succeeds replaces the
/// whole set, so that a removed key goes.
///
/// ```
/// use wayleave_edge::key_cache::KeyCache;
/// use wayleave_shared::{key_set::KeySet, time::UnixMilliseconds};
///
/// let mut cache = KeyCache::default();
/// assert!(cache.claim_fetch(UnixMilliseconds(0)));
/// cache.fill(KeySet::default(), UnixMilliseconds(5));
/// assert!(!cache.claim_fetch(UnixMilliseconds(6)));
/// ```
#[derive(Debug, Default)]
pub struct KeyCache {
    keys: Rc<KeySet>,
    /// When the last successful fetch ended.
    filled_at: Option<UnixMilliseconds>,
    /// When the last fetch began, or, if it failed, ended.
    tried_at: Option<UnixMilliseconds>,
    /// Whether the last fetch failed.
    failed: bool,
}

impl KeyCache {
    /// The keys as they are now.
    #[must_use]
    pub fn keys(&self) -> Rc<KeySet> {
        Rc::clone(&self.keys)
    }

    /// Whether a request that misses a key may fetch the set now. If so it must, and report with [`KeyCache::fill`] or [`KeyCache::fail`].
    pub fn claim_fetch(&mut self, now: UnixMilliseconds) -> bool {
        // Before the first success nobody can go on without keys, so requests do not wait for each other's fetch.
        let cooldown_ms = match (self.filled_at, self.failed) {
            (None, false) => 0,
            (None, true) => FAILURE_COOLDOWN_MS,
            (Some(_), _) => UNKNOWN_KEY_COOLDOWN_MS,
        };
        self.claim_after(cooldown_ms, now)
    }

    /// Whether the set has become old and should be fetched in the background. If so the caller must, and report.
    pub fn claim_refresh(&mut self, now: UnixMilliseconds) -> bool {
        self.filled_at.is_some_and(|filled_at| age_ms(filled_at, now) >= REFRESH_AFTER_MS)
            && self.claim_after(UNKNOWN_KEY_COOLDOWN_MS, now)
    }

    /// The fetch brought these keys.
    pub fn fill(&mut self, keys: KeySet, now: UnixMilliseconds) {
        self.keys = Rc::new(keys);
        self.filled_at = Some(now);
        self.failed = false;
    }

    /// The fetch brought nothing.
    pub fn fail(&mut self, now: UnixMilliseconds) {
        self.tried_at = Some(now);
        self.failed = true;
    }

    fn claim_after(&mut self, cooldown_ms: u64, now: UnixMilliseconds) -> bool {
        let is_due = self.tried_at.is_none_or(|tried_at| age_ms(tried_at, now) >= cooldown_ms);
        if is_due {
            self.tried_at = Some(now);
        }
        is_due
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

    fn filled() -> KeyCache {
        let mut cache = KeyCache::default();
        assert!(cache.claim_fetch(at(0)));
        cache.fill(testing::keys(), at(0));
        cache
    }

    #[test]
    fn without_keys_every_request_may_fetch_until_one_fails() {
        let mut cache = KeyCache::default();
        assert!(cache.claim_fetch(at(0)) && cache.claim_fetch(at(0)));

        cache.fail(at(50));

        assert!(!cache.claim_fetch(at(50)));
        assert!(!cache.claim_fetch(at(50 + FAILURE_COOLDOWN_MS - 1)));
        assert!(cache.claim_fetch(at(50 + FAILURE_COOLDOWN_MS)));
    }

    #[test]
    fn ten_thousand_unknown_keys_make_one_fetch_per_cooldown() {
        let mut cache = filled();
        let claims = |cache: &mut KeyCache, from: u64| {
            (0..10_000).filter(|request| cache.claim_fetch(at(from + request / 1_000))).count()
        };

        assert_eq!(claims(&mut cache, 100), 0);
        assert_eq!(claims(&mut cache, UNKNOWN_KEY_COOLDOWN_MS), 1);
        assert_eq!(claims(&mut cache, 2 * UNKNOWN_KEY_COOLDOWN_MS), 1);
    }

    #[test]
    fn a_failure_keeps_the_keys_and_starts_a_cooldown() {
        let mut cache = filled();
        assert!(cache.claim_fetch(at(20_000)));

        cache.fail(at(25_000));

        assert_eq!(cache.keys().len(), 1);
        assert!(!cache.claim_fetch(at(25_000 + UNKNOWN_KEY_COOLDOWN_MS - 1)));
        assert!(cache.claim_fetch(at(25_000 + UNKNOWN_KEY_COOLDOWN_MS)));
    }

    #[test]
    fn old_keys_are_fetched_once_in_the_background() {
        let mut cache = filled();

        assert!(!cache.claim_refresh(at(REFRESH_AFTER_MS - 1)));
        assert!(cache.claim_refresh(at(REFRESH_AFTER_MS)));
        assert!(!cache.claim_refresh(at(REFRESH_AFTER_MS)));
        cache.fail(at(REFRESH_AFTER_MS + 5_000));
        assert!(!cache.claim_refresh(at(REFRESH_AFTER_MS + 5_001)));
        assert!(cache.claim_refresh(at(REFRESH_AFTER_MS + 5_000 + UNKNOWN_KEY_COOLDOWN_MS)));
    }

    #[test]
    fn there_is_nothing_to_refresh_before_the_first_fetch() {
        assert!(!KeyCache::default().claim_refresh(at(REFRESH_AFTER_MS)));
    }

    #[test]
    fn a_fill_replaces_the_whole_set_but_not_under_a_running_request() {
        let mut cache = filled();
        let in_use = cache.keys();

        cache.fill(KeySet::default(), at(1));

        assert_eq!(in_use.len(), 1);
        assert!(cache.keys().is_empty());
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_storm() {
        let mut cache = filled();
        assert!(!cache.claim_fetch(UnixMilliseconds(0)));
        assert!(!cache.claim_refresh(UnixMilliseconds(0)));
    }
}
