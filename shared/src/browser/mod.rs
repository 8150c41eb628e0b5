//! The finished lines for the browser: every `Set-Cookie` and header that starts, renews or ends a session.
//!
//! One answer serves every generation of the client `supertokens-website`: older ones read [`header::ID_REFRESH_TOKEN`], newer ones
//! [`header::FRONT_TOKEN`].

use crate::{
    cookie::CookieNames,
    header,
    header_lines::HeaderLines,
    json::Json,
    time::UnixMilliseconds,
    wire::{BrowserLines, ClearedDuplicates, TokenTransfer},
};
use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fmt::Write,
    time::{Duration, UNIX_EPOCH},
};
use uuid::Uuid;

/// How the cookies of a deployment are set. All parts are checked when the settings are read.
///
/// ```
/// use wayleave_shared::{browser::{CookieDomain, CookiePolicy, SameSite}, cookie::CookieNames};
///
/// let policy = CookiePolicy {
///     domain: CookieDomain::HostOnly, older_domain: None, names: CookieNames::default(), secure: true, same_site: SameSite::Lax,
///     refresh_path: "/auth/session/refresh".into(), older_refresh_path: None, expose_headers: false,
/// };
/// let cleared = policy.cleared();
/// assert_eq!(cleared.headers["front-token"], "remove");
/// assert_eq!(
///     cleared.set_cookie[0],
///     "sAccessToken=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; Secure; SameSite=Lax",
/// );
/// ```
#[derive(Clone, Debug)]
pub struct CookiePolicy {
    /// Whom the cookies go to.
    pub domain: CookieDomain,
    /// Whom they went to before, where that was changed: what browsers still have from then is cleared.
    pub older_domain: Option<CookieDomain>,
    /// What they are called.
    pub names: CookieNames,
    /// Whether the cookies travel over TLS only.
    pub secure: bool,
    /// Whether other sites' requests carry them.
    pub same_site: SameSite,
    /// The only path that sees the refresh token.
    pub refresh_path: String,
    /// The path that saw it before, where that was changed: what browsers still have from then is cleared.
    pub older_refresh_path: Option<String>,
    /// Whether the lines also name the headers that a page on another origin may read.
    pub expose_headers: bool,
}

/// Which hosts get the cookies (RFC 6265 section 4.1.2.3).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum CookieDomain {
    /// All hosts of this domain.
    Domain(String),
    /// The host that sets them.
    HostOnly,
}

/// The `SameSite` attribute (RFC 6265bis section 4.1.2.7).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SameSite {
    /// Top-level navigations only.
    Lax,
    /// Always; wants `Secure`.
    None,
    /// Never.
    Strict,
}

/// What is put into the lines of a new or renewed session.
#[derive(Clone, Copy)]
pub struct Issue<'issue> {
    /// The access token.
    pub access_token: &'issue str,
    /// The refresh token; `None` where the browser has it already and must not be given it again
    /// ([`Step::Keep`](crate::rotation::Step::Keep)).
    pub refresh_token: Option<&'issue str>,
    /// When the session ends unless it is refreshed. All three cookies live this long: an expired access token must still tell the
    /// edge that there is something to refresh, whatever the browser's clock says.
    pub refresh_expires_at: UnixMilliseconds,
    /// Marks the generation.
    pub marker: Uuid,
    /// The anti-CSRF token, where anti-CSRF is on.
    pub anti_csrf_token: Option<&'issue str>,
    /// The front token, from [`front_token`].
    pub front_token: &'issue str,
    /// How the browser wants the tokens.
    pub transfer: TokenTransfer,
}

