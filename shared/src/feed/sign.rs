//! Signing pages of the feed. Only the origin enables this.

use super::{FeedPage, verify::FEED_TYPE};
use crate::sign::{SigningFailed, SigningKey};

impl SigningKey {
    /// Writes and signs a page of the revocation feed.
    ///
    /// # Errors
    ///
    /// [`SigningFailed`].
    pub fn sign_feed(&self, page: &FeedPage) -> Result<String, SigningFailed> {
        self.sign_as(FEED_TYPE, page)
    }
}
