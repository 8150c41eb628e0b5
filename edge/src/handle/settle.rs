//! Gets the decision, and what it turns out to need.

use super::{Edge, confirmations, keys, revocations};
use crate::{
    decide::{self, Action, Ask, Decision},
    host::Host,
    request::RequestView,
    verifier::Remembering,
};
use std::{cell::Cell, rc::Rc};

/// What is done with the request.
pub(super) async fn decide<H: Host>(host: &H, edge: &Rc<Edge>, request: &RequestView) -> Action {
    let mut rounds = 0;
    loop {
        rounds += 1;
        let (otherwise, is_renewed) = match decide_now(host, edge, request) {
            Decision::Settled(action) => {
                keys::refresh_in_background(host, edge);
                revocations::refresh_in_background(host, edge);
                if !tells_the_origin(&action) {
                    confirmations::send_in_background(host, edge);
                }
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
    let first_seen = Cell::new(None);
    let verifier =
        Remembering { keys: &keys, generation, memory: &edge.tokens, first_seen: &first_seen };
    let decision = {
        let (feed, confirmations) = (edge.feed.borrow(), edge.confirmations.borrow());
        let revocations = feed.view(settings.revocation.max_staleness_ms, now);
        let now = now.whole_seconds();
        decide::decide(request, &verifier, revocations, &confirmations, settings, now)
    };
    // At once: the token is not seen for the first time again, also where the client goes away while something is fetched.
    if let Some(confirmation) = first_seen.get() {
        confirmations::note(edge, confirmation);
    }
    decision
}

/// Whether the origin is about to learn anyway what the request's token tells.
const fn tells_the_origin(action: &Action) -> bool {
    matches!(action, Action::Confirm(_) | Action::AskOrigin(Ask::SignOut(_)))
}

/// First keys, then revocations, and once more each where they turn out to be older than thought.
const MAX_ROUNDS: u32 = 4;
