//! One call to the origin, with its failures logged.

use super::{Call, Incoming, OriginError, Outage};
use crate::{
    answer::Answer,
    host::Host,
    log::{Level, LogLine},
    respond,
    settings::Settings,
};
use wayleave_shared::refusal::Code;

/// Asks, and reads the answer with `read`.
pub(crate) async fn ask<H: Host, T>(
    host: &H,
    settings: &Settings,
    call: &Call<'_>,
    read: impl FnOnce(&Incoming) -> Result<T, OriginError>,
) -> Result<T, OriginError> {
    let incoming = host.ask_origin(call.request(settings)).await;
    let outcome = incoming.map_err(OriginError::from).and_then(|incoming| read(&incoming));
    if let Err(OriginError::Unavailable(outage)) = &outcome {
        note(host, call.name(), outage);
    }
    outcome
}

fn note<H: Host>(host: &H, call: &str, outage: &Outage) {
    let line = LogLine::new(Level::Error, "the origin did not do what it was asked");
    host.log(line.with("origin.call", &call).with("reason", outage));
}

/// What the client is told. An outage touches no cookie.
pub(crate) fn failed(error: &OriginError, settings: &Settings) -> Answer {
    match error {
        OriginError::Refused(problem) => respond::problem(problem, settings.expired_status),
        OriginError::Unavailable(_) => respond::refusal(Code::Unavailable, settings.expired_status),
    }
}
