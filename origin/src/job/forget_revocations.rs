//! Removes what the revocation feed need not tell any more.

use crate::store::Store;
use std::{sync::Arc, time::Duration};

/// Removes expired entries once a minute, for ever, some at a time so that no transaction is long. Safe to run on any number of origins. A failure is
/// logged and tried again: an entry that is still there only takes room.
pub async fn forget_revocations(store: Arc<dyn Store>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        loop {
            match store.forget_revocations(AT_A_TIME).await {
                Ok(forgotten) if forgotten < u64::from(AT_A_TIME) => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(error = %error, "expired revocations could not be removed");
                    break;
                }
            }
        }
    }
}

const EVERY: Duration = Duration::from_mins(1);
const AT_A_TIME: u32 = 1000;
