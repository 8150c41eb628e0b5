//! What pages on other origins may do (Fetch standard, section 3.2).
//!
//! Only the origins of `ALLOWED_ORIGINS` are answered, each with its own name: `*` does not work together with cookies.

use crate::{
    answer::{Answer, HeaderEdit},
    request::RequestView,
    settings::Settings,
};
use wayleave_shared::header;

/// Whether the request comes from a page on an allowed origin.
#[must_use]
pub fn is_listed(request: &RequestView, settings: &Settings) -> bool {
    let origin = request.headers.origin.as_deref();
    origin.is_some_and(|origin| {
        settings.gateway.allowed_origins.iter().any(|allowed| allowed.as_str() == origin)
    })
}

/// The answer to a pre-flight: 204, with permission for an allowed origin and without for every other.
///
/// The lines that every answer gets, [`edits`], are not in it yet.
#[must_use]
pub fn preflight(request: &RequestView, settings: &Settings, methods: &'static str) -> Answer {
    let mut answer =
        Answer::new(204, String::new()).with(HeaderEdit::set("Cache-Control", "no-store"));
    if is_listed(request, settings) {
        answer.apply([
            HeaderEdit::set("Access-Control-Allow-Headers", header::ALLOWED.join(", ")),
            HeaderEdit::set("Access-Control-Allow-Methods", methods),
            HeaderEdit::set("Access-Control-Max-Age", MAX_AGE_S),
        ]);
    }
    answer
}

/// What every answer gets, refusals and the app's included.
///
/// `Vary: Origin` is there as soon as any origin is allowed, also without an `Origin` header: a cache must not answer one origin with what
/// was meant for another.
#[must_use]
pub fn edits(request: &RequestView, settings: &Settings) -> Vec<HeaderEdit> {
    if settings.gateway.allowed_origins.is_empty() {
        return Vec::new();
    }
    let mut edits = vec![HeaderEdit::append("Vary", "Origin")];
    if let Some(origin) = request.headers.origin.as_deref().filter(|_| is_listed(request, settings))
    {
        edits.extend([
            HeaderEdit::set("Access-Control-Allow-Origin", origin.to_owned()),
            HeaderEdit::set("Access-Control-Allow-Credentials", "true"),
            HeaderEdit::append("Access-Control-Expose-Headers", header::EXPOSED.join(", ")),
        ]);
    }
    edits
}

/// The methods that a page on an allowed origin may send to the app.
pub const GATEWAY_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

/// For how long a browser may remember the answer to a pre-flight, in seconds; Chromium's upper limit.
const MAX_AGE_S: &str = "7200";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{request::RequestHeaders, testing};

    fn request_from(origin: Option<&'static str>) -> RequestView<'static> {
        let headers =
            RequestHeaders { origin: origin.map(Into::into), ..RequestHeaders::default() };
        RequestView::new("OPTIONS", "https://api.example/auth/session", headers)
    }

    #[test]
    fn a_listed_origin_may_send_and_read_what_the_clients_need() {
        let settings = testing::settings_with(&[("ALLOWED_ORIGINS", "https://app.example")]);
        let request = request_from(Some("https://app.example"));

        let mut answer = preflight(&request, &settings, "GET, HEAD");
        answer.apply(edits(&request, &settings));

        assert_eq!((answer.status, answer.body.as_str()), (204, ""));
        let headers: Vec<_> =
            answer.headers.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
        assert_eq!(
            headers,
            [
                ("Cache-Control", "no-store"),
                (
                    "Access-Control-Allow-Headers",
                    "content-type, if-match, anti-csrf, rid, fdi-version, st-auth-mode, authorization, supertokens-sdk-name, supertokens-sdk-version"
                ),
                ("Access-Control-Allow-Methods", "GET, HEAD"),
                ("Access-Control-Max-Age", "7200"),
                ("Vary", "Origin"),
                ("Access-Control-Allow-Origin", "https://app.example"),
                ("Access-Control-Allow-Credentials", "true"),
                (
                    "Access-Control-Expose-Headers",
                    "front-token, id-refresh-token, anti-csrf, st-access-token, st-refresh-token, etag"
                ),
            ]
        );
    }

    #[test]
    fn other_origins_get_no_permission() {
        let settings = testing::settings_with(&[("ALLOWED_ORIGINS", "https://app.example")]);
        for origin in [
            None,
            Some("https://evil.example"),
            Some("null"),
            Some("https://app.example, https://app.example"),
            Some(""),
        ] {
            let request = request_from(origin);
            let mut answer = preflight(&request, &settings, "POST");
            answer.apply(edits(&request, &settings));
            let names: Vec<_> = answer.headers.iter().map(|(name, _)| name.as_ref()).collect();
            assert_eq!(names, ["Cache-Control", "Vary"], "{origin:?}");
        }
    }

    #[test]
    fn without_a_list_nothing_is_added() {
        let settings = testing::settings_with(&[]);
        assert_eq!(edits(&request_from(Some("https://app.example")), &settings), []);
    }
}
