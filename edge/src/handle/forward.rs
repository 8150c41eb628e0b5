//! Sends the request on to the app.

use crate::{
    answer::Answer,
    credential,
    decide::Forward,
    gateway::{self, AppRequest},
    host::{AppUnreachable, GatewayHost, Reply},
    isolate::Isolate,
    log::{Level, LogLine},
    origin::{self, Call, create_session},
    request::RequestView,
    respond,
    upkeep::revocations,
};
use wayleave_shared::refusal::Code;

/// Forwards, and does what the app's answer asks for.
pub(super) async fn forward<H: GatewayHost>(
    host: &H,
    isolate: &Isolate,
    request: &RequestView,
    forward: &Forward,
) -> Reply<H::AppAnswer> {
    let sent = match AppRequest::new(request, forward, &isolate.settings) {
        Some(app_request) => host.forward(app_request).await,
        None => Err(AppUnreachable("UPSTREAM is not set".to_owned())),
    };
    let answer = match sent {
        Ok(answer) => answer,
        Err(unreachable) => {
            host.log(
                LogLine::new(Level::Error, "the app cannot be reached")
                    .with("reason", &unreachable),
            );
            return Reply::Own(respond::app_unavailable());
        }
    };
    let reserved = host.reserved_headers(&answer);
    let mut edits: Vec<_> = gateway::hidden(&reserved).collect();
    match log_in(host, isolate, request, forward, &reserved).await {
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

/// Creates the session that the app asks for, if it does: what to add to its answer, or what to answer instead.
async fn log_in<H: GatewayHost>(
    host: &H,
    isolate: &Isolate,
    request: &RequestView,
    forward: &Forward,
    reserved: &[(String, String)],
) -> Result<Vec<crate::answer::HeaderEdit>, Answer> {
    let transfer = || credential::transfer_of_log_in(&request.headers, &isolate.settings);
    let wanted =
        gateway::wanted_session(reserved, forward.carried, transfer).map_err(|invalid| {
            host.log(
                LogLine::new(Level::Error, "the app asked for a session in a wrong way")
                    .with("reason", &invalid),
            );
            respond::refusal(Code::Internal, isolate.settings.expired_status)
        })?;
    let Some(wanted) = wanted else { return Ok(Vec::new()) };
    match origin::ask(host, &isolate.settings, &Call::CreateSession(&wanted), create_session).await
    {
        Ok(lines) => {
            // The log-in ended the session that it came with.
            if let Some(session) = wanted.replaces {
                revocations::end_session(host, isolate, session);
            }
            Ok(respond::browser_lines(&lines).collect())
        }
        Err(error) => Err(origin::failed(&error, &isolate.settings)),
    }
}
