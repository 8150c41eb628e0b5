//! Gets the decision, and what it turns out to need.

use super::{Edge, keys, revocations};
use crate::{
    decide::{self, Action, Decision},
    host::Host,
    request::RequestView,
    verifier::Remembering,
};
use std::rc::Rc;

/// What is done with the request.
pub(super) async fn decide<H: Host>(host: &H, edge: &Rc<Edge>, request: &RequestView) -> Action {
    let mut rounds = 0;
    loop {
        rounds += 1;
        let (otherwise, is_renewed) = match decide_now(host, edge, request) {
            Decision::Settled(action) => {
                keys::refresh_in_background(host, edge);
                revocations::refresh_in_background(host, edge);
                return action;
            }
            Decision::NeedKeys(otherwise) => (otherwise, keys::renew(host, edge).await),
            Decision::NeedRevocations(otherwise) => {
                (otherwise, revocations::renew(host, edge).await)
            }
        };
        if !is_renewed || rounds == MAX_ROUNDS {
            return otherwise;
        }
    }
}

fn decide_now<H: Host>(host: &H, edge: &Edge, request: &RequestView) -> Decision {
    let (settings, now) = (&edge.settings, host.now());
    let (keys, generation) = {
        let cache = edge.keys.borrow();
        (cache.keys(), cache.generation())
    };
    let verifier = Remembering { keys: &keys, generation, memory: &edge.tokens };
    let feed = edge.feed.borrow();
    let revocations = feed.view(settings.revocation.max_staleness_ms, now);
    decide::decide(request, &verifier, revocations, settings, now.whole_seconds())
}

/// First keys, then revocations, and once more each where they turn out to be older than thought.
const MAX_ROUNDS: u32 = 4;
