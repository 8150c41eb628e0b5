//! What the service needs from a store.

use super::StoreError;
use async_trait::async_trait;
use std::time::Duration;
use wayleave_shared::{
    json::Json,
    refresh_token::RefreshHash,
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    user_id::UserId,
    wire::{Session, SessionData},
};

/// Keeps sessions, their data and the signing keys.
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

    /// Moves a session's refresh hash from `from` to `to`, as one compare-and-set, and lets it live for another `validity`.
    ///
    /// Of any number of concurrent calls with the same `from`, exactly one sees [`Rotation::Advanced`].
    async fn rotate(&self, rotate: Rotate) -> Result<Rotation, StoreError>;

    /// Removes a session and its data. Tells whether a live one was there.
    async fn revoke_session(&self, handle: SessionHandle) -> Result<bool, StoreError>;

    /// Removes all sessions of a user with their data. Gives the handles of the live ones.
    async fn revoke_user(&self, user_id: &UserId) -> Result<Vec<SessionHandle>, StoreError>;

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
    async fn update_session_data(
        &self,
        handle: SessionHandle,
        data: &Json,
        expected_version: Option<u64>,
    ) -> Result<DataUpdate, StoreError>;

    /// All signing keys, oldest first.
    async fn signing_keys(&self) -> Result<Vec<SealedSigningKey>, StoreError>;

    /// Adds a signing key. `false` where its generation is taken already: another origin was first.
    async fn add_signing_key(&self, key: NewSigningKey) -> Result<bool, StoreError>;

    /// Forgets signing keys up to this generation.
    async fn remove_signing_keys_up_to(&self, generation: u64) -> Result<(), StoreError>;

    /// Whether the database answers.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// A session to be kept.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its primary key.
    pub handle: SessionHandle,
    /// Whose it is.
    pub user_id: UserId,
    /// The hash of its first refresh token.
    pub refresh_hash: RefreshHash,
    /// The app's payload for its access tokens.
    pub jwt_payload: Option<Json>,
    /// What the app keeps in it from the start.
    pub data: Option<Json>,
    /// How long it lives without a refresh.
    pub validity: Duration,
}

/// A live session as it is kept.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// What callers may see of it.
    pub session: Session,
    /// The hash of its current refresh token.
    pub refresh_hash: RefreshHash,
    /// How often it was refreshed.
    pub generation: u64,
}

/// One step of the refresh chain.
#[derive(Clone, Copy, Debug)]
pub struct Rotate {
    /// The session.
    pub handle: SessionHandle,
    /// The hash that must be the current one.
    pub from: RefreshHash,
    /// The hash that becomes the current one.
    pub to: RefreshHash,
    /// How long the session lives from now on without a refresh.
    pub validity: Duration,
}

/// What became of a [`Rotate`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rotation {
    /// This call moved the chain.
    Advanced,
    /// The current hash is another by now, or the session is gone.
    Lost,
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
#[derive(Clone, Debug)]
pub struct NewSigningKey {
    /// 1 for the first key, then one more each.
    pub generation: u64,
    /// Its `kid`.
    pub key_id: String,
    /// The sealed seed.
    pub sealed_seed: Vec<u8>,
    /// When it begins to sign.
    pub signs_from: UnixMilliseconds,
    /// When its successor takes over.
    pub signs_until: UnixMilliseconds,
}

/// A signing key as it is kept.
pub type SealedSigningKey = NewSigningKey;
