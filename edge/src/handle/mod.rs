//! From a request to its reply: asks for the decision, and obeys it.
//!
//! | file | what it does |
//! |---|---|
//! | `keys` | fetches the public keys when the decision needs newer ones |
//! | `session` | asks the origin about the session |
//! | `forward` | sends the request on to the app |
//! | `origin` | one call to the origin, with its failures logged |

mod forward;
mod keys;
mod origin;
mod session;

use crate::{
    answer::Answer,
    cors,
    decide::{Action, Refusal},
    host::{Host, Reply},
    key_cache::KeyCache,
    log::{Level, LogLine},
    request::RequestView,
    settings::Settings,
};
use std::{cell::RefCell, rc::Rc};

/// What an isolate keeps between requests.
#[derive(Debug)]
pub struct Edge {
    /// The settings.
    pub settings: Settings,
    /// The public keys. Borrowed for a moment only, never across an `await`.
    pub keys: RefCell<KeyCache>,
}

impl Edge {
    /// A new isolate.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, keys: RefCell::default() }
    }
}

/// Answers a request.
pub async fn handle<H: Host>(
    host: &H,
    edge: &Rc<Edge>,
    request: &RequestView,
) -> Reply<H::AppAnswer> {
    let mut reply = match keys::decide(host, edge, request).await {
        Action::Answer(answer) => Reply::Own(answer),
        Action::AskOrigin(ask) => Reply::Own(session::ask(host, edge, request, ask).await),
        Action::Forward(forward) => forward::forward(host, edge, request, &forward).await,
        Action::Refuse(refusal) => Reply::Own(refused(host, refusal)),
    };
    reply.apply(cors::edits(request, &edge.settings));
    reply
}

fn refused<H: Host>(host: &H, refusal: Refusal) -> Answer {
    if refusal.concerns_operator() {
        let line =
            LogLine::new(Level::Warning, "a request was refused, probably because of a setting");
        host.log(line.with("reason", &refusal));
    }
    refusal.answer()
}

#[cfg(test)]
mod tests;
