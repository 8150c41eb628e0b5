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
            Action::Answer(origin::failed(&error))
        }
    }
}

/// The answer to a request whose session was ended. Where the origin cannot be asked for the lines that clear cookies, the page is told at least.
pub(super) async fn session_over<H: Host>(host: &H, edge: &Edge, token: &PresentedToken) -> Answer {
    if let Some(lines) = edge.clearing.borrow().recall(host.now()) {
        return respond::session_over(lines);
    }
    let may_ask = edge.clearing.borrow().may_ask(host.now());
    if may_ask {
        match origin::ask(host, &edge.settings, &Call::Verify(&token.0), verify).await {
            Err(error @ OriginError::Refused(_)) => remember(host, edge, &error),
            Ok(()) | Err(_) => edge.clearing.borrow_mut().fail(host.now()),
        }
    }
    let clearing = edge.clearing.borrow();
    respond::session_over(clearing.recall(host.now()).unwrap_or(&BrowserLines::default()))
}

/// Keeps the lines of a refusal, for the next time.
fn remember<H: Host>(host: &H, edge: &Edge, error: &OriginError) {
    if let OriginError::Refused(problem) = error
        && let Some(lines) = &problem.browser
    {
        edge.clearing.borrow_mut().keep(lines, host.now());
    }
}
