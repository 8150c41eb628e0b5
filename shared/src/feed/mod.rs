//! The revocation feed: how the edge learns, without asking per request, what was ended before its tokens expired.
//!
//! An edge pulls the feed once a second or so and keeps what it says in memory. Each page is signed by the origin with the key that signs access tokens, so
//! it can be shared through a cache that nobody has to trust. Signed pages are compact JWS like access tokens, kept apart by their `typ`.
//!
//! # How a cursor works
//!
//! Every entry has a position. A page says which cursor it answers ([`FeedPage::since`]) and where it ends ([`FeedPage::cursor`]); the next pull asks from there.
//! Positions are given to committed entries only, so none can slip in behind a cursor. A cursor that the origin does not know (another database, or one
//! that was set back) is answered from the beginning, with [`FeedPage::restart`] set. Entries only ever add up: an edge keeps each until its
//! `forget_at`, also across a restart, so a database that was set back brings nobody back in.

mod page;
mod verify;

#[cfg(feature = "sign")]
mod sign;

pub use page::{
    FeedCursor, FeedPage, InvalidFeedCursor, RevokedKey, RevokedSession, RevokedUser, UserDigest,
};
pub use verify::{FeedRefusal, MAX_FEED_BYTES, verify_feed};

/// How many entries a page holds at most; a longer answer comes in several, told by [`FeedPage::more`].
pub const MAX_PAGE_ENTRIES: usize = 20_000;

#[cfg(test)]
mod tests;
