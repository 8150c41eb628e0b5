//! What the webhook is told.

use super::EndReason;
use wayleave_shared::{session_handle::SessionHandle, time::UnixMilliseconds, user_id::UserId};

/// Names an event. The webhook's receiver knows by it what it was told already.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct EventId(pub [u8; 16]);

/// Sessions of a user came to their end before their time, or one was stolen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DueEvent {
    /// Its name.
    pub id: EventId,
    /// Why.
    pub reason: EndReason,
    /// Whose sessions.
    pub user_id: UserId,
    /// Those that were ended; none where a theft was only reported.
    pub sessions: Vec<SessionHandle>,
    /// When.
    pub occurred_at: UnixMilliseconds,
    /// How often it was tried before to tell it.
    pub attempts: u32,
}
