//! Sends the request on to the app.

use super::instruction;
use crate::{
    answer::Answer,
    decide::Forward,
    gateway::{self, AppRequest, Passage},
    host::{AppUnreachable, GatewayHost, Reply},
    isolate::Isolate,
    log::{Level, LogLine},
    request::RequestView,
    respond,
};

/// Forwards, and does what the app's answer asks for.
pub(super) async fn forward<H: GatewayHost>(
    host: &H,
    isolate: &Isolate,
    request: &RequestView<'_>,
    forward: &Forward,
) -> Reply<H::AppAnswer> {
    let passage = Passage {
        at: host.now().whole_seconds(),
        // What is no address would only be believed by the app.
        client_address: host.client_address().and_then(|address| address.parse().ok()),
    };
    let sent = match AppRequest::new(request, forward, &passage, &isolate.settings) {
        Some(app_request) => host.forward(app_request).await,
        None => Err(AppUnreachable::Broken("UPSTREAM is not set".to_owned())),
    };
    let answer = match sent {
        Ok(answer) => answer,
        Err(unreachable) => return Reply::Own(no_answer(host, &unreachable)),
    };
    let reserved = host.reserved_headers(&answer);
    let mut edits: Vec<_> = gateway::hidden(&reserved).collect();
    match instruction::obey(host, isolate, request, forward, &reserved).await {
        Ok(lines) => {
            edits.extend(lines);
            Reply::App(answer, edits)
        }
        Err(refusal) => {
            host.discard(answer);
            Reply::Own(refusal)
        }
    }
}

fn no_answer<H: GatewayHost>(host: &H, unreachable: &AppUnreachable) -> Answer {
    host.log(LogLine::new(Level::Error, "the app cannot be reached").with("reason", unreachable));
    match unreachable {
        AppUnreachable::Broken(_) => respond::app_unavailable(),
        AppUnreachable::TimedOut => respond::app_timed_out(),
    }
}
