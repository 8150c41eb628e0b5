//! The answers that the edge makes itself. All of them are `no-store`.

use crate::answer::{Answer, HeaderEdit};
use serde::Serialize;
use std::borrow::Cow;
use wayleave_shared::{
    header,
    refusal::{Code, PROBLEM_MEDIA_TYPE, Problem},
    wire::BrowserLines,
};

/// `EXPIRED_STATUS`: the status of what says that a session, or only its access token, is over. Clients look for it to know when to refresh.
///
/// ```
/// use wayleave_edge::respond::ExpiredStatus;
/// use wayleave_shared::refusal::Code;
///
/// assert_eq!(ExpiredStatus::default().status_of(Code::TryRefreshToken), 401);
/// assert_eq!(ExpiredStatus::LoginTimeout.status_of(Code::TryRefreshToken), 440);
/// assert_eq!(ExpiredStatus::LoginTimeout.status_of(Code::CrossSiteRequest), 403);
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ExpiredStatus {
    /// 401, which clients expect unless they are told otherwise.
    #[default]
    Unauthorized,
    /// 440, as version 4.0.X of the documented system has it.
    LoginTimeout,
}

impl ExpiredStatus {
    /// The HTTP status of a refusal.
    #[must_use]
    pub const fn status_of(self, code: Code) -> u16 {
        match (self, code) {
            (
                Self::LoginTimeout,
                Code::TokenTheftDetected | Code::TryRefreshToken | Code::Unauthorised,
            ) => 440,
            (Self::Unauthorized | Self::LoginTimeout, code) => code.status(),
        }
    }
}

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

/// The answer to a refresh that brought no new tokens, but cleared cookies which stood twice: the client comes back with what is left.
///
/// Clients that send `st-auth-mode` take a 200 without a front token for the work of a proxy, and fail; older ones take all but 200 for a failure.
#[must_use]
pub fn duplicates_cleared(lines: &BrowserLines, sends_auth_mode: bool) -> Answer {
    let status = if sends_auth_mode { 202 } else { 200 };
    Answer { status, ..refreshed(lines) }
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
pub fn session_over(lines: &BrowserLines, expired: ExpiredStatus) -> Answer {
    let mut answer = refusal(Code::Unauthorised, expired)
        .with(HeaderEdit::set(header::FRONT_TOKEN, header::REMOVE))
        .with(HeaderEdit::set(header::ID_REFRESH_TOKEN, header::REMOVE));
    answer.apply(browser_lines(lines));
    answer
}

/// A refusal of our own. The detail is the same for everyone: the reasons are in the log.
#[must_use]
pub fn refusal(code: Code, expired: ExpiredStatus) -> Answer {
    problem(&Problem::new(code, detail(code)), expired)
}

/// The app behind the gateway did not answer.
#[must_use]
pub fn app_unavailable() -> Answer {
    let unreachable = Problem::new(Code::Unavailable, "the app cannot be reached now");
    problem(&unreachable, ExpiredStatus::default())
}

/// The app behind the gateway took longer than `UPSTREAM_TIMEOUT`.
#[must_use]
pub fn app_timed_out() -> Answer {
    let late = Problem::new(Code::Unavailable, "the app did not answer in time");
    with_body(504, PROBLEM_MEDIA_TYPE, &Problem { status: 504, ..late })
        .with(HeaderEdit::set("Retry-After", RETRY_AFTER_S))
}

/// A refusal that the origin made: passed on as it is, but for the status, which is ours to choose, the lines for the browser, taken out of the body and applied, and without
/// whose session it was.
#[must_use]
pub fn problem(problem: &Problem, expired: ExpiredStatus) -> Answer {
    let status = expired.status_of(problem.code);
    let body = Problem { status, ..Problem::new(problem.code, problem.detail.as_str()) };
    let mut answer = with_body(status, PROBLEM_MEDIA_TYPE, &body);
    let retry_after = match problem.code {
        Code::TooManyRequests => Some(LIMIT_PERIOD_S),
        Code::Unavailable => Some(RETRY_AFTER_S),
        _ => None,
    };
    answer.apply(retry_after.map(|seconds| HeaderEdit::set("Retry-After", seconds)));
    answer.apply(problem.browser.iter().flat_map(browser_lines));
    answer
}

/// The finished lines of the origin as changes to an answer: one `Set-Cookie` each. What they join must not be cached.
///
/// What another origin may read is decided here at the edge ([`cors`](crate::cors)), so the origin's word on that is left out.
pub fn browser_lines(lines: &BrowserLines) -> impl Iterator<Item = HeaderEdit> {
    let cookies =
        lines.set_cookie.iter().map(|line| HeaderEdit::append("Set-Cookie", line.clone()));
    let headers = lines
        .headers
        .iter()
        .filter(|(name, _)| !name.to_ascii_lowercase().starts_with("access-control-"))
        .map(|(name, value)| HeaderEdit::set(name.to_owned(), value.to_owned()));
    std::iter::once(no_store()).chain(cookies).chain(headers)
}

fn with_body(status: u16, media_type: &'static str, body: &impl Serialize) -> Answer {
    // Our bodies are structs of strings, numbers and JSON that is known to be valid: writing them does not fail.
    with_text(status, media_type, serde_json::to_string(body).unwrap_or_default())
}

fn with_text(status: u16, media_type: &'static str, body: String) -> Answer {
    let header = |name, value| (Cow::Borrowed(name), Cow::Borrowed(value));
    let headers = vec![header("Content-Type", media_type), header("Cache-Control", NO_STORE)];
    Answer { status, headers, body }
}

fn no_store() -> HeaderEdit {
    HeaderEdit::set("Cache-Control", NO_STORE)
}

const NO_STORE: &str = "no-store";

pub(crate) const fn detail(code: Code) -> &'static str {
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
        Code::TooManyRequests => "too many requests came from this address",
        Code::TryRefreshToken => "refresh the session and try again",
        Code::Unauthorised => "there is no such session",
        Code::Unavailable => "the session service cannot be reached now",
        Code::UnsupportedMediaType => "the body must be application/json",
        Code::VersionConflict => "the stored version is another one",
    }
}

