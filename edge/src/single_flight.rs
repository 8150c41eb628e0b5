//! One piece of work at a time per isolate, without a lock.

use wayleave_shared::time::UnixMilliseconds;

/// Whether somebody in this isolate is doing the work already.
///
/// In the Workers runtime a request must not await a promise that belongs to another. So whoever begins does the work in the background, where it outlives
/// the request, and everybody who needs its outcome, the beginner too, looks again every few milliseconds (with timers of their own) until it is over. What
/// began and shows no sign of life for [`LIFE_SIGN_MS`] counts as lost, and somebody else may begin.
///
/// ```
/// use wayleave_edge::single_flight::SingleFlight;
/// use wayleave_shared::time::UnixMilliseconds;
///
/// let mut flight = SingleFlight::default();
/// let ticket = flight.begin(UnixMilliseconds(0)).unwrap();
/// assert!(flight.begin(UnixMilliseconds(1)).is_none());
/// assert!(flight.end(ticket));
/// assert!(flight.begin(UnixMilliseconds(2)).is_some());
/// ```
#[derive(Debug, Default)]
pub struct SingleFlight {
    running: Option<Running>,
    tickets: u64,
}

/// Who is doing the work. Only the newest ticket counts: one that was given up for lost changes nothing when it comes back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ticket(u64);

#[derive(Debug)]
struct Running {
    ticket: Ticket,
    seen_at: UnixMilliseconds,
}

impl SingleFlight {
    /// Begins, unless it is under way.
    pub fn begin(&mut self, now: UnixMilliseconds) -> Option<Ticket> {
        if self.is_running(now) {
            return None;
        }
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.running = Some(Running { ticket, seen_at: now });
        Some(ticket)
    }

    /// Whether it is under way.
    #[must_use]
    pub fn is_running(&self, now: UnixMilliseconds) -> bool {
        // A clock that was set back must not make it run for ever.
        self.running
            .as_ref()
            .is_some_and(|running| now.0.abs_diff(running.seen_at.0) < LIFE_SIGN_MS)
    }

    /// Whether this is still the one that is under way; if so it has been seen alive.
    pub fn is_mine(&mut self, ticket: Ticket, now: UnixMilliseconds) -> bool {
        match &mut self.running {
            Some(running) if running.ticket == ticket => {
                running.seen_at = now;
                true
            }
            _ => false,
        }
    }

    /// Ends it. Whether this was still the one that was under way.
    pub fn end(&mut self, ticket: Ticket) -> bool {
        let is_mine = self.running.as_ref().is_some_and(|running| running.ticket == ticket);
        if is_mine {
            self.running = None;
        }
        is_mine
    }
}

/// How long work may go on without a sign of life, in milliseconds: longer than [`ORIGIN_TIMEOUT_MS`](crate::host::ORIGIN_TIMEOUT_MS), so that
/// a slow origin is not asked twice.
pub const LIFE_SIGN_MS: u64 = 6_000;

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(ms: u64) -> UnixMilliseconds {
        UnixMilliseconds(1_700_000_000_000 + ms)
    }

    #[test]
    fn what_is_lost_may_be_begun_again_and_changes_nothing_when_it_comes_back() {
        let mut flight = SingleFlight::default();
        let lost = flight.begin(at(0)).unwrap();
        assert!(flight.begin(at(LIFE_SIGN_MS - 1)).is_none());

        let second = flight.begin(at(LIFE_SIGN_MS)).unwrap();

        assert!(!flight.is_mine(lost, at(LIFE_SIGN_MS)));
        assert!(!flight.end(lost));
        assert!(flight.is_running(at(LIFE_SIGN_MS)));
        assert!(flight.end(second));
    }

    #[test]
    fn a_sign_of_life_keeps_it_going() {
        let mut flight = SingleFlight::default();
        let ticket = flight.begin(at(0)).unwrap();
        for seconds in 1..20 {
            assert!(flight.is_mine(ticket, at(seconds * 1_000)));
        }
        assert!(flight.is_running(at(20_000)));
    }

    #[test]
    fn a_clock_that_was_set_back_ends_it_too() {
        let mut flight = SingleFlight::default();
        flight.begin(at(0)).unwrap();
        assert!(!flight.is_running(UnixMilliseconds(0)));
    }
}
