//! Fetches the public keys when the decision needs newer ones.

use super::{Edge, origin};
use crate::{
    decide::{self, Action, Decision},
    host::Host,
    origin::{Call, public_keys},
    request::RequestView,
};
use std::rc::Rc;

/// What is done with the request, after at most one fetch of the keys.
pub(super) async fn decide<H: Host>(host: &H, edge: &Rc<Edge>, request: &RequestView) -> Action {
    match decide_now(host, edge, request) {
        Decision::Settled(action) => {
            refresh_in_background(host, edge);
            action
        }
        Decision::NeedKeys(otherwise) => {
            let may_fetch = edge.keys.borrow_mut().claim_fetch(host.now());
            if !may_fetch || !fetch(host, edge).await {
                return otherwise;
            }
            match decide_now(host, edge, request) {
                Decision::NeedKeys(action) | Decision::Settled(action) => action,
            }
        }
    }
}

fn decide_now<H: Host>(host: &H, edge: &Edge, request: &RequestView) -> Decision {
    let keys = edge.keys.borrow().keys();
    decide::decide(request, &keys, &edge.settings, host.now().whole_seconds())
}

fn refresh_in_background<H: Host>(host: &H, edge: &Rc<Edge>) {
    let is_due = edge.keys.borrow_mut().claim_refresh(host.now());
    if is_due {
        let (task_host, edge) = (host.clone(), Rc::clone(edge));
        host.in_background(async move {
            fetch(&task_host, &edge).await;
        });
    }
}

/// Whether new keys came.
async fn fetch<H: Host>(host: &H, edge: &Edge) -> bool {
    let fetched = origin::ask(host, &edge.settings, &Call::PublicKeys, public_keys).await;
    let mut cache = edge.keys.borrow_mut();
    // Why it failed is in the log already.
    let Ok(keys) = fetched else {
        cache.fail(host.now());
        return false;
    };
    cache.fill(keys, host.now());
    true
}
