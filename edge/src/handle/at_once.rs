//! Answers what can be answered without waiting.

use crate::{
    answer::Answer,
    cors,
    decide::{Action, Routed},
    isolate::Isolate,
    request::RequestView,
    route::Route,
    settle::{self, Holds},
};
use wayleave_shared::time::UnixMilliseconds;

/// The answer to a request for which nothing has to be waited, begun or logged; `None` for every other, which [`handle`](super::handle) then answers.
///
/// Without a future, and without an object of the platform: on requests that only ask who is there, those would cost more than the decision. Of such a request not all headers need
/// have been read: `is_whole` tells whether they were. The app's paths are decided by all of them.
#[must_use]
pub fn answer_at_once(
    isolate: &Isolate,
    request: &RequestView,
    is_whole: bool,
    now: UnixMilliseconds,
) -> Option<AtOnce> {
    let route = Route::of(request, &isolate.settings);
    if route == Route::Gateway && !is_whole {
        return None;
    }
    let question = Routed { request, route };
    let (action, holds) = settle::settle_at_once(isolate, &question, now)?;
    let mut answer = match action {
        Action::Answer(answer) => answer,
        Action::Refuse(refusal) if !refusal.concerns_operator() => {
            refusal.answer(isolate.settings.expired_status)
        }
        _ => return None,
    };
    answer.apply(cors::edits(request, &isolate.settings));
    Some(AtOnce { answer, holds })
}

/// An answer that was made at once.
#[derive(Clone, Debug)]
pub struct AtOnce {
    /// The answer.
    pub answer: Answer,
    /// What it rests on beside the request, where it may be given [again](super::Answers).
    pub holds: Option<Holds>,
}
