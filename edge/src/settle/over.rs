//! Tells a client that its session is over, and asks the origin whether one is.

use crate::{
    answer::Answer,
    decide::{Action, Confirm, PresentedToken},
    host::Host,
    isolate::Isolate,
    origin::{self, Call, OriginError, verify},
    respond,
};
use wayleave_shared::wire::BrowserLines;

/// What is done with a request whose session the origin has to confirm.
pub(crate) async fn confirmed<H: Host>(host: &H, isolate: &Isolate, confirm: Confirm) -> Action {
    let Confirm { token, confirmation, then, without } = confirm;
    match (origin::ask(host, &isolate.settings, &Call::Verify(&token.0), verify).await, without) {
        (Ok(()), _) => {
            isolate.confirmations.lock().confirm(confirmation.as_slice());
            *then
        }
        (Err(_), Some(without)) => *without,
        (Err(error), None) => {
            remember(host, isolate, &error);
            Action::Answer(origin::failed(&error, &isolate.settings))
        }
    }
}

/// The answer to a request whose session was ended. Where the origin cannot be asked for the lines that clear cookies, the page is told at least.
pub(crate) async fn session_over<H: Host>(
    host: &H,
    isolate: &Isolate,
    token: &PresentedToken,
) -> Answer {
    let is_known = isolate.clearing.lock().recall(host.now()).is_some();
    let may_ask = isolate.clearing.lock().may_ask(host.now());
    if !is_known && may_ask {
        match origin::ask(host, &isolate.settings, &Call::Verify(&token.0), verify).await {
            Err(error @ OriginError::Refused(_)) => remember(host, isolate, &error),
            Ok(()) | Err(_) => isolate.clearing.lock().fail(host.now()),
        }
    }
    over_as_known(host, isolate)
}

/// The same, with what is known already.
pub(crate) fn over_as_known<H: Host>(host: &H, isolate: &Isolate) -> Answer {
    let clearing = isolate.clearing.lock();
    let lines = clearing.recall(host.now());
    respond::session_over(
        lines.unwrap_or(&BrowserLines::default()),
        isolate.settings.expired_status,
    )
}

/// Keeps the lines of a refusal, for the next time.
fn remember<H: Host>(host: &H, isolate: &Isolate, error: &OriginError) {
    if let OriginError::Refused(problem) = error
        && let Some(lines) = &problem.browser
    {
        isolate.clearing.lock().keep(lines, host.now());
    }
}
