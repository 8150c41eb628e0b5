//! What a request carries to prove a session: an access token as bearer token, or in a cookie.
//!
//! A bearer token that is there counts, and cookies do only where there is none: no other site can make a browser send a bearer token, and a browser sends cookies
//! whether it is asked to or not. `TOKEN_TRANSFER` can rule out one of the two.

use crate::{
    bearer,
    request::RequestHeaders,
    settings::{Settings, TransferPolicy},
};
use wayleave_shared::{
    cookie::{AmbiguousCookie, CookieHeader, MAX_COOKIE_HEADER_BYTES},
    wire::TokenTransfer,
};

/// What a request carries, unverified.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Credential<'request> {
    /// The access token.
    pub access: Found<'request>,
    /// Whether that is a bearer token, or would be one: such a request was meant by its user.
    pub is_bearer: bool,
    /// Whether there may be a session to refresh: the cookie that marks one is there.
    pub may_refresh: bool,
}

/// A token of a request.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Found<'request> {
    /// None.
    Absent,
    /// More than one, a malformed one, or cookies too large to read: never a guess.
    Ambiguous,
    /// This one.
    Token(&'request str),
}

/// The refresh token of a request to the refresh route.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum RefreshToken<'request> {
    /// None, or none that can be read.
    Absent,
    /// The browser carries two cookies of one name.
    Duplicates,
    /// This one, to be answered in the same way.
    Token(&'request str, TokenTransfer),
}

impl<'request> Credential<'request> {
    /// Reads the headers.
    ///
    /// ```
    /// # use wayleave_edge::settings::Settings;
    /// use wayleave_edge::{credential::{Credential, Found}, request::RequestHeaders};
    /// # let settings = Settings::read(|name| Some(match name {
    /// #     "ORIGIN_URL" | "UPSTREAM" | "ISSUER" => "http://localhost:1".into(), "SERVICE_KEY" => "k".repeat(32), _ => return None,
    /// # })).unwrap();
    ///
    /// let mut headers = RequestHeaders { cookie: Some("sAccessToken=a.b.c".into()), ..Default::default() };
    /// assert_eq!(Credential::of(&headers, &settings).access, Found::Token("a.b.c"));
    /// headers.authorization = Some("Bearer d.e.f".into());
    /// assert_eq!(Credential::of(&headers, &settings).access, Found::Token("d.e.f"));
    /// ```
    #[must_use]
    pub fn of(headers: &'request RequestHeaders, settings: &Settings) -> Self {
        let bearer = bearer_token(headers, settings);
        if bearer != Found::Absent || settings.token_transfer == TransferPolicy::Header {
            return Self { access: bearer, is_bearer: true, may_refresh: false };
        }
        let (cookies, names) = (cookies(headers), &settings.cookie_names);
        Self {
            access: found(cookies.find(&names.access)),
            is_bearer: false,
            may_refresh: cookies.find(&names.marker) != Ok(None),
        }
    }

    /// Whether nothing at all tells of a session.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.access == Found::Absent && !self.may_refresh
    }
}

/// The bearer token, where `TOKEN_TRANSFER` lets it be looked at.
#[must_use]
pub fn bearer_token<'request>(
    headers: &'request RequestHeaders,
    settings: &Settings,
) -> Found<'request> {
    match settings.token_transfer {
        TransferPolicy::Any | TransferPolicy::Header => {
            bearer::read(headers.authorization.as_deref())
        }
        TransferPolicy::Cookie => Found::Absent,
    }
}

/// The access token in the cookie, where `TOKEN_TRANSFER` lets it be looked at.
#[must_use]
pub fn access_cookie<'request>(
    headers: &'request RequestHeaders,
    settings: &Settings,
) -> Found<'request> {
    match settings.token_transfer {
        TransferPolicy::Any | TransferPolicy::Cookie => {
            found(cookies(headers).find(&settings.cookie_names.access))
        }
        TransferPolicy::Header => Found::Absent,
    }
}

/// The refresh token.
#[must_use]
pub fn refresh_token<'request>(
    headers: &'request RequestHeaders,
    settings: &Settings,
) -> RefreshToken<'request> {
    match bearer_token(headers, settings) {
        Found::Token(token) => {
            return RefreshToken::Token(token, in_headers(headers, settings));
        }
        Found::Ambiguous => return RefreshToken::Absent,
        Found::Absent => {}
    }
    let (cookies, names) = (cookies(headers), &settings.cookie_names);
    if settings.token_transfer == TransferPolicy::Header || is_oversized(headers) {
        return RefreshToken::Absent;
    }
    match (cookies.find(&names.refresh), cookies.find(&names.access)) {
        (Ok(None), _) => RefreshToken::Absent,
        // Two access tokens would be refused as soon as the client comes back with what it got.
        (Err(AmbiguousCookie), _) | (Ok(Some(_)), Err(AmbiguousCookie)) => RefreshToken::Duplicates,
        (Ok(Some(token)), Ok(_)) => RefreshToken::Token(token, TokenTransfer::Cookie),
    }
}

/// How the client of a log-in wants its tokens: in headers if it says so, or `TOKEN_TRANSFER` does.
#[must_use]
pub fn transfer_of_log_in(headers: &RequestHeaders, settings: &Settings) -> TokenTransfer {
    let asks_for_headers =
        || headers.auth_mode.as_deref().is_some_and(|mode| mode.eq_ignore_ascii_case("header"));
    match settings.token_transfer {
        TransferPolicy::Any if asks_for_headers() => in_headers(headers, settings),
        TransferPolicy::Any | TransferPolicy::Cookie => TokenTransfer::Cookie,
        TransferPolicy::Header => in_headers(headers, settings),
    }
}

/// In headers, by a browser that may still carry cookies of a session.
fn in_headers(headers: &RequestHeaders, settings: &Settings) -> TokenTransfer {
    let cookies = cookies(headers);
    if settings.cookie_names.all().iter().any(|name| cookies.find(name) != Ok(None)) {
        TokenTransfer::HeaderClearingCookies
    } else {
        TokenTransfer::Header
    }
}

fn found(cookie: Result<Option<&str>, AmbiguousCookie>) -> Found<'_> {
    match cookie {
        Ok(None) => Found::Absent,
        Ok(Some(token)) => Found::Token(token),
        Err(AmbiguousCookie) => Found::Ambiguous,
    }
}

fn cookies<'request>(headers: &'request RequestHeaders) -> CookieHeader<'request> {
    CookieHeader::new(headers.cookie.as_deref().unwrap_or_default())
}

fn is_oversized(headers: &RequestHeaders) -> bool {
    headers.cookie.as_ref().is_some_and(|cookies| cookies.len() > MAX_COOKIE_HEADER_BYTES)
}

/// Shows the length of a token only.
impl std::fmt::Debug for Found<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => formatter.write_str("Absent"),
            Self::Ambiguous => formatter.write_str("Ambiguous"),
            Self::Token(token) => write!(formatter, "Token({} bytes)", token.len()),
        }
    }
}

/// Shows the length of a token only.
impl std::fmt::Debug for RefreshToken<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => formatter.write_str("Absent"),
            Self::Duplicates => formatter.write_str("Duplicates"),
            Self::Token(token, transfer) => {
                write!(formatter, "Token({} bytes, {transfer:?})", token.len())
            }
        }
    }
}

#[cfg(test)]
mod tests;
