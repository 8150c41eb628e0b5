//! Tells the origin which refresh tokens have arrived.

use super::{Edge, origin, revocations};
use crate::{
    confirmations::{COLLECT_MS, ConfirmMode},
    host::Host,
    origin::{Call, confirm},
    single_flight::Ticket,
};
use std::rc::Rc;
use wayleave_shared::wire::Confirmation;

/// A token was seen for the first time that tells this. Where requests wait for confirmation, the decision sees to it.
pub(super) fn note(edge: &Edge, confirmation: Confirmation) {
    if edge.settings.confirm == ConfirmMode::Background {
        edge.confirmations.borrow_mut().note(confirmation);
    }
}

/// Sends what waits, if anything does.
pub(super) fn send_in_background<H: Host>(host: &H, edge: &Rc<Edge>) {
    let claim = edge.confirmations.borrow_mut().claim_send(host.now());
    if let Some(ticket) = claim {
        let (task_host, edge) = (host.clone(), Rc::clone(edge));
        host.in_background(async move { send(&task_host, &edge, ticket).await });
    }
}

async fn send<H: Host>(host: &H, edge: &Edge, ticket: Ticket) {
    loop {
        host.sleep(COLLECT_MS).await;
        let next = edge.confirmations.borrow_mut().next(ticket, host.now());
        if next.is_empty() {
            return;
        }
        match origin::ask(host, &edge.settings, &Call::Confirm(&next), confirm).await {
            Ok(confirmed) => {
                edge.confirmations.borrow_mut().confirm(&next);
                for session in confirmed.gone {
                    revocations::end_session(host, edge, session);
                }
            }
            // Why it failed is in the log already.
            Err(_) => return edge.confirmations.borrow_mut().fail(ticket, host.now()),
        }
    }
}
