//! Asks the origin about the session.

use super::duplicates;
use crate::{
    answer::{Answer, HeaderEdit},
    decide::Ask,
    host::{BodyError, GatewayHost},
    isolate::Isolate,
    origin::{self, Call, DataWrite, MERGE_PATCH, read_data, refresh, revoke, update_data},
    request::RequestView,
    respond,
    settings::Settings,
    upkeep::revocations,
};
use wayleave_shared::{
    refusal::{Code, Problem},
    session_handle::SessionHandle,
    wire::MAX_SESSION_DATA_BODY_BYTES,
};

/// Does what the decision asks for, and answers.
pub(super) async fn ask<H: GatewayHost>(
    host: &H,
    isolate: &Isolate,
    request: &RequestView<'_>,
    ask: Ask,
) -> Answer {
    let settings = &isolate.settings;
    let answer = match ask {
        Ask::ClearDuplicates => return duplicates::clear(host, isolate, request).await,
        Ask::PatchData(session) => {
            return write(host, isolate, request, session, Write::Patch).await;
        }
        Ask::ReadData(session) => origin::ask(host, settings, &Call::ReadData(session), read_data)
            .await
            .map(|data| respond::json(200, &data).with(etag(data.version))),
        Ask::Refresh(token, transfer) => {
            origin::ask(host, settings, &Call::Refresh(&token, transfer), refresh)
                .await
                .map(|lines| respond::refreshed(&lines))
        }
        Ask::SignOut(session) => {
            let revoked = origin::ask(host, settings, &Call::Revoke(session), revoke).await;
            revoked.map(|lines| {
                revocations::end_session(host, isolate, session);
                isolate.clearing.lock().keep(&lines, host.now());
                respond::signed_out(&lines)
            })
        }
        Ask::UpdateData(session) => {
            return write(host, isolate, request, session, Write::Replace).await;
        }
    };
    answer.unwrap_or_else(|error| origin::failed(&error, settings))
}

/// How session data is written.
#[derive(Clone, Copy)]
enum Write {
    /// Changed by a JSON merge patch.
    Patch,
    /// Replaced.
    Replace,
}

/// The origin judges the body; here it is only kept from being endless or of another kind.
async fn write<H: GatewayHost>(
    host: &H,
    isolate: &Isolate,
    request: &RequestView<'_>,
    session: SessionHandle,
    how: Write,
) -> Answer {
    let settings = &isolate.settings;
    let refused = |code| respond::refusal(code, settings.expired_status);
    let content_type = request.headers.content_type.as_deref();
    match how {
        Write::Patch if !is_of_type(content_type, MERGE_PATCH) => return no_merge_patch(settings),
        Write::Replace if !is_of_type(content_type, JSON) => {
            return refused(Code::UnsupportedMediaType);
        }
        Write::Patch | Write::Replace => {}
    }
    if announced_bytes(request) > MAX_SESSION_DATA_BODY_BYTES {
        return refused(Code::BodyTooLarge);
    }
    let body = match host.body(MAX_SESSION_DATA_BODY_BYTES).await {
        Ok(body) => body,
        Err(BodyError::TooLarge) => return refused(Code::BodyTooLarge),
        Err(BodyError::Broken(_)) => return refused(Code::BadRequest),
    };
    let write = DataWrite { session, body: &body, if_match: request.headers.if_match.as_deref() };
    let call = match how {
        Write::Patch => Call::PatchData(write),
        Write::Replace => Call::UpdateData(write),
    };
    match origin::ask(host, settings, &call, update_data).await {
        Ok(updated) => respond::json(200, &updated).with(etag(updated.version)),
        Err(error) => origin::failed(&error, settings),
    }
}

fn etag(version: u64) -> HeaderEdit {
    HeaderEdit::set("ETag", format!("\"{version}\""))
}

/// What `Content-Length` says; nothing where it is missing or no number, for the reading is limited anyway.
fn announced_bytes(request: &RequestView) -> usize {
    request
        .headers
        .content_length
        .as_deref()
        .and_then(|length| length.trim().parse().ok())
        .unwrap_or(0)
}

/// Whether it is this media type, with any parameters (RFC 9110 section 8.3.1).
fn is_of_type(content_type: Option<&str>, media_type: &str) -> bool {
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(media_type)
}

/// Says what a `PATCH` must be (RFC 5789 section 2.2).
fn no_merge_patch(settings: &Settings) -> Answer {
    let detail = format!("the body must be {MERGE_PATCH}");
    let problem = Problem::new(Code::UnsupportedMediaType, detail);
    respond::problem(&problem, settings.expired_status)
        .with(HeaderEdit::set("Accept-Patch", MERGE_PATCH))
}

const JSON: &str = "application/json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_compared_without_its_parameters() {
        for (content_type, expected) in [
            (Some("application/json"), true),
            (Some("Application/JSON; charset=utf-8"), true),
            (Some("application/json;"), true),
            (Some("application/jsonp"), false),
            (Some("text/plain"), false),
            (Some("application/json, text/plain"), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(is_of_type(content_type, JSON), expected, "{content_type:?}");
            let patch = content_type.map(|text| text.to_lowercase().replace('/', "/merge-patch+"));
            assert_eq!(is_of_type(patch.as_deref(), MERGE_PATCH), expected, "{patch:?}");
            assert!(!is_of_type(patch.as_deref(), JSON), "{patch:?}");
        }
    }
}
