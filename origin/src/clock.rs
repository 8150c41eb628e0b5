//! The time, as an argument.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use wayleave_shared::time::UnixMilliseconds;

/// Tells the time. Handlers read it once per request.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> UnixMilliseconds;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time comes from")]
    fn now(&self) -> UnixMilliseconds {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMilliseconds(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX))
    }
}

/// A clock that moves only when told: for tests.
///
/// ```
/// use std::time::Duration;
/// use wayleave_origin::clock::{Clock, ManualClock};
/// use wayleave_shared::time::UnixMilliseconds;
///
/// let clock = ManualClock::at(UnixMilliseconds(1_000));
/// clock.advance(Duration::from_secs(1));
/// assert_eq!(clock.now(), UnixMilliseconds(2_000));
/// ```
#[derive(Debug)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// A clock that stands at this instant.
    #[must_use]
    pub const fn at(now: UnixMilliseconds) -> Self {
        Self(AtomicU64::new(now.0))
    }

    /// Moves the clock forward.
    pub fn advance(&self, span: Duration) {
        let span_ms = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        self.0.fetch_add(span_ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMilliseconds {
        UnixMilliseconds(self.0.load(Ordering::SeqCst))
    }
}
