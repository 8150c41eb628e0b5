//! Sessions as a store keeps them, and what is done to them.

use std::time::Duration;
use wayleave_shared::{
    client::Client,
    json::Json,
    refresh_token::{Derivation, RefreshHash},
    rotation::Chain,
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    user_id::UserId,
    wire::Session,
};

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
    /// What the user logs in with.
    pub client: Option<Client>,
    /// How long it lives without a refresh.
    pub validity: Duration,
}

/// A live session as it is kept.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// What callers may see of it.
    pub session: Session,
    /// Where its refresh tokens stand.
    pub chain: Chain<RefreshHash>,
    /// How the current refresh token was made of its parent; `None` for the first.
    pub derivation: Option<Derivation>,
    /// How often it was refreshed.
    pub generation: u64,
    /// The database's time when it was read.
    pub read_at: UnixMilliseconds,
}

/// One step of the refresh chain.
#[derive(Clone, Copy, Debug)]
pub struct Rotate {
    /// The session.
    pub handle: SessionHandle,
    /// The hash that must be the current one, and becomes the parent.
    pub from: RefreshHash,
    /// The hash that becomes the current one.
    pub to: RefreshHash,
    /// How the successor is made of its parent.
    pub derivation: Derivation,
    /// When the session was read, by the database's clock: it counts as refreshed then.
    pub refreshed_at: UnixMilliseconds,
    /// Until when it lives from now on without a refresh.
    pub expires_at: UnixMilliseconds,
}

/// What became of a [`Rotate`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rotation {
    /// This call moved the chain.
    Advanced,
    /// The current hash is another by now, or the session is gone.
    Lost,
}

/// That a session's current refresh token was presented.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// The session.
    pub handle: SessionHandle,
    /// The hash that must be the current one.
    pub token: RefreshHash,
    /// As in [`Rotate`].
    pub refreshed_at: UnixMilliseconds,
    /// As in [`Rotate`].
    pub expires_at: UnixMilliseconds,
}

/// How sessions are ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ending {
    /// Why.
    pub reason: EndReason,
    /// For how long from now on the revocation feed tells of it.
    pub remember: Duration,
    /// Whether an event is kept for the webhook.
    pub event: bool,
}

/// Why sessions are ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EndReason {
    /// The user has more sessions than the deployment allows.
    Limit,
    /// A log-in took its place.
    Replaced,
    /// Somebody ended it: the user, the app or an operator.
    Revoked,
    /// The refresh token of this session is in two hands.
    Theft(SessionHandle),
}

/// What a look at some rows for expired sessions did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Expired {
    /// How many rows were looked at.
    pub seen: u32,
    /// How many of them were removed.
    pub removed: u32,
    /// Where to go on; `None` at the end of the table.
    pub next: Option<SessionHandle>,
}
