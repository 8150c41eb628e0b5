//! Staying up to date without traffic.

use crate::host::NativeHost;
use std::time::Duration;
use tokio::{runtime::Handle, task::AbortHandle};
use wayleave_edge::{Edge, revocations::Mode};

/// Keeps keys and feed current until the task is aborted. None where the settings ask for no feed: then the keys are renewed by the requests that need them.
pub(crate) fn begin(edge: Edge<NativeHost>, runtime: &Handle) -> Option<AbortHandle> {
    let policy = &edge.settings().revocation;
    if policy.default != Mode::Feed {
        return None;
    }
    let step = step(policy.max_staleness_ms);
    Some(runtime.spawn(keep_current(edge, step)).abort_handle())
}

async fn keep_current(edge: Edge<NativeHost>, step: Duration) {
    loop {
        let is_ready = edge.make_ready().await;
        edge.begin_what_is_due();
        // Requests look for themselves as soon as they need it.
        tokio::time::sleep(if is_ready { step } else { step.max(RETRY) }).await;
    }
}

/// A quarter of the allowed staleness: the feed is pulled when it is older than half of that, so one pull may fail and another still be in time.
const fn step(max_staleness_ms: u64) -> Duration {
    Duration::from_millis(max_staleness_ms / 4)
}

/// How long to wait after a failure.
const RETRY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Wayleave;

    #[tokio::test]
    async fn something_goes_on_in_the_background_only_where_there_is_a_feed() {
        for (mode, goes_on) in [(Mode::Feed, true), (Mode::Off, false), (Mode::Strict, false)] {
            let builder = Wayleave::builder().origin_url("http://127.0.0.1:9").revocation(mode);
            let builder = builder.service_key("k".repeat(32)).issuer("https://id.example");
            let wayleave = builder.connect().unwrap();

            let task = begin(wayleave.edge().clone(), &Handle::current());

            assert_eq!(task.is_some(), goes_on, "{mode:?}");
        }
    }

    #[test]
    fn it_looks_four_times_in_the_allowed_staleness() {
        assert_eq!(step(2_000), Duration::from_millis(500));
        assert_eq!(step(100), Duration::from_millis(25));
    }
}