impl CookiePolicy {
    /// The lines of a new or renewed session.
    #[must_use]
    pub fn issued(&self, issue: &Issue<'_>) -> BrowserLines {
        let front_token = (header::FRONT_TOKEN, issue.front_token.to_owned());
        if issue.transfer.is_header() {
            let access_token = (header::ACCESS_TOKEN, issue.access_token.to_owned());
            let refresh_token =
                issue.refresh_token.map(|token| (header::REFRESH_TOKEN, token.to_owned()));
            let headers =
                self.headers([front_token, access_token].into_iter().chain(refresh_token));
            return BrowserLines { set_cookie: self.cleared_for(issue.transfer), headers };
        }
        let until = Some(issue.refresh_expires_at);
        let id_refresh_token = format!("{};{}", issue.marker, issue.refresh_expires_at.0);
        let anti_csrf = issue.anti_csrf_token.map(|token| (header::ANTI_CSRF, token.to_owned()));
        let headers = self.headers(
            [front_token, (header::ID_REFRESH_TOKEN, id_refresh_token)]
                .into_iter()
                .chain(anti_csrf),
        );
        let mut set_cookie = self.cleared_of_before();
        set_cookie.push(self.access_cookie(issue.access_token, until));
        if let Some(token) = issue.refresh_token {
            set_cookie.push(self.line(&self.refresh_cookie(), token, &self.domain, until));
        }
        let marker = issue.marker.to_string();
        set_cookie.push(self.line(&self.marker_cookie(), &marker, &self.domain, until));
        BrowserLines { set_cookie, headers }
    }

    /// The lines of a new access token for a session that otherwise goes on as it was. `until` is the session's end.
    #[must_use]
    pub fn access_replaced(
        &self,
        access_token: &str,
        until: UnixMilliseconds,
        front_token: String,
        transfer: TokenTransfer,
    ) -> BrowserLines {
        let front_token = (header::FRONT_TOKEN, front_token);
        if transfer.is_header() {
            let access_token = (header::ACCESS_TOKEN, access_token.to_owned());
            let headers = self.headers([front_token, access_token]);
            return BrowserLines { set_cookie: self.cleared_for(transfer), headers };
        }
        BrowserLines {
            set_cookie: vec![self.access_cookie(access_token, Some(until))],
            headers: self.headers([front_token]),
        }
    }

    /// The lines that end a session in the browser.
    #[must_use]
    pub fn cleared(&self) -> BrowserLines {
        BrowserLines {
            set_cookie: self.all_cleared(),
            headers: self.headers([
                (header::FRONT_TOKEN, header::REMOVE.to_owned()),
                (header::ID_REFRESH_TOKEN, header::REMOVE.to_owned()),
            ]),
        }
    }

    /// What a browser is told that carries two cookies of one name: the one of the older domain or path goes, and the session goes on with the other. Where there
    /// is neither nobody can tell which one is meant, and the session is over in this browser.
    #[must_use]
    pub fn cleared_duplicates(&self) -> ClearedDuplicates {
        let set_cookie = self.cleared_of_before();
        if set_cookie.is_empty() {
            return ClearedDuplicates { session_goes_on: false, browser: self.cleared() };
        }
        let browser = BrowserLines { set_cookie, ..BrowserLines::default() };
        ClearedDuplicates { session_goes_on: true, browser }
    }

    fn cleared_for(&self, transfer: TokenTransfer) -> Vec<String> {
        match transfer {
            TokenTransfer::HeaderClearingCookies => self.all_cleared(),
            TokenTransfer::Cookie | TokenTransfer::Header => Vec::new(),
        }
    }

    fn all_cleared(&self) -> Vec<String> {
        let mut lines = self.cleared_of(&self.domain);
        lines.extend(self.cleared_of_before());
        lines
    }

    /// What clears the cookies that former settings left.
    fn cleared_of_before(&self) -> Vec<String> {
        let mut lines: Vec<_> =
            self.older_domain.iter().flat_map(|domain| self.cleared_of(domain)).collect();
        if let Some(path) = &self.older_refresh_path {
            let cookie = Cookie { path, ..self.refresh_cookie() };
            let domains = [Some(&self.domain), self.older_domain.as_ref()].into_iter().flatten();
            lines.extend(domains.map(|domain| self.line(&cookie, "", domain, None)));
        }
        lines
    }

    fn cleared_of(&self, domain: &CookieDomain) -> Vec<String> {
        let cookies = [self.access_token_cookie(), self.refresh_cookie(), self.marker_cookie()];
        cookies.iter().map(|cookie| self.line(cookie, "", domain, None)).collect()
    }

    /// How many bytes the access token's whole `Set-Cookie` line takes. Browsers drop a cookie over [`MAX_COOKIE_BYTES`] without a word.
    #[must_use]
    pub fn access_cookie_bytes(&self, access_token: &str, until: UnixMilliseconds) -> usize {
        self.access_cookie(access_token, Some(until)).len()
    }

