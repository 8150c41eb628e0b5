//! Browsers that carry two cookies of one name, remembered for a moment.
//!
//! Such a browser is told to drop the cookies of the older domain and to come back. If it comes back with both again and again, for they are not of that domain, it would go
//! round for ever, and so it is told that its session is over.

use std::hash::{DefaultHasher, Hash, Hasher};
use wayleave_shared::time::UnixMilliseconds;

/// Who was told to come back lately.
///
/// ```
/// use wayleave_edge::duplicates::{Duplicates, MAX_ROUNDS};
/// use wayleave_shared::time::UnixMilliseconds;
///
/// let mut duplicates = Duplicates::default();
/// for _ in 0..MAX_ROUNDS {
///     assert!(duplicates.may_come_back("sRefreshToken=r; sRefreshToken=s", UnixMilliseconds(0)));
/// }
/// assert!(!duplicates.may_come_back("sRefreshToken=r; sRefreshToken=s", UnixMilliseconds(0)));
/// assert!(duplicates.may_come_back("sRefreshToken=t; sRefreshToken=u", UnixMilliseconds(0)));
/// ```
#[derive(Debug, Default)]
pub struct Duplicates {
    /// Oldest first.
    seen: Vec<Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    cookies: u64,
    rounds: u32,
    since: UnixMilliseconds,
}

impl Duplicates {
    /// Whether a browser with these cookies may be told once more to come back. Counts it.
    pub fn may_come_back(&mut self, cookies: &str, now: UnixMilliseconds) -> bool {
        let mut hasher = DefaultHasher::new();
        cookies.hash(&mut hasher);
        let cookies = hasher.finish();
        self.seen.retain(|seen| now.0.abs_diff(seen.since.0) < REMEMBERED_MS);
        if let Some(seen) = self.seen.iter_mut().find(|seen| seen.cookies == cookies) {
            seen.rounds += 1;
            return seen.rounds <= MAX_ROUNDS;
        }
        if self.seen.len() == MAX_REMEMBERED {
            self.seen.remove(0);
        }
        self.seen.push(Seen { cookies, rounds: 1, since: now });
        true
    }
}

/// How often one browser is told to come back: more than once, for two of its pages may ask at the same time.
pub const MAX_ROUNDS: u32 = 3;

/// For how long it is remembered, in milliseconds.
pub const REMEMBERED_MS: u64 = 60_000;

/// How many browsers are remembered.
pub const MAX_REMEMBERED: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const AT: UnixMilliseconds = UnixMilliseconds(1_700_000_000_000);

    #[test]
    fn after_a_minute_a_browser_starts_anew() {
        let mut duplicates = Duplicates::default();
        let answers: Vec<_> = (0..5).map(|_| duplicates.may_come_back("a=1; a=2", AT)).collect();
        assert_eq!(answers, [true, true, true, false, false]);
        let at = |ms| UnixMilliseconds(AT.0 + ms);
        assert!(!duplicates.may_come_back("a=1; a=2", at(REMEMBERED_MS - 1)));
        assert!(duplicates.may_come_back("a=1; a=2", at(REMEMBERED_MS)));
    }

    #[test]
    fn the_memory_stays_within_its_bounds() {
        let mut duplicates = Duplicates::default();
        for number in 0..10 * MAX_REMEMBERED {
            assert!(duplicates.may_come_back(&number.to_string(), AT));
        }
        assert_eq!(duplicates.seen.len(), MAX_REMEMBERED);
    }
}
