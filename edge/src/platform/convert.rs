//! Between the platform's objects and ours.

use crate::{
    answer::{Answer, HeaderEdit},
    request::{RequestHeaders, RequestView},
};
use std::borrow::Cow;
use wasm_bindgen::{JsCast, JsValue};
use wayleave_shared::header;
use worker::{
    js_sys,
    web_sys::{Headers, Request, Response, ResponseInit},
};

/// What the decision looks at of a request.
pub(super) fn request_view(request: &Request) -> RequestView<'static> {
    let headers = request.headers();
    let value = |name| headers.get(name).ok().flatten().map(Cow::Owned);
    let url = request.url();
    RequestView::new(
        request.method(),
        &url,
        RequestHeaders {
            access_control_request_method: value("access-control-request-method"),
            anti_csrf: value(header::ANTI_CSRF),
            auth_mode: value(header::AUTH_MODE),
            authorization: value("authorization"),
            content_length: value("content-length"),
            content_type: value("content-type"),
            cookie: value("cookie"),
            if_match: value("if-match"),
            origin: value("origin"),
            sec_fetch_site: value("sec-fetch-site"),
            upgrade: value("upgrade"),
        },
    )
    .into_owned()
}

/// An answer of our own as a response.
pub(super) fn response(answer: &Answer, is_head: bool) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &answer.headers {
        headers.append(name, value)?;
    }
    let init = ResponseInit::new();
    init.set_status(answer.status);
    init.set_headers(&headers);
    let has_body = !is_head && !answer.body.is_empty();
    Response::new_with_opt_str_and_init(has_body.then_some(answer.body.as_str()), &init)
}

/// The app's answer with changed headers, for the gateway; untouched where there is nothing to change. A WebSocket goes along with it.
#[cfg(feature = "event")]
pub(super) fn edited(answer: Response, edits: Vec<HeaderEdit>) -> Result<Response, JsValue> {
    if edits.is_empty() {
        return Ok(answer);
    }
    // A response is a valid `ResponseInit`, and as such brings along all that it is, known to us or not.
    let copy = Response::new_with_opt_readable_stream_and_init(
        answer.body().as_ref(),
        answer.unchecked_ref(),
    )?;
    apply(&copy.headers(), edits)?;
    Ok(copy)
}

/// Changes headers, in order.
pub(super) fn apply(
    headers: &Headers,
    edits: impl IntoIterator<Item = HeaderEdit>,
) -> Result<(), JsValue> {
    for edit in edits {
        match edit {
            HeaderEdit::Append((name, value)) => headers.append(&name, &value)?,
            HeaderEdit::Remove(name) => headers.delete(&name)?,
            HeaderEdit::Set((name, value)) => headers.set(&name, &value)?,
        }
    }
    Ok(())
}

/// What was thrown, for the log.
pub(super) fn message(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => thrown.as_string().unwrap_or_else(|| "an unknown exception".to_owned()),
    }
}
