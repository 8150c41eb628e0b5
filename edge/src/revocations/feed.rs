//! How old what we know is, and when to pull the feed.

use super::Revocations;
use crate::single_flight::{SingleFlight, Ticket};
use wayleave_shared::{
    feed::{FeedCursor, FeedPage},
    session_handle::SessionHandle,
    time::{UnixMilliseconds, UnixSeconds},
};

/// The feed as this isolate has read it. A state machine without I/O, like [`KeyCache`](crate::key_cache::KeyCache).
///
/// | what is known is | pulled |
/// |---|---|
/// | younger than half of the allowed staleness | not |
/// | older than half of it | in the background |
/// | older than all of it, or nothing at all | before the request is answered |
///
/// Its age counts from when the pull *began* that brought the last page: what was committed after that is not in it. One pull runs at a time, and after
/// one that failed the next waits for [`FAILURE_COOLDOWN_MS`].
///
/// ```
/// use wayleave_edge::revocations::{Feed, Standing};
/// use wayleave_shared::time::UnixMilliseconds;
///
/// let mut feed = Feed::default();
/// assert_eq!(feed.standing(2_000, UnixMilliseconds(5)), Standing::Stale);
/// assert!(feed.claim_pull(UnixMilliseconds(5)).is_some());
/// assert!(feed.claim_pull(UnixMilliseconds(6)).is_none());
/// ```
#[derive(Debug, Default)]
pub struct Feed {
    revocations: Revocations,
    /// From where the next page is asked.
    cursor: Option<FeedCursor>,
    /// Everything that was committed before this is known.
    known_as_of: Option<UnixMilliseconds>,
    pull: SingleFlight,
    /// When the last pull failed; none where it did not.
    failed_at: Option<UnixMilliseconds>,
    /// When a failure was logged last.
    logged_at: Option<UnixMilliseconds>,
}

/// Whether what is known of the feed will do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// It will do, but should be renewed.
    Ageing,
    /// It will do.
    Current,
    /// It will not.
    Stale,
}

/// Whether there is more to pull after a page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress {
    /// The pull is over.
    Done,
    /// The next page is there already.
    More,
}

/// What a decision sees of the feed.
#[derive(Clone, Copy, Debug)]
pub struct View<'feed> {
    /// What was ended.
    pub revocations: &'feed Revocations,
    /// Whether that is as new as the settings ask for.
    pub is_current: bool,
}

impl Feed {
    /// What a decision sees.
    #[must_use]
    pub fn view(&self, max_staleness_ms: u64, now: UnixMilliseconds) -> View<'_> {
        let is_current = self.standing(max_staleness_ms, now) != Standing::Stale;
        View { revocations: &self.revocations, is_current }
    }

    /// Whether what is known will do.
    #[must_use]
    pub fn standing(&self, max_staleness_ms: u64, now: UnixMilliseconds) -> Standing {
        // A clock that was set back says nothing about the age.
        match self.known_as_of.and_then(|known| now.0.checked_sub(known.0)) {
            Some(age_ms) if age_ms <= max_staleness_ms / 2 => Standing::Current,
            Some(age_ms) if age_ms <= max_staleness_ms => Standing::Ageing,
            _ => Standing::Stale,
        }
    }

    /// What was ended.
    #[must_use]
    pub const fn revocations(&self) -> &Revocations {
        &self.revocations
    }

    /// From where the next page is asked.
    #[must_use]
    pub const fn cursor(&self) -> Option<FeedCursor> {
        self.cursor
    }

    /// Whether a pull is under way.
    #[must_use]
    pub fn is_pulling(&self, now: UnixMilliseconds) -> bool {
        self.pull.is_running(now)
    }

    /// Whether the last pull failed.
    #[must_use]
    pub const fn is_failing(&self) -> bool {
        self.failed_at.is_some()
    }

    /// Begins a pull, unless one is under way or has failed just now. Whoever gets a ticket must pull, and report each page, or the failure.
    pub fn claim_pull(&mut self, now: UnixMilliseconds) -> Option<Ticket> {
        if self.may_pull(now) { self.pull.begin(now) } else { None }
    }

    /// Whether [`claim_pull`](Self::claim_pull) would give a ticket.
    #[must_use]
    pub fn may_pull(&self, now: UnixMilliseconds) -> bool {
        let waits = self.failed_at.is_some_and(|at| now.0.abs_diff(at.0) < FAILURE_COOLDOWN_MS);
        !waits && !self.pull.is_running(now)
    }

    /// Takes a verified page that was asked for from [`Feed::cursor`] at `asked_at`. What is known already stays, also across a restart of the feed.
    ///
    /// A pull that was given up for lost is told that it is over: somebody else is at it.
    pub fn take(
        &mut self,
        ticket: Ticket,
        page: &FeedPage,
        asked_at: UnixMilliseconds,
        now: UnixMilliseconds,
    ) -> Progress {
        // Entries are true whoever brings them.
        self.revocations.add(page, now.whole_seconds());
        if !self.pull.is_mine(ticket, now) {
            return Progress::Done;
        }
        let moves = self.cursor != Some(page.cursor);
        self.cursor = Some(page.cursor);
        // A page that promises more but does not move on would be asked for without end.
        if page.more && moves {
            return Progress::More;
        }
        self.known_as_of = Some(asked_at.min(now));
        self.failed_at = None;
        self.pull.end(ticket);
        Progress::Done
    }

    /// The pull failed.
    pub fn fail(&mut self, ticket: Ticket, now: UnixMilliseconds) {
        if self.pull.end(ticket) {
            self.failed_at = Some(now);
        }
    }

    /// A session was ended through this isolate: it is refused here at once.
    pub fn end_session(
        &mut self,
        session: SessionHandle,
        forget_at: UnixSeconds,
        now: UnixSeconds,
    ) {
        self.revocations.add_session(session, forget_at, now);
    }

    /// Whether a failure may be logged now: not more often than every [`LOG_INTERVAL_MS`].
    pub fn may_log(&mut self, now: UnixMilliseconds) -> bool {
        let is_due = self.logged_at.is_none_or(|at| now.0.abs_diff(at.0) >= LOG_INTERVAL_MS);
        if is_due {
            self.logged_at = Some(now);
        }
        is_due
    }
}

/// How long nobody pulls after a failure, in milliseconds.
pub const FAILURE_COOLDOWN_MS: u64 = 500;

/// How often a feed that cannot be renewed is logged, in milliseconds.
pub const LOG_INTERVAL_MS: u64 = 10_000;
