//! Whether a page of the feed is genuine, and answers what was asked.

use super::{FeedCursor, FeedPage};
use crate::{
    key_set::KeySet,
    members::NotStrict,
    time::UnixSeconds,
    token::{FUTURE_LEEWAY_S, TokenRefusal, jws},
};

/// Why a page was refused. For logs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FeedRefusal {
    /// It answers another question, or goes back behind the cursor.
    #[error("the page answers another cursor")]
    AnotherCursor,
    /// It was signed by a clock that is too far from ours: an old page, played again.
    #[error("the page is not from now")]
    NotFromNow,
    /// It is another issuer's.
    #[error("the page is another issuer's")]
    OtherIssuer,
    /// The signed payload is not a page.
    #[error("the page is malformed")]
    PageMalformed,
    /// The signature or its wrapping does not verify. [`TokenRefusal::UnknownKey`] may go away with a newer key set.
    #[error("the page's signature: {0}")]
    Signature(#[from] TokenRefusal),
}

/// Verifies a page of the feed that was asked from `since`, as of `now`.
///
/// Pure. A page is taken only if it answers this very question: the cursor asked from, this issuer, about now. Where the cursor asked from was known, the
/// new one is of the same history and not behind it: a gap or a roll-back cannot pass for an answer.
///
/// # Errors
///
/// Any [`FeedRefusal`]; nothing of the page may be used then.
pub fn verify_feed(
    page: &str,
    keys: &KeySet,
    issuer: &str,
    since: Option<FeedCursor>,
    now: UnixSeconds,
) -> Result<FeedPage, FeedRefusal> {
    let payload = jws::open(page, FEED_TYPE, MAX_FEED_BYTES, keys)?;
    let page = FeedPage::read(&payload).map_err(|NotStrict| FeedRefusal::PageMalformed)?;
    if page.issuer != issuer {
        return Err(FeedRefusal::OtherIssuer);
    }
    if page.issued_at.0.abs_diff(now.0) > FUTURE_LEEWAY_S {
        return Err(FeedRefusal::NotFromNow);
    }
    let goes_on = match since {
        _ if page.since != since => false,
        Some(since) if !page.restart => {
            page.cursor.epoch == since.epoch && page.cursor.position >= since.position
        }
        _ => true,
    };
    if goes_on { Ok(page) } else { Err(FeedRefusal::AnotherCursor) }
}

/// Longer pages are refused unread: a full page takes well under this.
pub const MAX_FEED_BYTES: usize = 4 * 1024 * 1024;

/// The `typ` of a signed page.
pub(super) const FEED_TYPE: &str = "wayleave-feed+jwt";