    fn headers(&self, headers: impl IntoIterator<Item = (&'static str, String)>) -> HeaderLines {
        let mut headers: HeaderLines =
            headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        if self.expose_headers {
            let names = header::EXPOSED.join(", ");
            headers.set("access-control-expose-headers".to_owned(), names);
        }
        headers
    }

    fn access_cookie(&self, value: &str, until: Option<UnixMilliseconds>) -> String {
        self.line(&self.access_token_cookie(), value, &self.domain, until)
    }

    fn access_token_cookie(&self) -> Cookie<'_> {
        Cookie { name: &self.names.access, path: "/", http_only: true }
    }

    fn refresh_cookie(&self) -> Cookie<'_> {
        Cookie { name: &self.names.refresh, path: &self.refresh_path, http_only: true }
    }

    fn marker_cookie(&self) -> Cookie<'_> {
        Cookie { name: &self.names.marker, path: "/", http_only: false }
    }

    /// One `Set-Cookie` line; without an end it clears. Values are base64url, dots and hyphens, so nothing needs escaping.
    fn line(
        &self,
        cookie: &Cookie<'_>,
        value: &str,
        domain: &CookieDomain,
        until: Option<UnixMilliseconds>,
    ) -> String {
        let expires = UNIX_EPOCH + Duration::from_millis(until.map_or(0, |until| until.0));
        let Cookie { name, path, http_only } = cookie;
        let mut line =
            format!("{name}={value}; Expires={}; Path={path}", httpdate::fmt_http_date(expires));
        if let CookieDomain::Domain(domain) = domain {
            let _ = write!(line, "; Domain={domain}");
        }
        if *http_only {
            line.push_str("; HttpOnly");
        }
        if self.secure {
            line.push_str("; Secure");
        }
        line.push_str(match self.same_site {
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
            SameSite::Strict => "; SameSite=Strict",
        });
        line
    }
}

struct Cookie<'policy> {
    name: &'policy str,
    path: &'policy str,
    http_only: bool,
}

/// What JavaScript may know of an access token: standard base64 of `{"uid", "ate", "up"}`.
///
/// `ate` is the token's end in milliseconds, `up` the app's payload. Clients read `up.iat` (seconds) to learn how far the browser's clock is off,
/// so it is added where the payload has no `iat` of its own; a payload that is not an object stands in `up.payload`.
///
/// ```
/// use wayleave_shared::{browser::front_token, time::UnixMilliseconds, user_id::UserId};
///
/// let alice = UserId::text("alice").unwrap();
/// let token = front_token(&alice, None, UnixMilliseconds(1_000), UnixMilliseconds(61_000));
/// // {"uid":"alice","ate":61000,"up":{"iat":1}}
/// assert_eq!(token, "eyJ1aWQiOiJhbGljZSIsImF0ZSI6NjEwMDAsInVwIjp7ImlhdCI6MX19");
/// ```
#[must_use]
pub fn front_token(
    user_id: &crate::user_id::UserId,
    payload: Option<&Json>,
    issued_at: UnixMilliseconds,
    expires_at: UnixMilliseconds,
) -> String {
    #[derive(Serialize)]
    struct FrontToken<'a> {
        uid: &'a crate::user_id::UserId,
        ate: UnixMilliseconds,
        up: BTreeMap<String, Json>,
    }

    let as_object = payload.map(|payload| serde_json::from_str(payload.text()));
    let mut up: BTreeMap<String, Json> = match (as_object, payload) {
        (Some(Ok(members)), _) => members,
        (Some(Err(_)), Some(payload)) => BTreeMap::from([("payload".to_owned(), payload.clone())]),
        _ => BTreeMap::new(),
    };
    if let Ok(issued_at) = Json::parse(issued_at.whole_seconds().0.to_string()) {
        up.entry("iat".to_owned()).or_insert(issued_at);
    }
    // A map with text keys and values that are JSON already can always be written.
    let json =
        serde_json::to_vec(&FrontToken { uid: user_id, ate: expires_at, up }).unwrap_or_default();
    Base64::encode_string(&json)
}

/// The largest cookie that browsers must keep, attributes included (RFC 6265 section 6.1).
pub const MAX_COOKIE_BYTES: usize = 4096;

#[cfg(test)]
mod tests;
