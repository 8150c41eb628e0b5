//! Keeps the signing keys current.

use crate::{clock::Clock, service::Keys};
use std::{sync::Arc, time::Duration};

/// Runs [`Keys::keep_current`] once a second, for ever: so soon every origin learns that a key was removed. A failure is tried again, and told once a
/// minute while it lasts: the keys known so far stay in use.
pub async fn keep_keys(keys: Arc<Keys>, clock: Arc<dyn Clock>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut failures = 0_u32;
    loop {
        ticks.tick().await;
        match keys.keep_current(clock.now()).await {
            Ok(()) => {
                if failures > 0 {
                    tracing::info!("the signing keys are current again");
                }
                failures = 0;
            }
            Err(error) => {
                if failures.is_multiple_of(TELL_EVERY) {
                    tracing::error!(error = %error, "the signing keys could not be kept current");
                }
                failures = failures.wrapping_add(1);
            }
        }
    }
}

/// Much shorter than a key is published before it signs.
const EVERY: Duration = Duration::from_secs(1);

/// Failures, a second apart or more.
const TELL_EVERY: u32 = 60;
