//! What the browser has to be told.

use crate::respond::{InvalidLine, apply, failure};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use http::HeaderMap;
use std::fmt;
use wayleave_edge::respond::browser_lines;
use wayleave_shared::wire::BrowserLines;

/// Lines for the browser: new tokens, or what clears them. Part of a handler's answer, like the jar of a cookie library.
///
/// Without them on the answer the browser goes on with what it has: a log-in would come to nothing. With them the answer is `Cache-Control: no-store`.
///
/// ```
/// use axum::response::IntoResponse;
/// use wayleave::SetSession;
///
/// async fn log_out(session: wayleave::Session) -> Result<impl IntoResponse, wayleave::SessionError> {
///     let cleared: SetSession = session.revoke().await?;
///     Ok((cleared, "good bye"))
/// }
/// ```
#[must_use = "the browser learns of it only where this is part of the answer"]
#[derive(Clone)]
pub struct SetSession(BrowserLines);

impl SetSession {
    pub(crate) const fn new(lines: BrowserLines) -> Self {
        Self(lines)
    }

    /// Puts them on an answer that is at hand already.
    ///
    /// # Errors
    ///
    /// [`InvalidLine`]: not with lines that came from an origin.
    pub fn apply(&self, headers: &mut HeaderMap) -> Result<(), InvalidLine> {
        apply(headers, browser_lines(&self.0))
    }

    /// The lines as they are.
    #[must_use]
    pub const fn lines(&self) -> &BrowserLines {
        &self.0
    }
}

impl IntoResponseParts for SetSession {
    type Error = InvalidLine;

    fn into_response_parts(
        self,
        mut response: ResponseParts,
    ) -> Result<ResponseParts, InvalidLine> {
        self.apply(response.headers_mut())?;
        Ok(response)
    }
}

impl IntoResponse for SetSession {
    fn into_response(self) -> Response {
        (self, ()).into_response()
    }
}

impl IntoResponse for InvalidLine {
    fn into_response(self) -> Response {
        failure()
    }
}

/// Shows no token.
impl fmt::Debug for SetSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BrowserLines { set_cookie, headers } = &self.0;
        write!(
            formatter,
            "SetSession({} cookies, {} headers)",
            set_cookie.len(),
            headers.iter().count()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wayleave_shared::header_lines::HeaderLines;

    fn lines(header: &str, value: &str) -> SetSession {
        SetSession(BrowserLines {
            set_cookie: vec!["a=1; Path=/".to_owned(), "b=2; Path=/".to_owned()],
            headers: HeaderLines::from([(header.to_owned(), value.to_owned())]),
        })
    }

    #[test]
    fn every_line_stands_on_the_answer_which_is_not_cached() {
        let public = [("cache-control", "public"), ("set-cookie", "theme=dark")];

        let answer = (public, lines("front-token", "remove"), "text").into_response();

        let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["theme=dark", "a=1; Path=/", "b=2; Path=/"]);
        assert_eq!(answer.headers()["front-token"], "remove");
        let caching: Vec<_> = answer.headers().get_all("cache-control").iter().collect();
        assert_eq!(caching, ["no-store"]);
        assert_eq!(answer.status(), 200);
    }

    #[test]
    fn a_line_that_is_no_header_is_a_failure_of_ours() {
        assert_eq!(lines("a b", "1").into_response().status(), 500);
    }

    #[test]
    fn debug_shows_no_token() {
        assert_eq!(
            format!("{:?}", lines("st-access-token", "secret")),
            "SetSession(2 cookies, 1 headers)"
        );
    }
}