/// When to try again after a failure that usually passes quickly, in seconds.
const RETRY_AFTER_S: &str = "1";

/// When to try again after too many requests, in seconds: the longest period that the platform counts.
const LIMIT_PERIOD_S: &str = "60";

#[cfg(test)]
mod tests {
    use super::*;
    use wayleave_shared::header_lines::HeaderLines;
    use wayleave_shared::{session_handle::SessionHandle, user_id::UserId, wire::StolenSession};

    #[test]
    fn a_refusal_is_a_problem_that_is_not_cached() {
        let answer = refusal(Code::TryRefreshToken, ExpiredStatus::default());
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
        for (code, expected) in [
            (Code::Unavailable, Some("1")),
            (Code::TooManyRequests, Some("60")),
            (Code::Internal, None),
        ] {
            let answer = refusal(code, ExpiredStatus::default());
            assert_eq!(answer.header("retry-after"), expected, "{code:?}");
        }
    }

    #[test]
    fn a_refusal_of_the_origin_keeps_its_words_and_its_lines_become_headers() {
        let refused = Problem {
            browser: Some(BrowserLines {
                set_cookie: vec!["a=; Path=/".into(), "b=; Path=/".into()],
                headers: HeaderLines::from([("front-token".into(), "remove".into())]),
            }),
            // Whose session it was is the app's to know, not the browser's that the token came from.
            session: Some(StolenSession {
                handle: SessionHandle::from_bytes([1; 16]),
                user_id: UserId::text("alice").unwrap(),
            }),
            ..Problem::new(Code::TokenTheftDetected, "said by the origin")
        };

        let answer = problem(&refused, ExpiredStatus::default());

        assert_eq!(
            answer.body,
            r#"{"status":401,"code":"token_theft_detected","detail":"said by the origin","errType":4000}"#
        );
        assert_eq!(answer.all("set-cookie").collect::<Vec<_>>(), ["a=; Path=/", "b=; Path=/"]);
        assert_eq!(answer.header("front-token"), Some("remove"));
    }

    #[test]
    fn what_says_that_a_session_is_over_has_the_status_that_is_set() {
        for (code, usual, login_timeout) in [
            (Code::TokenTheftDetected, 401, 440),
            (Code::TryRefreshToken, 401, 440),
            (Code::Unauthorised, 401, 440),
            (Code::CrossSiteRequest, 403, 403),
            (Code::Internal, 500, 500),
            (Code::TooManyRequests, 429, 429),
        ] {
            for (expired, status) in
                [(ExpiredStatus::Unauthorized, usual), (ExpiredStatus::LoginTimeout, login_timeout)]
            {
                let answer = refusal(code, expired);
                assert_eq!(answer.status, status, "{code:?}");
                let told = format!(r#"{{"status":{status},"#);
                assert!(answer.body.starts_with(&told), "{}", answer.body);
            }
        }
        let over = session_over(&BrowserLines::default(), ExpiredStatus::LoginTimeout);
        assert_eq!((over.status, over.header("front-token")), (440, Some("remove")));
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
