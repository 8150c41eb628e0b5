//! Fetches the public keys when somebody needs newer ones.

use super::{Task, wait::wait_while};
use crate::{
    host::{Host, Kept, ORIGIN_TIMEOUT_MS},
    isolate::Isolate,
    key_cache::{Claim, KeyCache, REFRESH_AFTER_MS},
    origin::{Call, Incoming, OriginError, ask, public_keys},
    single_flight::Ticket,
};
use std::sync::Arc;
use wayleave_shared::{key_set::KeySet, time::UnixMilliseconds};

/// Whether there may be newer keys now than those in which one was missing.
pub(crate) async fn renew<H: Host>(
    host: &H,
    isolate: &Arc<Isolate>,
    missed_in: &Arc<KeySet>,
) -> bool {
    renew_by(host, isolate, missed_in, KeyCache::claim_fetch).await
}

/// The same, for a page of the feed that names an unknown key.
pub(crate) async fn renew_for_feed<H: Host>(
    host: &H,
    isolate: &Arc<Isolate>,
    missed_in: &Arc<KeySet>,
) -> bool {
    renew_by(host, isolate, missed_in, KeyCache::claim_fetch_for_feed).await
}

async fn renew_by<H: Host>(
    host: &H,
    isolate: &Arc<Isolate>,
    missed_in: &Arc<KeySet>,
    claim: fn(&mut KeyCache, UnixMilliseconds) -> Claim,
) -> bool {
    let now = host.now();
    let claim = {
        let mut cache = isolate.keys.lock();
        // Another thread has brought newer ones meanwhile.
        if !Arc::ptr_eq(&cache.keys(), missed_in) {
            return true;
        }
        claim(&mut cache, now)
    };
    obey(host, isolate, claim).await
}

async fn obey<H: Host>(host: &H, isolate: &Arc<Isolate>, claim: Claim) -> bool {
    match claim {
        Claim::Fetch(ticket) => host.in_background(isolate, Task::FetchKeys(ticket)),
        Claim::TooEarly => return false,
        Claim::Wait => {}
    }
    wait_while(host, ORIGIN_TIMEOUT_MS, || isolate.keys.lock().is_fetching(host.now())).await;
    true
}

/// Fetches the set if it has become old.
pub(crate) fn refresh_in_background<H: Host>(host: &H, isolate: &Arc<Isolate>) {
    let claim = isolate.keys.lock().claim_refresh(host.now());
    if let Some(ticket) = claim {
        host.in_background(isolate, Task::FetchKeys(ticket));
    }
}

/// Takes keys that were removed out of the set.
pub(crate) fn drop_removed<H: Host>(host: &H, isolate: &Isolate) {
    let mut cache = isolate.keys.lock();
    let keys = KeySet::clone(&cache.keys());
    let left = isolate.feed.lock().revocations().without_removed(keys, host.now().whole_seconds());
    cache.retain(left);
}

/// Whether [`refresh_in_background`] would do something.
pub(super) fn is_refresh_due(isolate: &Isolate, now: UnixMilliseconds) -> bool {
    isolate.keys.lock().is_refresh_due(now)
}

/// In the background, so that it comes to its end also if the client goes away: others may be waiting for it.
pub(super) async fn fetch<H: Host>(host: &H, isolate: &Arc<Isolate>, ticket: Ticket) {
    let Ok((keys, asked_at)) = fetched(host, isolate).await else {
        // Why it failed is in the log already.
        return isolate.keys.lock().fail(ticket, host.now());
    };
    let now = host.now().whole_seconds();
    // Locked before the feed is looked at: a key that is removed meanwhile is dropped from what is filled in here.
    let mut cache = isolate.keys.lock();
    let left = isolate.feed.lock().revocations().without_removed(keys, now);
    cache.fill(ticket, left, asked_at);
}

/// The set, and when it was asked for. Only an isolate that never had any takes what another one of this place has fetched: whoever misses a key needs a newer set.
async fn fetched<H: Host>(
    host: &H,
    isolate: &Arc<Isolate>,
) -> Result<(KeySet, UnixMilliseconds), OriginError> {
    let name = Call::PublicKeys.request(&isolate.settings).url;
    let is_cold = isolate.keys.lock().is_cold();
    if is_cold
        && let Some(kept) = host.recall(&name).await
        && kept.is_younger_than(REFRESH_AFTER_MS, host.now())
        && let Ok(keys) = public_keys(&incoming(kept.body))
    {
        return Ok((keys, kept.asked_at));
    }
    let asked_at = host.now();
    let mut body = Vec::new();
    let keys = ask(host, &isolate.settings, &Call::PublicKeys, |incoming| {
        body.clone_from(&incoming.body);
        public_keys(incoming)
    })
    .await?;
    let kept = Kept { asked_at, body };
    host.in_background(isolate, Task::Keep(name, kept, REFRESH_AFTER_MS / 1_000));
    Ok((keys, asked_at))
}

/// What was kept, as if it had come now.
fn incoming(body: Vec<u8>) -> Incoming {
    Incoming { status: 200, content_type: Some("application/json".to_owned()), body }
}
