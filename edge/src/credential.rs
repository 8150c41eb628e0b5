//! What a request carries to prove a session.
//!
//! Cookies only so far. Tokens in the `Authorization` header become another way to fill [`Access`]; whatever is decided after that does not
//! change.

use crate::request::RequestHeaders;
use wayleave_shared::cookie::{self, CookieHeader};

/// What a request carries, unverified.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Credential<'request> {
    /// The access token.
    pub access: Access<'request>,
    /// Whether there may be a session to refresh: the cookie `sIdRefreshToken` is there.
    pub may_refresh: bool,
    /// The `anti-csrf` header.
    pub anti_csrf: Option<&'request str>,
}

/// The access token of a request.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Access<'request> {
    /// None.
    Absent,
    /// More than one, or cookies too large to read: never a guess.
    Ambiguous,
    /// This one.
    Token(&'request str),
}

impl<'request> Credential<'request> {
    /// Reads the headers.
    ///
    /// ```
    /// use wayleave_edge::{credential::{Access, Credential}, request::RequestHeaders};
    ///
    /// let headers = RequestHeaders { cookie: Some("sAccessToken=a.b.c".into()), ..Default::default() };
    /// assert_eq!(Credential::of(&headers).access, Access::Token("a.b.c"));
    /// ```
    #[must_use]
    pub fn of(headers: &'request RequestHeaders) -> Self {
        let cookies = cookies(headers);
        let access = match cookies.find(cookie::ACCESS_TOKEN) {
            Ok(None) => Access::Absent,
            Ok(Some(token)) => Access::Token(token),
            Err(cookie::AmbiguousCookie) => Access::Ambiguous,
        };
        let may_refresh = cookies.find(cookie::ID_REFRESH_TOKEN) != Ok(None);
        Self { access, may_refresh, anti_csrf: headers.anti_csrf.as_deref() }
    }

    /// Whether nothing at all tells of a session.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.access == Access::Absent && !self.may_refresh
    }
}

/// The refresh token of a request to the refresh route; `None` where there is none or more than one.
#[must_use]
pub fn refresh_token(headers: &RequestHeaders) -> Option<&str> {
    cookies(headers).find(cookie::REFRESH_TOKEN).ok().flatten()
}

fn cookies(headers: &RequestHeaders) -> CookieHeader<'_> {
    CookieHeader::new(headers.cookie.as_deref().unwrap_or_default())
}

/// Shows the length of a token only.
impl std::fmt::Debug for Access<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => formatter.write_str("Absent"),
            Self::Ambiguous => formatter.write_str("Ambiguous"),
            Self::Token(token) => write!(formatter, "Token({} bytes)", token.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_have_one_reading_each() {
        let oversized =
            format!("sAccessToken=t; x={}", "y".repeat(cookie::MAX_COOKIE_HEADER_BYTES));
        for (cookies, access, may_refresh) in [
            ("", Access::Absent, false),
            ("theme=dark", Access::Absent, false),
            ("sIdRefreshToken=i", Access::Absent, true),
            ("sAccessToken=", Access::Absent, false),
            ("sAccessToken=t; sIdRefreshToken=", Access::Token("t"), false),
            ("sAccessToken=t; sIdRefreshToken=i", Access::Token("t"), true),
            ("sAccessToken=t; sAccessToken=u", Access::Ambiguous, false),
            ("sAccessToken=t; sIdRefreshToken=i; sIdRefreshToken=j", Access::Token("t"), true),
            (oversized.as_str(), Access::Ambiguous, true),
        ] {
            let headers =
                RequestHeaders { cookie: Some(cookies.to_owned()), ..RequestHeaders::default() };
            let credential = Credential::of(&headers);
            assert_eq!(
                (credential.access, credential.may_refresh),
                (access, may_refresh),
                "{cookies:.60}"
            );
        }
    }

    #[test]
    fn a_request_without_cookies_carries_nothing() {
        let headers = RequestHeaders::default();
        assert!(Credential::of(&headers).is_absent());
        assert_eq!(refresh_token(&headers), None);
    }

    #[test]
    fn two_refresh_tokens_count_as_none() {
        for (cookies, expected) in [
            ("sRefreshToken=r", Some("r")),
            ("sRefreshToken=r; sRefreshToken=s", None),
            ("sRefreshToken=", None),
        ] {
            let headers =
                RequestHeaders { cookie: Some(cookies.to_owned()), ..RequestHeaders::default() };
            assert_eq!(refresh_token(&headers), expected, "{cookies}");
        }
    }

    #[test]
    fn debugging_output_shows_no_token() {
        assert_eq!(format!("{:?}", Access::Token("secret")), "Token(6 bytes)");
    }
}
