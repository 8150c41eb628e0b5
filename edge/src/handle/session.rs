//! Asks the origin about the session.

use super::{Edge, origin, revocations};
use crate::{
    answer::{Answer, HeaderEdit},
    decide::Ask,
    host::{BodyError, Host, MAX_SESSION_DATA_BYTES},
    origin::{Call, read_data, refresh, revoke, update_data},
    request::RequestView,
    respond,
};
use wayleave_shared::{refusal::Code, session_handle::SessionHandle};

/// Does what the decision asks for, and answers.
pub(super) async fn ask<H: Host>(host: &H, edge: &Edge, request: &RequestView, ask: Ask) -> Answer {
    let settings = &edge.settings;
    let answer = match ask {
        Ask::ReadData(session) => origin::ask(host, settings, &Call::ReadData(session), read_data)
            .await
            .map(|data| respond::json(200, &data).with(etag(data.version))),
        Ask::Refresh(token) => origin::ask(host, settings, &Call::Refresh(&token), refresh)
            .await
            .map(|lines| respond::refreshed(&lines)),
        Ask::SignOut(session) => {
            let revoked = origin::ask(host, settings, &Call::Revoke(session), revoke).await;
            revoked.map(|lines| {
                revocations::end_session(host, edge, session);
                edge.clearing.borrow_mut().keep(&lines, host.now());
                respond::signed_out(&lines)
            })
        }
        Ask::UpdateData(session) => return update(host, edge, request, session).await,
    };
    answer.unwrap_or_else(|error| origin::failed(&error))
}

/// The origin judges the body; here it is only kept from being endless or of another kind.
async fn update<H: Host>(
    host: &H,
    edge: &Edge,
    request: &RequestView,
    session: SessionHandle,
) -> Answer {
    if !is_json(request.headers.content_type.as_deref()) {
        return respond::refusal(Code::UnsupportedMediaType);
    }
    if announced_bytes(request) > MAX_SESSION_DATA_BYTES {
        return respond::refusal(Code::BodyTooLarge);
    }
    let body = match host.body(MAX_SESSION_DATA_BYTES).await {
        Ok(body) => body,
        Err(BodyError::TooLarge) => return respond::refusal(Code::BodyTooLarge),
        Err(BodyError::Broken(_)) => return respond::refusal(Code::BadRequest),
    };
    let call =
        Call::UpdateData { session, body: &body, if_match: request.headers.if_match.as_deref() };
    match origin::ask(host, &edge.settings, &call, update_data).await {
        Ok(updated) => respond::json(200, &updated).with(etag(updated.version)),
        Err(error) => origin::failed(&error),
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

/// `application/json`, with any parameters (RFC 9110 section 8.3.1).
fn is_json(content_type: Option<&str>) -> bool {
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_counts_as_json() {
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
            assert_eq!(is_json(content_type), expected, "{content_type:?}");
        }
    }
}
