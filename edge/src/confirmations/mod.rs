//! Which sessions the origin has to be told of: the successor of their refresh token has arrived at the browser.
//!
//! | file | what it decides |
//! |---|---|
//! | `mode` | whether a request waits for that |
//! | `recent` | what was confirmed lately |

mod mode;
mod recent;

pub use mode::ConfirmMode;
pub use recent::MAX_RECENT;

use crate::single_flight::{SingleFlight, Ticket};
use recent::Recent;
use std::{collections::HashSet, fmt};
use wayleave_shared::{
    claims::{AccessClaims, RefreshHashPrefix},
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    wire::{Confirmation, MAX_CONFIRMATIONS},
};

/// What this isolate knows of confirmations. A state machine without I/O, like [`Feed`](crate::revocations::Feed).
///
/// The answer to a refresh may be lost on its way, so the origin goes on taking the refresh token that was replaced until it knows that the successor has arrived. An
/// access token that came with the successor tells, when it is first seen here. What was noted waits until it is sent, many in one call and one call at a
/// time; where that fails it waits again, and after [`FAILURE_COOLDOWN_MS`] the next request sends it. To confirm something twice is harmless.
///
/// At most [`MAX_WAITING`] wait. What comes beyond that is not noted: the former refresh token of that session is taken until its successor is refreshed.
///
/// ```
/// use wayleave_edge::confirmations::Confirmations;
/// use wayleave_shared::{claims::RefreshHashPrefix, session_handle::SessionHandle, time::UnixMilliseconds, wire::Confirmation};
///
/// let (mut confirmations, now) = (Confirmations::default(), UnixMilliseconds(5));
/// let arrived = Confirmation { handle: SessionHandle::from_bytes([1; 16]), refresh_hash: RefreshHashPrefix([2; 16]) };
/// assert!(confirmations.claim_send(now).is_none());
/// confirmations.note(arrived);
/// let ticket = confirmations.claim_send(now).unwrap();
/// assert_eq!(confirmations.next(ticket, now), [arrived]);
/// confirmations.confirm(&[arrived]);
/// assert!(confirmations.is_confirmed(arrived));
/// ```
#[derive(Default)]
pub struct Confirmations {
    waiting: HashSet<Key>,
    /// What the call says that is under way, or was the last to fail.
    sending: HashSet<Key>,
    confirmed: Recent,
    send: SingleFlight,
    /// When the one that is under way began.
    began_at: Option<UnixMilliseconds>,
    /// When a call failed last.
    failed_at: Option<UnixMilliseconds>,
}

/// A [`Confirmation`] that can be looked up.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
struct Key {
    session: SessionHandle,
    refresh_hash: [u8; 16],
}

/// What an access token tells of the refresh token that it came with; nothing where that is the first of its session, which has replaced none.
#[must_use]
pub fn confirmation_of(claims: &AccessClaims) -> Option<Confirmation> {
    let AccessClaims { session: handle, refresh_hash, generation, .. } = *claims;
    (generation > 0).then_some(Confirmation { handle, refresh_hash })
}

impl Confirmations {
    /// The origin has to be told this, unless it was or will be.
    pub fn note(&mut self, confirmation: Confirmation) {
        let key = Key::from(confirmation);
        let is_full = self.waiting.len() + self.sending.len() >= MAX_WAITING;
        if !is_full && !self.sending.contains(&key) && !self.confirmed.contains(&key) {
            self.waiting.insert(key);
        }
    }

    /// Whether the origin was told this, as far as is remembered.
    #[must_use]
    pub fn is_confirmed(&self, confirmation: Confirmation) -> bool {
        self.confirmed.contains(&confirmation.into())
    }

    /// How many wait, those that are on their way included.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len() + self.sending.len()
    }

    /// Begins to send what waits, unless somebody is at it or has failed just now. Whoever gets a ticket sends what [`next`](Self::next) says until
    /// that is nothing, and reports each call with [`confirm`](Self::confirm) or [`fail`](Self::fail).
    pub fn claim_send(&mut self, now: UnixMilliseconds) -> Option<Ticket> {
        if !self.is_send_due(now) {
            return None;
        }
        let ticket = self.send.begin(now)?;
        self.began_at = Some(now);
        // Of a call that failed, or of one that was given up for lost.
        self.waiting.extend(self.sending.drain());
        Some(ticket)
    }

    /// Whether [`claim_send`](Self::claim_send) would give a ticket.
    #[must_use]
    pub fn is_send_due(&self, now: UnixMilliseconds) -> bool {
        let has_failed_just_now =
            self.failed_at.is_some_and(|at| now.0.abs_diff(at.0) < FAILURE_COOLDOWN_MS);
        self.waiting() > 0 && !has_failed_just_now && !self.send.is_running(now)
    }

    /// What the next call says: at most [`MAX_CONFIRMATIONS`], and nothing when it is over.
    pub fn next(&mut self, ticket: Ticket, now: UnixMilliseconds) -> Vec<Confirmation> {
        if !self.send.is_mine(ticket, now) {
            return Vec::new();
        }
        let is_long = self.began_at.is_some_and(|at| now.0.abs_diff(at.0) >= LONGEST_SEND_MS);
        if self.waiting.is_empty() || is_long {
            self.send.end(ticket);
            return Vec::new();
        }
        let next: Vec<Key> = self.waiting.iter().take(MAX_CONFIRMATIONS).copied().collect();
        for key in &next {
            self.waiting.remove(key);
        }
        self.sending.extend(&next);
        next.into_iter().map(Confirmation::from).collect()
    }

    /// The origin was told these.
    pub fn confirm(&mut self, confirmations: &[Confirmation]) {
        for key in confirmations.iter().copied().map(Key::from) {
            self.waiting.remove(&key);
            self.sending.remove(&key);
            self.confirmed.insert(key);
        }
    }

    /// The call failed: what it said is sent again.
    pub fn fail(&mut self, ticket: Ticket, now: UnixMilliseconds) {
        if self.send.end(ticket) {
            self.failed_at = Some(now);
        }
    }

    /// The session was ended: nothing of it has to be confirmed.
    pub fn forget(&mut self, session: SessionHandle) {
        self.waiting.retain(|key| key.session != session);
    }
}

impl From<Confirmation> for Key {
    fn from(confirmation: Confirmation) -> Self {
        let Confirmation { handle, refresh_hash: RefreshHashPrefix(refresh_hash) } = confirmation;
        Self { session: handle, refresh_hash }
    }
}

impl From<Key> for Confirmation {
    fn from(key: Key) -> Self {
        Self { handle: key.session, refresh_hash: RefreshHashPrefix(key.refresh_hash) }
    }
}

/// Shows how many there are.
impl fmt::Debug for Confirmations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Confirmations({} waiting)", self.waiting())
    }
}

/// How many may wait.
pub const MAX_WAITING: usize = 8_192;

/// How long what was noted waits for more to come with it, in milliseconds.
pub const COLLECT_MS: u32 = 100;

/// How long nobody sends after a failure, in milliseconds.
pub const FAILURE_COOLDOWN_MS: u64 = 2_000;

/// How long one task goes on sending, in milliseconds: the platform ends tasks half a minute after their request. What still waits then is sent with the next request.
pub const LONGEST_SEND_MS: u64 = 15_000;

#[cfg(test)]
mod tests;
