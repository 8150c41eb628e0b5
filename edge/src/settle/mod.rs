//! Gets the decision about a request, and what it turns out to need.
//!
//! | file | what it does |
//! |---|---|
//! | `holds` | whether what was decided before still holds |
//! | `over` | tells a client that its session is over, and asks the origin whether one is |

mod holds;
pub(crate) mod over;

pub use holds::Holds;

use crate::{
    answer::Answer,
    decide::{Action, Ask, Circumstances, Decision, Question, Refusal},
    host::Host,
    isolate::Isolate,
    log::{Level, LogLine},
    upkeep::{self, confirmations, keys, revocations},
    verifier::{Remembering, Seen},
};
use std::{cell::Cell, sync::Arc};
use wayleave_shared::{key_set::KeySet, time::UnixMilliseconds};

/// What is done.
pub(crate) async fn settle<H: Host>(
    host: &H,
    isolate: &Arc<Isolate>,
    question: &impl Question,
) -> Action {
    let mut rounds = 0;
    loop {
        rounds += 1;
        let Decided { decision, keys: known, .. } = decide_now(isolate, question, host.now());
        let (otherwise, is_renewed) = match decision {
            Decision::Settled(action) => {
                upkeep::begin_what_is_due(host, isolate, !tells_the_origin(&action));
                return action;
            }
            Decision::NeedKeys(otherwise) => (otherwise, keys::renew(host, isolate, &known).await),
            Decision::NeedRevocations(otherwise) => {
                (otherwise, revocations::renew(host, isolate).await)
            }
        };
        if !is_renewed || rounds == MAX_ROUNDS {
            return otherwise;
        }
    }
}

/// What is done, where that is known at once and there is nothing to begin beside it; and what it rests on, where that was a token which was seen before.
pub(crate) fn settle_at_once(
    isolate: &Isolate,
    question: &impl Question,
    now: UnixMilliseconds,
) -> Option<(Action, Option<Holds>)> {
    let Decided { decision, generation, seen, .. } = decide_now(isolate, question, now);
    let Decision::Settled(action) = decision else { return None };
    if upkeep::is_anything_due(isolate, now) {
        return None;
    }
    let holds = match seen {
        Some(Seen::Before(claims)) => Some(Holds { claims, generation }),
        Some(Seen::FirstTime(_)) | None => None,
    };
    Some((action, holds))
}

/// A decision, the keys with which it was made, and what they found out.
struct Decided {
    decision: Decision,
    keys: Arc<KeySet>,
    generation: u64,
    seen: Option<Seen>,
}

fn decide_now(isolate: &Isolate, question: &impl Question, now: UnixMilliseconds) -> Decided {
    let settings = &isolate.settings;
    let (keys, generation) = {
        let cache = isolate.keys.lock();
        (cache.keys(), cache.generation())
    };
    let seen = Cell::new(None);
    let verifier = Remembering { keys: &keys, generation, memory: &isolate.tokens, seen: &seen };
    let decision = {
        let (feed, confirmations) = (isolate.feed.lock(), isolate.confirmations.lock());
        let revocations = feed.view(settings.revocation.max_staleness_ms, now);
        let now = now.whole_seconds();
        question.decide(&Circumstances {
            keys: &verifier,
            revocations,
            confirmations: &confirmations,
            settings,
            now,
        })
    };
    // At once: the token is not seen for the first time again, also where the client goes away while something is fetched.
    let seen = seen.into_inner();
    if let Some(Seen::FirstTime(Some(confirmation))) = seen {
        confirmations::note(isolate, confirmation);
    }
    Decided { decision, keys, generation, seen }
}

/// What the client of a refused request is told, and perhaps the operator.
pub(crate) fn refused<H: Host>(host: &H, isolate: &Isolate, refusal: Refusal) -> Answer {
    note(host, refusal);
    refusal.answer(isolate.settings.expired_status)
}

/// Tells the operator of a refusal that a setting may have caused.
pub(crate) fn note<H: Host>(host: &H, refusal: Refusal) {
    if refusal.concerns_operator() {
        let line =
            LogLine::new(Level::Warning, "a request was refused, probably because of a setting");
        host.log(line.with("reason", &refusal));
    }
}

/// Whether the origin is about to learn anyway what the request's token tells.
const fn tells_the_origin(action: &Action) -> bool {
    matches!(action, Action::Confirm(_) | Action::AskOrigin(Ask::SignOut(_)))
}

/// First keys, then revocations, and once more each where they turn out to be older than thought.
const MAX_ROUNDS: u32 = 4;
