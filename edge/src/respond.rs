//! The answers that the edge makes itself. All of them are `no-store`.

use crate::answer::{Answer, HeaderEdit};
use serde::Serialize;
use wayleave_shared::{
    header,
    refusal::{Code, PROBLEM_MEDIA_TYPE, Problem},
    wire::BrowserLines,
};

/// A JSON answer.
#[must_use]
pub fn json(status: u16, body: &impl Serialize) -> Answer {
    with_body(status, "application/json", body)
}

/// The answer to a refresh.
#[must_use]
pub fn refreshed(lines: &BrowserLines) -> Answer {
    let mut answer = with_text(200, "application/json", "{}".to_owned());
    answer.apply(browser_lines(lines));
    answer
}

/// The answer to a sign-out that ended a session, or found it gone.
#[must_use]
pub fn signed_out(lines: &BrowserLines) -> Answer {
    let mut answer = with_text(200, "application/json", r#"{"status":"OK"}"#.to_owned());
    answer.apply(browser_lines(lines));
    answer
}

/// The answer to a sign-out without any session: the page learns it, and no cookie is touched.
#[must_use]
pub fn nothing_to_sign_out() -> Answer {
    signed_out(&BrowserLines::default())
        .with(HeaderEdit::set(header::FRONT_TOKEN, header::REMOVE))
        .with(HeaderEdit::set(header::ID_REFRESH_TOKEN, header::REMOVE))
}

/// The session was ended: the page learns it, and these lines clear its cookies.
#[must_use]
pub fn session_over(lines: &BrowserLines) -> Answer {
    let mut answer = refusal(Code::Unauthorised)
        .with(HeaderEdit::set(header::FRONT_TOKEN, header::REMOVE))
        .with(HeaderEdit::set(header::ID_REFRESH_TOKEN, header::REMOVE));
    answer.apply(browser_lines(lines));
    answer
}

/// A refusal of our own. The detail is the same for everyone: the reasons are in the log.
#[must_use]
pub fn refusal(code: Code) -> Answer {
    problem(&Problem::new(code, detail(code)))
}

/// The app behind the gateway did not answer.
#[must_use]
pub fn app_unavailable() -> Answer {
    problem(&Problem::new(Code::Unavailable, "the app cannot be reached now"))
}

/// A refusal that the origin made: passed on as it is, the lines for the browser taken out of the body and applied, and without whose session it was.
#[must_use]
pub fn problem(problem: &Problem) -> Answer {
    let body = Problem::new(problem.code, problem.detail.as_str());
    let mut answer = with_body(body.status, PROBLEM_MEDIA_TYPE, &body);
    if problem.code == Code::Unavailable {
        answer.apply([HeaderEdit::set("Retry-After", RETRY_AFTER_S)]);
    }
    answer.apply(problem.browser.iter().flat_map(browser_lines));
    answer
}

/// The finished lines of the origin as changes to an answer: one `Set-Cookie` each. What they join must not be cached.
///
/// What another origin may read is decided here at the edge ([`cors`](crate::cors)), so the origin's word on that is left out.
pub fn browser_lines(lines: &BrowserLines) -> impl Iterator<Item = HeaderEdit> {
    let cookies =
        lines.set_cookie.iter().map(|line| HeaderEdit::append("Set-Cookie", line.as_str()));
    let headers = lines
        .headers
        .iter()
        .filter(|(name, _)| !name.to_ascii_lowercase().starts_with("access-control-"))
        .map(|(name, value)| HeaderEdit::set(name.clone(), value.as_str()));
    std::iter::once(no_store()).chain(cookies).chain(headers)
}

fn with_body(status: u16, media_type: &'static str, body: &impl Serialize) -> Answer {
    // Our bodies are structs of strings, numbers and JSON that is known to be valid: writing them does not fail.
    with_text(status, media_type, serde_json::to_string(body).unwrap_or_default())
}

fn with_text(status: u16, media_type: &'static str, body: String) -> Answer {
    Answer::new(status, body).with(HeaderEdit::set("Content-Type", media_type)).with(no_store())
}

fn no_store() -> HeaderEdit {
    HeaderEdit::set("Cache-Control", "no-store")
}

const fn detail(code: Code) -> &'static str {
    match code {
        Code::AccessTokenTooLarge => "the access token would not fit into a cookie",
        Code::BadRequest => "the request is malformed",
        Code::BodyTooLarge => "the body is over its limit",
        Code::CrossSiteRequest => "this request may not come from another site",
        Code::Internal => "something went wrong on our side",
        Code::MethodNotAllowed => "the route does not take this method",
        Code::NotFound => "there is no such route",
        Code::ServiceKeyRefused => "the service key is missing or wrong",
        Code::TokenTheftDetected => "a refresh token was used again after it had been replaced",
        Code::TryRefreshToken => "refresh the session and try again",
        Code::Unauthorised => "there is no such session",
        Code::Unavailable => "the session service cannot be reached now",
        Code::UnsupportedMediaType => "the body must be application/json",
        Code::VersionConflict => "the stored version is another one",
    }
}

/// When to try again after a failure that usually passes quickly, in seconds.
const RETRY_AFTER_S: &str = "1";

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use wayleave_shared::{session_handle::SessionHandle, user_id::UserId, wire::StolenSession};

    #[test]
    fn a_refusal_is_a_problem_that_is_not_cached() {
        let answer = refusal(Code::TryRefreshToken);
        assert_eq!(answer.status, 401);
        assert_eq!(
            answer.body,
            r#"{"status":401,"code":"try_refresh_token","detail":"refresh the session and try again","errType":3000}"#
        );
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("retry-after"), None);
    }

    #[test]
    fn only_what_passes_quickly_says_when_to_try_again() {
        assert_eq!(refusal(Code::Unavailable).header("retry-after"), Some("1"));
        assert_eq!(refusal(Code::Internal).header("retry-after"), None);
    }

    #[test]
    fn a_refusal_of_the_origin_keeps_its_words_and_its_lines_become_headers() {
        let refused = Problem {
            browser: Some(BrowserLines {
                set_cookie: vec!["a=; Path=/".into(), "b=; Path=/".into()],
                headers: BTreeMap::from([("front-token".into(), "remove".into())]),
            }),
            // Whose session it was is the app's to know, not the browser's that the token came from.
            session: Some(StolenSession {
                handle: SessionHandle::from_bytes([1; 16]),
                user_id: UserId::text("alice").unwrap(),
            }),
            ..Problem::new(Code::TokenTheftDetected, "said by the origin")
        };

        let answer = problem(&refused);

        assert_eq!(
            answer.body,
            r#"{"status":401,"code":"token_theft_detected","detail":"said by the origin","errType":4000}"#
        );
        assert_eq!(answer.all("set-cookie").collect::<Vec<_>>(), ["a=; Path=/", "b=; Path=/"]);
        assert_eq!(answer.header("front-token"), Some("remove"));
    }

    #[test]
    fn signing_out_without_a_session_touches_no_cookie() {
        let answer = nothing_to_sign_out();
        assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"status":"OK"}"#));
        assert_eq!(answer.header("set-cookie"), None);
        assert_eq!(answer.header("front-token"), Some("remove"));
        assert_eq!(answer.header("id-refresh-token"), Some("remove"));
    }
}
