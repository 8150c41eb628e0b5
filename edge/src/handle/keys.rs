//! Fetches the public keys when somebody needs newer ones.

use super::{Edge, origin, wait::wait_while};
use crate::{
    host::{Host, Kept, ORIGIN_TIMEOUT_MS},
    key_cache::{Claim, REFRESH_AFTER_MS},
    origin::{Call, Incoming, OriginError, public_keys},
    single_flight::Ticket,
};
use std::rc::Rc;
use wayleave_shared::{key_set::KeySet, time::UnixMilliseconds};

/// Whether there may be newer keys now than a moment ago.
pub(super) async fn renew<H: Host>(host: &H, edge: &Rc<Edge>) -> bool {
    let claim = edge.keys.borrow_mut().claim_fetch(host.now());
    obey(host, edge, claim).await
}

/// The same, for a page of the feed that names an unknown key.
pub(super) async fn renew_for_feed<H: Host>(host: &H, edge: &Rc<Edge>) -> bool {
    let claim = edge.keys.borrow_mut().claim_fetch_for_feed(host.now());
    obey(host, edge, claim).await
}

async fn obey<H: Host>(host: &H, edge: &Rc<Edge>, claim: Claim) -> bool {
    match claim {
        Claim::Fetch(ticket) => fetch_in_background(host, edge, ticket),
        Claim::TooEarly => return false,
        Claim::Wait => {}
    }
    wait_while(host, ORIGIN_TIMEOUT_MS, || edge.keys.borrow().is_fetching(host.now())).await;
    true
}

/// Fetches the set if it has become old.
pub(super) fn refresh_in_background<H: Host>(host: &H, edge: &Rc<Edge>) {
    let claim = edge.keys.borrow_mut().claim_refresh(host.now());
    if let Some(ticket) = claim {
        fetch_in_background(host, edge, ticket);
    }
}

/// Takes keys that were removed out of the set.
pub(super) fn drop_removed<H: Host>(host: &H, edge: &Edge) {
    let keys = KeySet::clone(&edge.keys.borrow().keys());
    let left = edge.feed.borrow().revocations().without_removed(keys, host.now().whole_seconds());
    edge.keys.borrow_mut().retain(left);
}

/// In the background, so that it comes to its end also if the client goes away: others may be waiting for it.
fn fetch_in_background<H: Host>(host: &H, edge: &Rc<Edge>, ticket: Ticket) {
    let (task_host, edge) = (host.clone(), Rc::clone(edge));
    host.in_background(async move { fetch(&task_host, &edge, ticket).await });
}

async fn fetch<H: Host>(host: &H, edge: &Edge, ticket: Ticket) {
    let Ok((keys, asked_at)) = fetched(host, edge).await else {
        // Why it failed is in the log already.
        return edge.keys.borrow_mut().fail(ticket, host.now());
    };
    let now = host.now().whole_seconds();
    let left = edge.feed.borrow().revocations().without_removed(keys, now);
    edge.keys.borrow_mut().fill(ticket, left, asked_at);
}

/// The set, and when it was asked for. Only an isolate that never had any takes what another one of this place has fetched: whoever misses a key needs a newer set.
async fn fetched<H: Host>(
    host: &H,
    edge: &Edge,
) -> Result<(KeySet, UnixMilliseconds), OriginError> {
    let name = Call::PublicKeys.request(&edge.settings).url;
    let is_cold = edge.keys.borrow().is_cold();
    if is_cold
        && let Some(kept) = host.recall(&name).await
        && kept.is_younger_than(REFRESH_AFTER_MS, host.now())
        && let Ok(keys) = public_keys(&incoming(kept.body))
    {
        return Ok((keys, kept.asked_at));
    }
    let asked_at = host.now();
    let mut body = Vec::new();
    let keys = origin::ask(host, &edge.settings, &Call::PublicKeys, |incoming| {
        body.clone_from(&incoming.body);
        public_keys(incoming)
    })
    .await?;
    host.keep(name, Kept { asked_at, body }, REFRESH_AFTER_MS / 1_000);
    Ok((keys, asked_at))
}

/// What was kept, as if it had come now.
fn incoming(body: Vec<u8>) -> Incoming {
    Incoming { status: 200, content_type: Some("application/json".to_owned()), body }
}
