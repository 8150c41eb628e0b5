//! Does what the app's answer asks for, before it goes out.

use crate::{
    answer::{Answer, HeaderEdit},
    credential::{self, Credential, Found},
    decide::Forward,
    gateway::{self, Instruction},
    host::GatewayHost,
    isolate::Isolate,
    log::{Level, LogLine},
    origin::{self, Call, OriginError, create_session, revoke},
    request::RequestView,
    respond,
    upkeep::revocations,
};
use wayleave_shared::{
    json::Json,
    refusal::Code,
    session_handle::SessionHandle,
    wire::{BrowserLines, CreateSession, TokenTransfer, UpdatePayload},
};

/// Obeys: what to add to the app's answer, or what to answer instead.
pub(super) async fn obey<H: GatewayHost>(
    host: &H,
    isolate: &Isolate,
    request: &RequestView<'_>,
    forward: &Forward,
    reserved: &[(String, String)],
) -> Result<Vec<HeaderEdit>, Answer> {
    let transfer = || credential::transfer_of_log_in(&request.headers, &isolate.settings);
    let instruction = gateway::instruction(reserved, forward, transfer).map_err(|invalid| {
        let line = LogLine::new(Level::Error, "the app's answer asks for what cannot be done");
        host.log(line.with("reason", &invalid));
        respond::refusal(Code::Internal, isolate.settings.expired_status)
    })?;
    let done = match instruction {
        None => return Ok(Vec::new()),
        Some(Instruction::CreateSession(wanted)) => log_in(host, isolate, &wanted).await,
        Some(Instruction::EndCurrent(session)) => end(host, isolate, session).await,
        Some(Instruction::EndOther(session)) => match end(host, isolate, session).await {
            // They are for the browser whose session it was.
            Ok(_) => return Ok(Vec::new()),
            Err(error) => Err(error),
        },
        Some(Instruction::UpdatePayload(session, payload)) => {
            update_payload(host, isolate, request, session, payload).await
        }
    };
    match done {
        Ok(lines) => Ok(respond::browser_lines(&lines).collect()),
        Err(error) => Err(origin::failed(&error, &isolate.settings)),
    }
}

async fn log_in<H: GatewayHost>(
    host: &H,
    isolate: &Isolate,
    wanted: &CreateSession,
) -> Result<BrowserLines, OriginError> {
    let call = Call::CreateSession(wanted);
    let lines = origin::ask(host, &isolate.settings, &call, create_session).await?;
    // The log-in ended the session that it came with.
    if let Some(session) = wanted.replaces {
        revocations::end_session(host, isolate, session);
    }
    Ok(lines)
}

async fn end<H: GatewayHost>(
    host: &H,
    isolate: &Isolate,
    session: SessionHandle,
) -> Result<BrowserLines, OriginError> {
    let lines = origin::ask(host, &isolate.settings, &Call::Revoke(session), revoke).await?;
    revocations::end_session(host, isolate, session);
    isolate.clearing.lock().keep(&lines, host.now());
    Ok(lines)
}

/// The access token of the request goes along, so that the browser has the new payload with its next request.
async fn update_payload<H: GatewayHost>(
    host: &H,
    isolate: &Isolate,
    request: &RequestView<'_>,
    session: SessionHandle,
    payload: Json,
) -> Result<BrowserLines, OriginError> {
    let credential = Credential::of(&request.headers, &isolate.settings);
    let change = UpdatePayload {
        jwt_payload: Some(payload),
        access_token: match credential.access {
            Found::Token(token) => Some(token.to_owned()),
            Found::Absent | Found::Ambiguous => None,
        },
        transfer: if credential.is_bearer { TokenTransfer::Header } else { TokenTransfer::Cookie },
    };
    let call = Call::UpdatePayload(session, &change);
    // The lines stand where they do after a revocation.
    origin::ask(host, &isolate.settings, &call, revoke).await
}
