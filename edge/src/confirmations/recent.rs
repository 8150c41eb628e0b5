//! What was confirmed lately.

use super::Key;
use std::collections::HashSet;

/// A set that forgets what came long ago: the last [`MAX_RECENT`] are always in it, and never more than twice as many.
#[derive(Default)]
pub(super) struct Recent {
    newer: HashSet<Key>,
    older: HashSet<Key>,
}

impl Recent {
    pub(super) fn contains(&self, key: &Key) -> bool {
        self.newer.contains(key) || self.older.contains(key)
    }

    pub(super) fn insert(&mut self, key: Key) {
        if self.newer.len() >= MAX_RECENT {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(key);
    }
}

/// How many are remembered for certain: as many as there are tokens in the [token memory](crate::token_memory).
pub const MAX_RECENT: usize = crate::token_memory::MAX_TOKENS;
