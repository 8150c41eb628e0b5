//! Answers what can be answered without waiting.

use crate::{
    answer::Answer,
    cors,
    decide::{Action, Routed},
    isolate::Isolate,
    request::RequestView,
    route::Route,
    settle,
};
use wayleave_shared::time::UnixMilliseconds;

/// The answer to a request for which nothing has to be waited, begun or logged; `None` for every other, which [`handle`](super::handle) then answers.
///
/// Without a future, and without an object of the platform: on requests that only ask who is there, those would cost more than the decision.
#[must_use]
pub fn answer_at_once(
    isolate: &Isolate,
    request: &RequestView,
    now: UnixMilliseconds,
) -> Option<Answer> {
    let question = Routed { request, route: Route::of(request, &isolate.settings) };
    let mut answer = match settle::settle_at_once(isolate, &question, now)? {
        Action::Answer(answer) => answer,
        Action::Refuse(refusal) if !refusal.concerns_operator() => {
            refusal.answer(isolate.settings.expired_status)
        }
        _ => return None,
    };
    answer.apply(cors::edits(request, &isolate.settings));
    Some(answer)
}
