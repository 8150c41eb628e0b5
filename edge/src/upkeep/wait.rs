//! Waiting for work that another request of this isolate may be doing.

use crate::host::Host;

/// Waits while `is_running`, looking again every few milliseconds, but not longer than the limit. See [`SingleFlight`](crate::single_flight::SingleFlight) for why.
pub(super) async fn wait_while<H: Host>(host: &H, limit_ms: u32, is_running: impl Fn() -> bool) {
    let (mut waited_ms, mut step_ms) = (0, 1);
    while waited_ms < limit_ms && is_running() {
        host.sleep(step_ms).await;
        waited_ms += step_ms;
        step_ms = (step_ms * 2).min(LONGEST_STEP_MS);
    }
}

const LONGEST_STEP_MS: u32 = 8;
