//! What the service needs from a store.

use super::{
    DueEvent, Ending, EventId, Expired, ImportMode, Imported, ImportedSession, NewSession, Rotate,
    Rotation, SourceId, StoreError, StoredSession, TakenBack, Use,
};
use async_trait::async_trait;
use std::{num::NonZeroU64, time::Duration};
use wayleave_shared::{
    feed::{FeedCursor, RevokedKey, RevokedSession, RevokedUser},
    json::Json,
    key_set::KeyId,
    refresh_token::RefreshHash,
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    user_id::UserId,
    wire::{Confirmation, SessionData},
};

/// Keeps sessions, their data, what was ended of late, and the signing keys.
///
/// Every method is one atomic step: it happens as a whole or not at all, also when the connection breaks in the middle. A session is **live** while the
/// database's clock is before its `expires_at`; one that is not live is treated as absent by every method, whether or not its row is still there.
/// Time is the database's, so origins whose clocks differ agree.
///
/// # Errors
///
/// Every method: any [`StoreError`], and then nothing was written, except that a break after the commit looks the same as one before it.
#[async_trait]
pub trait Store: Send + Sync {
    /// Keeps a new session, and its data if there is any.
    async fn create_session(&self, session: NewSession) -> Result<(), StoreError>;

    /// The live session with this handle.
    async fn session(&self, handle: SessionHandle) -> Result<Option<StoredSession>, StoreError>;

    /// Puts a successor in the place of a session's refresh token, as one compare-and-set.
    ///
    /// Of any number of concurrent calls with the same `from`, exactly one sees [`Rotation::Advanced`].
    async fn rotate(&self, rotate: Rotate) -> Result<Rotation, StoreError>;

    /// Notes that a session's current refresh token was itself presented, if it was not seen in use before. Tells whether this call noted it.
    async fn note_use(&self, usage: Use) -> Result<bool, StoreError>;

    /// Notes that access tokens that came with these refresh tokens are in use, as far as these are still their sessions' current ones. Gives those of
    /// the sessions that are not live.
    async fn confirm(
        &self,
        confirmations: &[Confirmation],
    ) -> Result<Vec<SessionHandle>, StoreError>;

    /// Replaces the payload of a live session. Tells whether there was one.
    async fn update_payload(
        &self,
        handle: SessionHandle,
        payload: Option<&Json>,
    ) -> Result<bool, StoreError>;

    /// Removes a session and its data. Tells whether a live one was there; if so, the revocation feed tells of it.
    async fn revoke_session(
        &self,
        handle: SessionHandle,
        ending: Ending,
    ) -> Result<bool, StoreError>;

    /// Removes all sessions of a user with their data, but for the one to be kept. Gives the handles of the live ones. The revocation feed tells of each of
    /// these and, where none is kept, of the user.
    async fn revoke_user(
        &self,
        user_id: &UserId,
        kept: Option<SessionHandle>,
        ending: Ending,
    ) -> Result<Vec<SessionHandle>, StoreError>;

    /// Removes a user's live sessions but for the `limit` that were refreshed last. Gives the handles of those removed; the revocation feed tells of them.
    async fn revoke_surplus(
        &self,
        user_id: &UserId,
        limit: u32,
        ending: Ending,
    ) -> Result<Vec<SessionHandle>, StoreError>;

    /// Keeps an event about a session that goes on: a theft that is only reported.
    async fn report(&self, user_id: &UserId, stolen: SessionHandle) -> Result<(), StoreError>;

    /// Looks at no more than `limit` (1 or more) sessions in order of handles, those after `after`, and removes the expired ones among them with their data.
    /// Any number of callers may do so at once. Each session goes as a whole; a failure may leave some of the page for the next time, alone of all methods.
    async fn remove_expired(
        &self,
        after: Option<SessionHandle>,
        limit: u32,
    ) -> Result<Expired, StoreError>;

    /// Takes a piece of work for a time, or keeps it for longer, unless another holder has it. Tells whether it is this holder's now.
    async fn hold_lease(
        &self,
        name: &str,
        holder: [u8; 16],
        time: Duration,
    ) -> Result<bool, StoreError>;

    /// Gives a piece of work back before its time, if it is this holder's.
    async fn release_lease(&self, name: &str, holder: [u8; 16]) -> Result<(), StoreError>;

    /// At most `limit` events whose time has come, oldest first; they come again only after `pause`, so that nobody else takes them meanwhile.
    async fn take_events(&self, limit: u32, pause: Duration) -> Result<Vec<DueEvent>, StoreError>;

    /// Removes an event that was told, or given up.
    async fn finish_event(&self, event: EventId) -> Result<(), StoreError>;

    /// Lets an event come again after this time.
    async fn postpone_event(&self, event: EventId, pause: Duration) -> Result<(), StoreError>;

    /// What was ended since this cursor, in the feed's order, at most `limit` entries (1 or more); without a cursor, with one of another database, or
    /// with one ahead of the feed, everything from the beginning. What is to be forgotten by now is left out.
    ///
    /// Whoever goes on from each page's cursor is told of every entry exactly once, whatever else is written meanwhile. What was ended before the
    /// call is on the page or after it, which [`RevocationPage::more`] then tells.
    async fn revocations(
        &self,
        since: Option<FeedCursor>,
        limit: usize,
    ) -> Result<RevocationPage, StoreError>;

    /// Removes at most `limit` entries of the revocation feed that are to be forgotten by now, and tells how many.
    async fn forget_revocations(&self, limit: u32) -> Result<u64, StoreError>;

