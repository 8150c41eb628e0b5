//! From a request to its reply: asks for the decision, and obeys it.
//!
//! | file | what it does |
//! |---|---|
//! | `settle` | gets the decision, and what it turns out to need |
//! | `keys` | fetches the public keys |
//! | `confirmations` | tells the origin which refresh tokens have arrived |
//! | `revocations` | pulls the revocation feed |
//! | `wait` | waiting for work that another request of this isolate may be doing |
//! | `duplicates` | tells a browser that carries two cookies of one name what becomes of them |
//! | `over` | tells a client that its session is over, and asks the origin whether one is |
//! | `session` | asks the origin about the session |
//! | `forward` | sends the request on to the app |
//! | `origin` | one call to the origin, with its failures logged |

mod confirmations;
mod duplicates;
mod forward;
mod keys;
mod origin;
mod over;
mod revocations;
mod session;
mod settle;
mod wait;

use crate::{
    answer::Answer,
    clearing::ClearingLines,
    confirmations::Confirmations,
    cors,
    decide::{Action, Refusal},
    duplicates::Duplicates,
    host::{Host, Reply},
    key_cache::KeyCache,
    log::{Level, LogLine},
    rate_limit,
    request::RequestView,
    revocations::Feed,
    settings::Settings,
    token_memory::TokenMemory,
};
use std::{cell::RefCell, rc::Rc};

/// What an isolate keeps between requests. Each part is borrowed for a moment only, never across an `await`.
#[derive(Debug)]
pub struct Edge {
    /// The settings.
    pub settings: Settings,
    /// The public keys.
    pub keys: RefCell<KeyCache>,
    /// What those keys verified before.
    pub tokens: RefCell<TokenMemory>,
    /// What was revoked.
    pub feed: RefCell<Feed>,
    /// Which refresh tokens have arrived.
    pub confirmations: RefCell<Confirmations>,
    /// What clears the cookies of an ended session.
    pub clearing: RefCell<ClearingLines>,
    /// Browsers that carry two cookies of one name.
    pub duplicates: RefCell<Duplicates>,
}

impl Edge {
    /// A new isolate.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            keys: RefCell::default(),
            tokens: RefCell::default(),
            feed: RefCell::default(),
            confirmations: RefCell::default(),
            clearing: RefCell::default(),
            duplicates: RefCell::default(),
        }
    }
}

/// Answers a request.
pub async fn handle<H: Host>(
    host: &H,
    edge: &Rc<Edge>,
    request: &RequestView,
) -> Reply<H::AppAnswer> {
    let action = settle::decide(host, edge, request).await;
    let mut reply = obey(host, edge, request, action).await;
    reply.apply(cors::edits(request, &edge.settings));
    reply
}

async fn obey<H: Host>(
    host: &H,
    edge: &Rc<Edge>,
    request: &RequestView,
    action: Action,
) -> Reply<H::AppAnswer> {
    match action {
        Action::Answer(answer) => Reply::Own(answer),
        Action::AskOrigin(ask) => Reply::Own(session::ask(host, edge, request, ask).await),
        Action::Confirm(confirm) => {
            let action = over::confirmed(host, edge, confirm).await;
            Box::pin(obey(host, edge, request, action)).await
        }
        Action::Forward(forward) => forward::forward(host, edge, request, &forward).await,
        Action::Limited(action) => {
            let action = if is_within_limit(host).await {
                *action
            } else {
                Action::Refuse(Refusal::TooManyRequests)
            };
            Box::pin(obey(host, edge, request, action)).await
        }
        Action::Refuse(refusal) => Reply::Own(refused(host, edge, refusal)),
        Action::SessionOver(token) => Reply::Own(over::session_over(host, edge, &token).await),
    }
}

/// Whether the client may go on. One whose address is not known cannot be told from others, and is not limited.
async fn is_within_limit<H: Host>(host: &H) -> bool {
    match host.client_address().as_deref().and_then(rate_limit::counted_as) {
        Some(client) => host.is_within_limit(client).await,
        None => true,
    }
}

fn refused<H: Host>(host: &H, edge: &Edge, refusal: Refusal) -> Answer {
    if refusal.concerns_operator() {
        let line =
            LogLine::new(Level::Warning, "a request was refused, probably because of a setting");
        host.log(line.with("reason", &refusal));
    }
    refusal.answer(edge.settings.expired_status)
}

#[cfg(test)]
mod tests;
