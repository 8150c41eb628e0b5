//! What is kept of a revoked session and of a revoked user.

use super::set::Entry;
use wayleave_shared::{feed::UserDigest, session_handle::SessionHandle, time::UnixSeconds};

/// A session that was ended: 12 bytes.
///
/// Known by 8 of the 12 random bytes of its handle. Were two handles to agree in all of them, the end of one session would end the other too, one log-in more
/// for somebody and nothing worse. Handles come from the origin's generator, nobody can choose them; for one live session to agree with any of a million revoked ones
/// the chance is 2⁻⁴⁴: with a hundred million live sessions that is one in a hundred thousand in all.
#[derive(Clone, Copy)]
pub(super) struct SessionEntry {
    high: u32,
    low: u32,
    forget_at: u32,
}

impl SessionEntry {
    pub(super) fn new(session: SessionHandle, forget_at: UnixSeconds) -> Self {
        let (high, low) = Self::key_of(session);
        Self { high, low, forget_at: short(forget_at) }
    }

    /// The bytes of a handle that it is known by: the first eight after those that come from the user id.
    pub(super) const fn key_of(session: SessionHandle) -> (u32, u32) {
        let bytes = session.as_bytes();
        let high = u32::from_be_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
        let low = u32::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
        (high, low)
    }
}

impl Entry for SessionEntry {
    type Key = (u32, u32);

    const BUCKET_BITS: u32 = 12;

    fn key(&self) -> (u32, u32) {
        (self.high, self.low)
    }

    fn spread((high, _): (u32, u32)) -> u32 {
        high
    }

    fn forget_at(&self) -> u32 {
        self.forget_at
    }

    fn merge(&mut self, other: &Self) {
        self.forget_at = self.forget_at.max(other.forget_at);
    }
}

/// A user all of whose sessions were ended: 24 bytes.
#[derive(Clone, Copy)]
pub(super) struct UserEntry {
    user: UserDigest,
    issued_before: u32,
    forget_at: u32,
}

impl UserEntry {
    pub(super) fn new(
        user: UserDigest,
        issued_before: UnixSeconds,
        forget_at: UnixSeconds,
    ) -> Self {
        Self { user, issued_before: short(issued_before), forget_at: short(forget_at) }
    }

    /// Whether a token that was issued then is refused.
    pub(super) fn ends(&self, issued_at: UnixSeconds) -> bool {
        issued_at.0 < u64::from(self.issued_before)
    }
}

impl Entry for UserEntry {
    type Key = UserDigest;

    const BUCKET_BITS: u32 = 8;

    fn key(&self) -> UserDigest {
        self.user
    }

    fn spread(UserDigest(bytes): UserDigest) -> u32 {
        u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }

    fn forget_at(&self) -> u32 {
        self.forget_at
    }

    fn merge(&mut self, other: &Self) {
        self.issued_before = self.issued_before.max(other.issued_before);
        self.forget_at = self.forget_at.max(other.forget_at);
    }
}

/// Seconds in four bytes: enough until 2106, and what lies beyond counts as then.
pub(super) fn short(time: UnixSeconds) -> u32 {
    u32::try_from(time.0).unwrap_or(u32::MAX)
}