    /// The user's live sessions in order of handles, at most `limit`, those after `after`.
    async fn sessions_of_user(
        &self,
        user_id: &UserId,
        after: Option<SessionHandle>,
        limit: u32,
    ) -> Result<Vec<StoredSession>, StoreError>;

    /// The data of a live session; `None` where there is no such session.
    async fn session_data(&self, handle: SessionHandle) -> Result<Option<SessionData>, StoreError>;

    /// Replaces the data of a live session. With `expected_version`, only if that is the stored version (0: nothing stored yet). Writing the same
    /// value again succeeds and counts.
    ///
    /// It counts as `writes` writes, by so many the version goes up: as if each of them had replaced the one before at once, and this were the last one's data.
    async fn update_session_data(
        &self,
        handle: SessionHandle,
        data: &Json,
        expected_version: Option<u64>,
        writes: NonZeroU64,
    ) -> Result<DataUpdate, StoreError>;

    /// Keeps sessions that come from another system, with their data; but none that was imported before, whether it lives on here or has ended since. All in one
    /// step, or none.
    async fn import_sessions(
        &self,
        sessions: &[ImportedSession],
        mode: ImportMode,
    ) -> Result<Imported, StoreError>;

    /// The session that came with this refresh token of another system, as long as that system would have taken the token. The session may have ended, or have another
    /// refresh token by now.
    async fn session_of_imported_token(
        &self,
        token_hash: RefreshHash,
    ) -> Result<Option<SessionHandle>, StoreError>;

    /// Looks at no more than `limit` (1 or more) imported sessions, those after `after`, and removes the ones that were never refreshed here, with their data and without
    /// a word in the revocation feed: no access token of ours was ever made for them. They can be imported again.
    async fn take_back_imports(
        &self,
        after: Option<SourceId>,
        limit: u32,
    ) -> Result<TakenBack, StoreError>;

    /// Forgets that a session was imported, so that it can be imported again. The session itself stays as it is.
    async fn remove_import(&self, source: SourceId) -> Result<(), StoreError>;

    /// Forgets at most `limit` imported sessions whose former refresh tokens have ended, and tells how many. The sessions themselves stay.
    async fn forget_imports(&self, limit: u32) -> Result<u64, StoreError>;

    /// All signing keys but those that were removed, oldest first.
    async fn signing_keys(&self) -> Result<Vec<SealedSigningKey>, StoreError>;

    /// Adds a signing key. Of any number of calls with one generation, exactly one sees [`KeyAddition::Added`].
    async fn add_signing_key(&self, key: NewSigningKey) -> Result<KeyAddition, StoreError>;

    /// Notes that a signing key may sign access tokens of this validity; a longer one that was noted before stays.
    async fn raise_validity(&self, generation: u64, validity: Duration) -> Result<(), StoreError>;

    /// Forgets signing keys whose tokens have all expired.
    async fn forget_signing_keys(&self, generations: &[u64]) -> Result<(), StoreError>;

    /// Removes a signing key for ever, in an emergency: it is gone from [`Store::signing_keys`] and can never be added again, its successor is there,
    /// and the revocation feed tells of it.
    async fn remove_signing_key(&self, remove: RemoveKey) -> Result<KeyRemoval, StoreError>;

    /// Whether the database answers.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// A part of the revocation feed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RevocationPage {
    /// Where to go on from.
    pub cursor: FeedCursor,
    /// Whether this is from the beginning, because the cursor asked from is not known.
    pub restart: bool,
    /// Whether there is more after it already.
    pub more: bool,
    /// What was ended, in the feed's order.
    pub entries: Vec<Revocation>,
}

/// Something that was ended before its access tokens expired.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Revocation {
    /// A signing key, removed in an emergency.
    Key(RevokedKey),
    /// A session.
    Session(RevokedSession),
    /// All sessions of a user.
    User(RevokedUser),
}

/// What became of an update of session data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DataUpdate {
    /// The stored version is this one, not the expected.
    Conflict(u64),
    /// There is no such session.
    NoSession,
    /// Stored, as this version.
    Stored(u64),
}

/// A signing key to be kept; its private half is sealed already.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewSigningKey {
    /// 1 for the first key, then one more each.
    pub generation: u64,
    /// Its `kid`.
    pub key_id: KeyId,
    /// The sealed seed.
    pub sealed_seed: Vec<u8>,
    /// When it begins to sign.
    pub signs_from: UnixMilliseconds,
    /// When its successor is to take over. Until there is one that signs, it goes on.
    pub signs_until: UnixMilliseconds,
    /// The longest validity of any access token that it may sign; zero where nobody noted it.
    pub longest_validity: Duration,
}

/// What became of a new signing key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyAddition {
    /// It is kept.
    Added,
    /// A key of this id was removed in an emergency: it never comes back.
    Removed,
    /// Another origin was first with this generation.
    Taken,
}

/// The removal of a signing key.
#[derive(Clone, Debug)]
pub struct RemoveKey {
    /// Which.
    pub key: KeyId,
    /// The key that takes its place, where it needs one.
    pub successor: Option<NewSigningKey>,
    /// How long the feed tells of it.
    pub remember: Duration,
}

/// What became of a [`RemoveKey`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyRemoval {
    /// It is gone.
    Removed,
    /// Nothing was written: the successor's generation is another key's by now.
    SuccessorTaken,
    /// There is no such key.
    Unknown,
}

/// A signing key as it is kept.
pub type SealedSigningKey = NewSigningKey;
