//! From a request to its reply: asks for the decision, and obeys it.
//!
//! | file | what it does |
//! |---|---|
//! | `again` | answers that are given again to the very same request |
//! | `at_once` | answers what can be answered without waiting |
//! | `duplicates` | tells a browser that carries two cookies of one name what becomes of them |
//! | `session` | asks the origin about the session |
//! | `forward` | sends the request on to the app |
//! | `instruction` | does what the app's answer asks for |

mod again;
mod at_once;
mod duplicates;
mod forward;
mod instruction;
mod session;

pub use crate::settle::Holds;
pub use again::Answers;
pub use at_once::{AtOnce, answer_at_once};

use crate::{
    cors,
    decide::{Action, Refusal, Routed},
    host::{GatewayHost, Reply},
    isolate::Isolate,
    origin, rate_limit,
    request::RequestView,
    route::Route,
    settle::{self, over},
};
use std::sync::Arc;

/// Answers a request.
pub async fn handle<H: GatewayHost>(
    host: &H,
    isolate: &Arc<Isolate>,
    request: &RequestView<'_>,
) -> Reply<H::AppAnswer> {
    let question = Routed { request, route: Route::of(request, &isolate.settings) };
    let action = settle::settle(host, isolate, &question).await;
    let mut reply = obey(host, isolate, request, action).await;
    reply.apply(cors::edits(request, &isolate.settings));
    reply
}

async fn obey<H: GatewayHost>(
    host: &H,
    isolate: &Arc<Isolate>,
    request: &RequestView<'_>,
    action: Action,
) -> Reply<H::AppAnswer> {
    match action {
        Action::Answer(answer) => Reply::Own(answer),
        Action::AskOrigin(ask) => Reply::Own(session::ask(host, isolate, request, ask).await),
        Action::Confirm(confirm) => match over::confirmed(host, isolate, confirm).await {
            Ok(action) => Box::pin(obey(host, isolate, request, action)).await,
            Err(error) => Reply::Own(origin::failed(&error, &isolate.settings)),
        },
        Action::Forward(forward) => forward::forward(host, isolate, request, &forward).await,
        Action::Limited(action) => {
            let action = if is_within_limit(host).await {
                *action
            } else {
                Action::Refuse(Refusal::TooManyRequests)
            };
            Box::pin(obey(host, isolate, request, action)).await
        }
        Action::Refuse(refusal) => Reply::Own(settle::refused(host, isolate, refusal)),
        Action::SessionOver(token) => Reply::Own(over::session_over(host, isolate, &token).await),
    }
}

/// Whether the client may go on. One whose address is not known cannot be told from others, and is not limited.
async fn is_within_limit<H: GatewayHost>(host: &H) -> bool {
    match host.client_address().as_deref().and_then(rate_limit::counted_as) {
        Some(client) => host.is_within_limit(client).await,
        None => true,
    }
}

#[cfg(test)]
pub(crate) mod tests;
