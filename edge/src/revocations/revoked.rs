//! What was ended before its tokens expired, as far as this isolate knows.

use super::{
    entry::{SessionEntry, UserEntry, short},
    set::ForgettingSet,
};
use wayleave_shared::{
    claims::AccessClaims,
    feed::{FeedPage, RevokedKey, UserDigest},
    key_set::KeySet,
    session_handle::SessionHandle,
    time::UnixSeconds,
};

/// Sessions, users and keys that were revoked. Entries only add up; each is forgotten when the last token it concerns has expired.
///
/// A million sessions take 13 to 15 MB, and a lookup a fraction of a microsecond: run the example `revocation_lookup`.
///
/// ```
/// use wayleave_edge::revocations::Revocations;
/// use wayleave_shared::{session_handle::SessionHandle, time::UnixSeconds};
///
/// let (mut revocations, now) = (Revocations::default(), UnixSeconds(1_700_000_000));
/// let session = SessionHandle::from_bytes([1; 16]);
/// revocations.add_session(session, UnixSeconds(now.0 + 60), now);
/// assert!(revocations.has_session(session, now));
/// assert!(!revocations.has_session(session, UnixSeconds(now.0 + 60)));
/// ```
#[derive(Debug, Default)]
pub struct Revocations {
    sessions: ForgettingSet<SessionEntry>,
    users: ForgettingSet<UserEntry>,
    keys: Vec<RevokedKey>,
}

impl Revocations {
    /// Adds what a page says. Takes time in proportion to the page.
    pub fn add(&mut self, page: &FeedPage, now: UnixSeconds) {
        self.forget_some(now);
        for entry in &page.sessions {
            self.add_session(entry.handle, entry.forget_at, now);
        }
        for entry in &page.users {
            let entry = UserEntry::new(entry.user, entry.issued_before, entry.forget_at);
            self.users.insert(entry, short(now));
        }
        for entry in &page.keys {
            match self.keys.iter_mut().find(|known| known.key == entry.key) {
                Some(known) => known.forget_at = known.forget_at.max(entry.forget_at),
                None => self.keys.push(entry.clone()),
            }
        }
    }

    /// Adds one session.
    pub fn add_session(
        &mut self,
        session: SessionHandle,
        forget_at: UnixSeconds,
        now: UnixSeconds,
    ) {
        self.sessions.insert(SessionEntry::new(session, forget_at), short(now));
    }

    /// Whether this session was ended.
    #[must_use]
    pub fn has_session(&self, session: SessionHandle, now: UnixSeconds) -> bool {
        self.sessions.find(SessionEntry::key_of(session), short(now)).is_some()
    }

    /// Whether the session of a token was ended, by itself or with all of its user's.
    #[must_use]
    pub fn has_ended(&self, claims: &AccessClaims, now: UnixSeconds) -> bool {
        self.has_session(claims.session, now) || self.has_ended_for_user(claims, now)
    }

    /// The keys that were not removed.
    #[must_use]
    pub fn without_removed(&self, keys: KeySet, now: UnixSeconds) -> KeySet {
        let is_removed = |kid: &str| {
            self.keys.iter().any(|entry| entry.key.as_str() == kid && entry.forget_at.0 > now.0)
        };
        if !self.keys.iter().any(|entry| is_removed(entry.key.as_str())) {
            return keys;
        }
        let mut published = keys.to_published();
        published.keys.retain(|key| !key.kid.as_deref().is_some_and(is_removed));
        KeySet::from_published(&published)
    }

    /// How many sessions are remembered as ended.
    #[must_use]
    pub const fn session_count(&self) -> usize {
        self.sessions.len()
    }

    /// What all this takes, in bytes, unused room included.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.sessions.memory_bytes() + self.users.memory_bytes()
    }

    /// The digest costs a hash, so it is made only where any user was ended at all.
    fn has_ended_for_user(&self, claims: &AccessClaims, now: UnixSeconds) -> bool {
        self.users.len() > 0
            && self
                .users
                .find(UserDigest::of_claims(claims), short(now))
                .is_some_and(|entry| entry.ends(claims.issued_at))
    }

    fn forget_some(&mut self, now: UnixSeconds) {
        self.sessions.forget_some(short(now));
        self.users.forget_some(short(now));
        self.keys.retain(|entry| entry.forget_at.0 > now.0);
    }
}
