//! Tells a client that its session is over, and asks the origin whether one is.

use super::{Edge, origin};
use crate::{
    answer::Answer,
    decide::{Action, Confirm, PresentedToken},
    host::Host,
    origin::{Call, OriginError, verify},
    respond,
};
use wayleave_shared::wire::BrowserLines;

/// What is done with a request whose session the origin has to confirm.
pub(super) async fn confirmed<H: Host>(host: &H, edge: &Edge, confirm: Confirm) -> Action {
    let Confirm { token, confirmation, then, without } = confirm;
    match (origin::ask(host, &edge.settings, &Call::Verify(&token.0), verify).await, without) {
        (Ok(()), _) => {
            edge.confirmations.borrow_mut().confirm(confirmation.as_slice());
            *then
        }
        (Err(_), Some(without)) => *without,
        (Err(error), None) => {
            remember(host, edge, &error);
            Action::Answer(origin::failed(&error, &edge.settings))
        }
    }
}

/// The answer to a request whose session was ended. Where the origin cannot be asked for the lines that clear cookies, the page is told at least.
pub(super) async fn session_over<H: Host>(host: &H, edge: &Edge, token: &PresentedToken) -> Answer {
    let is_known = edge.clearing.borrow().recall(host.now()).is_some();
    let may_ask = edge.clearing.borrow().may_ask(host.now());
    if !is_known && may_ask {
        match origin::ask(host, &edge.settings, &Call::Verify(&token.0), verify).await {
            Err(error @ OriginError::Refused(_)) => remember(host, edge, &error),
            Ok(()) | Err(_) => edge.clearing.borrow_mut().fail(host.now()),
        }
    }
    over_as_known(host, edge)
}

/// The same, with what is known already.
pub(super) fn over_as_known<H: Host>(host: &H, edge: &Edge) -> Answer {
    let clearing = edge.clearing.borrow();
    let lines = clearing.recall(host.now());
    respond::session_over(lines.unwrap_or(&BrowserLines::default()), edge.settings.expired_status)
}

/// Keeps the lines of a refusal, for the next time.
fn remember<H: Host>(host: &H, edge: &Edge, error: &OriginError) {
    if let OriginError::Refused(problem) = error
        && let Some(lines) = &problem.browser
    {
        edge.clearing.borrow_mut().keep(lines, host.now());
    }
}
