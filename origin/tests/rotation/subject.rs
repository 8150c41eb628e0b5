//! What the model is held against.

use crate::{
    model::Times,
    transition::{Forgery, Settings, Way},
};
use std::fmt::{self, Debug, Formatter};
use wayleave_shared::session_handle::SessionHandle;

/// Something that keeps sessions.
pub(crate) trait Subject {
    /// A refresh token with what goes with it: two are equal where a browser could not tell them apart.
    type Token: Debug + Eq;
    /// An access token.
    type AccessToken;

    /// Forgets all sessions, and begins with these settings at this time.
    async fn begin(&mut self, settings: Settings, now: u64);

    /// Drops everything but what is stored, and goes on with these settings.
    async fn restart(&mut self, settings: Settings);

    /// Lets the next calls go to the other origin, whose own clock differs by a minute.
    fn switch_origin(&mut self);

    /// Moves the store's clock.
    fn set_clock(&mut self, now: u64);

    async fn log_in(&mut self, replaces: Option<SessionHandle>) -> (SessionHandle, Issued<Self>);

    /// Presents one token so many times at once.
    async fn refresh(&mut self, token: &Self::Token, times: usize) -> Vec<Answer<Self>>;

    /// Presents a token, and holds the request up before it writes. Gives the answer where it came without that.
    async fn hold_refresh(&mut self, token: &Self::Token) -> Option<Answer<Self>>;

    /// Lets the request that is held go on to its end.
    async fn let_go(&mut self) -> Answer<Self>;

    /// Presents something like a token; `None` where that cannot be said here.
    async fn forge(&mut self, token: &Self::Token, forgery: Forgery) -> Option<Answer<Self>>;

    async fn use_access_token(
        &mut self,
        handle: SessionHandle,
        issued: &Issued<Self>,
        way: Way,
    ) -> Used;

    /// Confirms an access token, and holds that up before it is noted. Gives the answer where it came without that.
    async fn hold_use(&mut self, handle: SessionHandle, issued: &Issued<Self>) -> Option<Used>;

    /// Lets the confirmation that is held go on to its end.
    async fn let_go_of_use(&mut self) -> Used;

    async fn revoke(&mut self, handle: SessionHandle) -> bool;

    /// Whether the session is there, asked in every way.
    async fn ask(&mut self, handle: SessionHandle) -> Vec<(&'static str, bool)>;

    /// The live sessions.
    async fn list(&mut self) -> Vec<(SessionHandle, Times)>;

    /// Gives the number of sessions removed.
    async fn remove_expired(&mut self) -> u32;

    /// The sessions that the revocation feed named since it was asked last.
    async fn feed(&mut self) -> Vec<SessionHandle>;
}

/// What came of a presented refresh token.
pub(crate) enum Answer<S: Subject + ?Sized> {
    Issued(Issued<S>),
    Theft(SessionHandle),
    Unauthorised,
    /// Anything else.
    Failed(String),
}

/// Tokens, and what is said of their session.
pub(crate) struct Issued<S: Subject + ?Sized> {
    pub token: S::Token,
    /// Whether the refresh token is written into the browser's jar.
    pub is_written: bool,
    pub access_token: S::AccessToken,
    /// The generation that the access token names, if it also names the refresh token.
    pub generation: Option<u64>,
    /// When the access token was issued, in seconds, and for how many.
    pub minted_at: u64,
    pub valid_for: u64,
    pub times: Times,
}

/// What came of an access token in use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Used {
    /// The store was asked; whether the session is there.
    Asked { is_live: bool },
    /// The token did not verify on the origin's own clock, so the store was not asked.
    NotAsked,
}

impl<S: Subject> Debug for Answer<S> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issued(issued) => write!(formatter, "{:?} at {:?}", issued.token, issued.times),
            Self::Theft(handle) => write!(formatter, "theft of {handle}"),
            Self::Unauthorised => formatter.write_str("unauthorised"),
            Self::Failed(how) => write!(formatter, "failed: {how}"),
        }
    }
}
