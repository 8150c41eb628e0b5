//! Tells the origin which refresh tokens have arrived.

use super::{Task, revocations};
use crate::{
    confirmations::{COLLECT_MS, ConfirmMode},
    host::Host,
    isolate::Isolate,
    origin::{Call, ask, confirm},
    single_flight::Ticket,
};
use std::sync::Arc;
use wayleave_shared::wire::Confirmation;

/// A token was seen for the first time that tells this. Where requests wait for confirmation, the decision sees to it.
pub(crate) fn note(isolate: &Isolate, confirmation: Confirmation) {
    if isolate.settings.confirm == ConfirmMode::Background {
        isolate.confirmations.lock().note(confirmation);
    }
}

/// Sends what waits, if anything does.
pub(crate) fn send_in_background<H: Host>(host: &H, isolate: &Arc<Isolate>) {
    let claim = isolate.confirmations.lock().claim_send(host.now());
    if let Some(ticket) = claim {
        host.in_background(isolate, Task::SendConfirmations(ticket));
    }
}

pub(super) async fn send<H: Host>(host: &H, isolate: &Isolate, ticket: Ticket) {
    loop {
        host.sleep(COLLECT_MS).await;
        let next = isolate.confirmations.lock().next(ticket, host.now());
        if next.is_empty() {
            return;
        }
        match ask(host, &isolate.settings, &Call::Confirm(&next), confirm).await {
            Ok(confirmed) => {
                isolate.confirmations.lock().confirm(&next);
                for session in confirmed.gone {
                    revocations::end_session(host, isolate, session);
                }
            }
            // Why it failed is in the log already.
            Err(_) => return isolate.confirmations.lock().fail(ticket, host.now()),
        }
    }
}
