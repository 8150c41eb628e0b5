//! The revocation feed: what was ended before its access tokens expired, page by page, signed.

use super::{error::SessionError, keys::Keys};
use crate::store::{Revocation, Store};
use std::sync::Arc;
use wayleave_shared::{
    feed::{FeedCursor, FeedPage, MAX_PAGE_ENTRIES},
    time::UnixMilliseconds,
};

/// What was ended in a deployment. Cheap to clone.
#[derive(Clone)]
pub struct Revocations {
    store: Arc<dyn Store>,
    keys: Arc<Keys>,
    issuer: Arc<str>,
}

impl Revocations {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, keys: Arc<Keys>, issuer: String) -> Self {
        Self { store, keys, issuer: issuer.into() }
    }

    /// The page after this cursor, signed; from the beginning where there is no cursor, or one that is not known.
    ///
    /// # Errors
    ///
    /// A failure of ours.
    pub async fn page(
        &self,
        since: Option<FeedCursor>,
        now: UnixMilliseconds,
    ) -> Result<String, SessionError> {
        let stored = self.store.revocations(since, MAX_PAGE_ENTRIES).await?;
        let mut page = FeedPage {
            issuer: self.issuer.as_ref().to_owned(),
            issued_at: now.whole_seconds(),
            since,
            cursor: stored.cursor,
            restart: stored.restart,
            more: stored.more,
            sessions: Vec::new(),
            users: Vec::new(),
            keys: Vec::new(),
        };
        for entry in stored.entries {
            match entry {
                Revocation::Key(key) => page.keys.push(key),
                Revocation::Session(session) => page.sessions.push(session),
                Revocation::User(user) => page.users.push(user),
            }
        }
        if !page.keys.is_empty() {
            // Whoever reads of the removal asks this origin for the keys next: it must not sign with, or publish, one that it says is gone.
            self.keys.keep_current(now).await?;
        }
        self.keys.sign_feed(&page, now)
    }
}
