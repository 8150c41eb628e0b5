//! What keeps an isolate up to date: public keys and revocations come in, confirmations go out.
//!
//! | file | what it does |
//! |---|---|
//! | `keys` | fetches the public keys |
//! | `revocations` | pulls the revocation feed |
//! | `confirmations` | tells the origin which refresh tokens have arrived |
//! | `task` | the work that no request waits for |
//! | `wait` | waiting for work that another request may be doing |

pub(crate) mod confirmations;
pub(crate) mod keys;
pub(crate) mod revocations;
mod task;
mod wait;

pub use task::Task;

use crate::{
    host::Host,
    isolate::Isolate,
    revocations::{Mode, StaleFeed, Standing},
};
use std::sync::Arc;
use wayleave_shared::time::UnixMilliseconds;

/// Begins what has become due. For every request, and for whoever has a clock of its own: a process that runs without requests stays up to date by calling this
/// several times in the staleness that it allows. Confirmations may stay for the next time where the origin is about to learn the newest one anyway.
pub fn begin_what_is_due<H: Host>(host: &H, isolate: &Arc<Isolate>, with_confirmations: bool) {
    keys::refresh_in_background(host, isolate);
    revocations::refresh_in_background(host, isolate);
    if with_confirmations {
        confirmations::send_in_background(host, isolate);
    }
}

/// Whether [`begin_what_is_due`] would begin anything now.
pub(crate) fn is_anything_due(isolate: &Isolate, now: UnixMilliseconds) -> bool {
    keys::is_refresh_due(isolate, now)
        || revocations::is_refresh_due(isolate, now)
        || isolate.confirmations.lock().is_send_due(now)
}

/// Gets what is needed to verify, and says whether it is there: keys and, where revocations come by the feed, one that is not too old.
pub(crate) async fn make_ready<H: Host>(host: &H, isolate: &Arc<Isolate>) -> bool {
    let known = isolate.keys.lock().keys();
    if isolate.keys.lock().is_cold() {
        keys::renew(host, isolate, &known).await;
    }
    let policy = &isolate.settings.revocation;
    let is_stale = || {
        let standing = isolate.feed.lock().standing(policy.max_staleness_ms, host.now());
        policy.default == Mode::Feed && standing == Standing::Stale
    };
    if is_stale() {
        revocations::renew(host, isolate).await;
    }
    !isolate.keys.lock().is_cold() && (policy.stale_feed == StaleFeed::Accept || !is_stale())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handle::tests::{Bench, finish};
    use wayleave_shared::key_set::KeySet;

    #[test]
    fn what_another_thread_has_renewed_meanwhile_is_not_fetched_again() {
        let bench = Bench::warm(&[]);
        let (host, isolate) = (&bench.script, &bench.isolate);
        let missed_in = Arc::new(KeySet::default());

        assert!(finish(keys::renew(host, isolate, &missed_in)));
        assert!(finish(keys::renew_for_feed(host, isolate, &missed_in)));
        assert!(finish(revocations::renew(host, isolate)));

        assert_eq!(bench.asked(), [""; 0]);
    }
}
