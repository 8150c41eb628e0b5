//! What an isolate keeps between requests.

use crate::{
    clearing::ClearingLines, confirmations::Confirmations, duplicates::Duplicates,
    key_cache::KeyCache, revocations::Feed, settings::Settings, token_memory::TokenMemory,
};
use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What an isolate of Workers, or a process elsewhere, keeps between requests. Each part is locked for a moment only, never across an `await`, and where two
/// are needed at once, in the order in which they stand here.
#[derive(Debug)]
pub struct Isolate {
    /// The settings.
    pub settings: Settings,
    /// The public keys.
    pub keys: Locked<KeyCache>,
    /// What was revoked.
    pub feed: Locked<Feed>,
    /// Which refresh tokens have arrived.
    pub confirmations: Locked<Confirmations>,
    /// What the keys verified before.
    pub tokens: Locked<TokenMemory>,
    /// What clears the cookies of an ended session.
    pub clearing: Locked<ClearingLines>,
    /// Browsers that carry two cookies of one name.
    pub duplicates: Locked<Duplicates>,
}

impl Isolate {
    /// One that knows nothing yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            keys: Locked::default(),
            feed: Locked::default(),
            confirmations: Locked::default(),
            tokens: Locked::default(),
            clearing: Locked::default(),
            duplicates: Locked::default(),
        }
    }
}

/// A value that one thread uses at a time. In an isolate there is only one, and the lock costs nothing.
#[derive(Default)]
pub struct Locked<T>(Mutex<T>);

impl<T> Locked<T> {
    /// A value that nobody uses yet.
    pub const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// Waits until nobody else uses it.
    ///
    /// What a thread left that panicked is taken as it is: every change of these values is either whole or may be lost, and a fault of one request must not become
    /// everybody's.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows nothing: to look would mean to wait.
impl<T> fmt::Debug for Locked<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Locked")
    }
}
