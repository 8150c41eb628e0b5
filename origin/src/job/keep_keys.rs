//! Keeps the signing keys current.

use crate::{clock::Clock, service::Keys};
use std::{sync::Arc, time::Duration};

/// Runs [`Keys::keep_current`] once a minute, for ever. A failure is logged and tried again: the keys known so far stay in use.
pub async fn keep_keys(keys: Arc<Keys>, clock: Arc<dyn Clock>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = keys.keep_current(clock.now()).await {
            tracing::error!(error = %error, "the signing keys could not be kept current");
        }
    }
}

/// Much shorter than a key is published before it signs.
const EVERY: Duration = Duration::from_mins(1);
