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
///
/// # Errors
///
/// What the origin says, where nothing can be done without it.
pub(crate) async fn confirmed<H: Host>(
    host: &H,
    isolate: &Isolate,
    confirm: Confirm,
) -> Result<Action, OriginError> {
    let Confirm { token, confirmation, then, without } = confirm;
    match (origin::ask(host, &isolate.settings, &Call::Verify(&token.0), verify).await, without) {
        (Ok(()), _) => {
            isolate.confirmations.lock().confirm(confirmation.as_slice());
            Ok(*then)
        }
        (Err(_), Some(without)) => Ok(*without),
        (Err(error), None) => {
            remember(host, isolate, &error);
            Err(error)
        }
    }
}

/// The answer to a request whose session was ended.
pub(crate) async fn session_over<H: Host>(
    host: &H,
    isolate: &Isolate,
    token: &PresentedToken,
) -> Answer {
    respond::session_over(&lines(host, isolate, token).await, isolate.settings.expired_status)
}

/// The lines that clear the cookies of a session that was ended; none where the origin cannot be asked for them.
pub(crate) async fn lines<H: Host>(
    host: &H,
    isolate: &Isolate,
    token: &PresentedToken,
) -> BrowserLines {
    let is_known = isolate.clearing.lock().recall(host.now()).is_some();
    let may_ask = isolate.clearing.lock().may_ask(host.now());
    if !is_known && may_ask {
        match origin::ask(host, &isolate.settings, &Call::Verify(&token.0), verify).await {
            Err(error @ OriginError::Refused(_)) => remember(host, isolate, &error),
            Ok(()) | Err(_) => isolate.clearing.lock().fail(host.now()),
        }
    }
    known_lines(host, isolate)
}

/// The answer with what is known already.
pub(crate) fn over_as_known<H: Host>(host: &H, isolate: &Isolate) -> Answer {
    respond::session_over(&known_lines(host, isolate), isolate.settings.expired_status)
}

fn known_lines<H: Host>(host: &H, isolate: &Isolate) -> BrowserLines {
    isolate.clearing.lock().recall(host.now()).cloned().unwrap_or_default()
}

/// Keeps the lines of a refusal, for the next time.
fn remember<H: Host>(host: &H, isolate: &Isolate, error: &OriginError) {
    if let OriginError::Refused(problem) = error
        && let Some(lines) = &problem.browser
    {
        isolate.clearing.lock().keep(lines, host.now());
    }
}
