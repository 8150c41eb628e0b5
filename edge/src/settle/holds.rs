//! Whether what was decided before still holds.

use crate::{
    decide::{Circumstances, Standing, standing},
    isolate::Isolate,
    upkeep,
};
use std::sync::Arc;
use wayleave_shared::{claims::AccessClaims, time::UnixMilliseconds};

/// What an answer rests on that was given to somebody whose token had been seen before.
///
/// The request says the rest. For the very same request the same would be decided again as long as this holds.
#[derive(Clone, Debug)]
pub struct Holds {
    /// What the token says.
    pub(super) claims: Arc<AccessClaims>,
    /// The set of keys under which it was verified.
    pub(super) generation: u64,
}

impl Holds {
    /// Whether it holds now: the token has not expired and its key has not gone, the session goes on, and nothing is to be begun beside the answer.
    #[must_use]
    pub fn holds(&self, isolate: &Isolate, now: UnixMilliseconds) -> bool {
        let settings = &isolate.settings;
        let seconds = now.whole_seconds();
        if seconds.0 >= self.claims.expires_at.0
            || self.generation != isolate.keys.lock().generation()
        {
            return false;
        }
        let standing = {
            let (feed, confirmations) = (isolate.feed.lock(), isolate.confirmations.lock());
            let circumstances = Circumstances {
                keys: &(),
                revocations: feed.view(settings.revocation.max_staleness_ms, now),
                confirmations: &confirmations,
                settings,
                now: seconds,
            };
            standing(settings.revocation.default, &self.claims, &circumstances)
        };
        standing == Standing::GoesOn && !upkeep::is_anything_due(isolate, now)
    }
}
