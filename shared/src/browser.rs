//! The finished lines for the browser: every `Set-Cookie` and header that starts, renews or ends a session.
//!
//! One answer serves every generation of the client `supertokens-website`: older ones read [`header::ID_REFRESH_TOKEN`], newer ones
//! [`header::FRONT_TOKEN`].

use crate::{cookie, header, json::Json, time::UnixMilliseconds, wire::BrowserLines};
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
/// use wayleave_shared::browser::{CookiePolicy, SameSite};
///
/// let policy = CookiePolicy {
///     domain: None, secure: true, same_site: SameSite::Lax, refresh_path: "/auth/session/refresh".into(), expose_headers: false,
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
    /// The `Domain` attribute; without one the cookies go to the setting host only.
    pub domain: Option<String>,
    /// Whether the cookies travel over TLS only.
    pub secure: bool,
    /// Whether other sites' requests carry them.
    pub same_site: SameSite,
    /// The only path that sees the refresh token.
    pub refresh_path: String,
    /// Whether the lines also name the headers that a page on another origin may read.
    pub expose_headers: bool,
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
}

impl CookiePolicy {
    /// The lines of a new or renewed session.
    #[must_use]
    pub fn issued(&self, issue: &Issue<'_>) -> BrowserLines {
        let until = Some(issue.refresh_expires_at);
        let mut headers = self.headers([
            (header::FRONT_TOKEN.to_owned(), issue.front_token.to_owned()),
            (
                header::ID_REFRESH_TOKEN.to_owned(),
                format!("{};{}", issue.marker, issue.refresh_expires_at.0),
            ),
        ]);
        if let Some(token) = issue.anti_csrf_token {
            headers.insert(header::ANTI_CSRF.to_owned(), token.to_owned());
        }
        let mut set_cookie = vec![self.access_cookie(issue.access_token, until)];
        if let Some(token) = issue.refresh_token {
            let path = &self.refresh_path;
            set_cookie.push(self.line(cookie::REFRESH_TOKEN, token, path, true, until));
        }
        let marker = issue.marker.to_string();
        set_cookie.push(self.line(cookie::ID_REFRESH_TOKEN, &marker, "/", false, until));
        BrowserLines { set_cookie, headers }
    }

    /// The lines of a new access token for a session that otherwise goes on as it was. `until` is the session's end.
    #[must_use]
    pub fn access_replaced(
        &self,
        access_token: &str,
        until: UnixMilliseconds,
        front_token: String,
    ) -> BrowserLines {
        BrowserLines {
            set_cookie: vec![self.access_cookie(access_token, Some(until))],
            headers: self.headers([(header::FRONT_TOKEN.to_owned(), front_token)]),
        }
    }

    /// The lines that end a session in the browser.
    #[must_use]
    pub fn cleared(&self) -> BrowserLines {
        BrowserLines {
            set_cookie: vec![
                self.access_cookie("", None),
                self.line(cookie::REFRESH_TOKEN, "", &self.refresh_path, true, None),
                self.line(cookie::ID_REFRESH_TOKEN, "", "/", false, None),
            ],
            headers: self.headers([
                (header::FRONT_TOKEN.to_owned(), header::REMOVE.to_owned()),
                (header::ID_REFRESH_TOKEN.to_owned(), header::REMOVE.to_owned()),
            ]),
        }
    }

    /// How many bytes the access token's whole `Set-Cookie` line takes. Browsers drop a cookie over [`MAX_COOKIE_BYTES`] without a word.
    #[must_use]
    pub fn access_cookie_bytes(&self, access_token: &str, until: UnixMilliseconds) -> usize {
        self.access_cookie(access_token, Some(until)).len()
    }

    fn headers<const N: usize>(&self, headers: [(String, String); N]) -> BTreeMap<String, String> {
        let mut headers = BTreeMap::from(headers);
        if self.expose_headers {
            let names = header::EXPOSED.join(", ");
            headers.insert("access-control-expose-headers".to_owned(), names);
        }
        headers
    }

    fn access_cookie(&self, value: &str, until: Option<UnixMilliseconds>) -> String {
        self.line(cookie::ACCESS_TOKEN, value, "/", true, until)
    }

    /// One `Set-Cookie` line. Values are base64url, dots and hyphens, so nothing needs escaping.
    fn line(
        &self,
        name: &str,
        value: &str,
        path: &str,
        http_only: bool,
        until: Option<UnixMilliseconds>,
    ) -> String {
        let expires = UNIX_EPOCH + Duration::from_millis(until.map_or(0, |until| until.0));
        let mut line =
            format!("{name}={value}; Expires={}; Path={path}", httpdate::fmt_http_date(expires));
        if let Some(domain) = &self.domain {
            let _ = write!(line, "; Domain={domain}");
        }
        if http_only {
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
mod tests {
    use super::*;
    use crate::user_id::UserId;

    fn policy() -> CookiePolicy {
        CookiePolicy {
            domain: Some("example.test".to_owned()),
            secure: false,
            same_site: SameSite::Strict,
            refresh_path: "/auth/session/refresh".to_owned(),
            expose_headers: false,
        }
    }

    #[test]
    fn an_issued_session_sets_three_cookies_and_three_headers() {
        let lines = policy().issued(&Issue {
            access_token: "a.b.c",
            refresh_token: Some("refresh"),
            refresh_expires_at: UnixMilliseconds(86_400_000),
            marker: Uuid::nil(),
            anti_csrf_token: Some("csrf"),
            front_token: "front",
        });

        assert_eq!(
            lines.set_cookie,
            [
                "sAccessToken=a.b.c; Expires=Fri, 02 Jan 1970 00:00:00 GMT; Path=/; Domain=example.test; HttpOnly; SameSite=Strict",
                "sRefreshToken=refresh; Expires=Fri, 02 Jan 1970 00:00:00 GMT; Path=/auth/session/refresh; Domain=example.test; HttpOnly; SameSite=Strict",
                "sIdRefreshToken=00000000-0000-0000-0000-000000000000; Expires=Fri, 02 Jan 1970 00:00:00 GMT; Path=/; Domain=example.test; SameSite=Strict",
            ]
        );
        assert_eq!(
            lines.headers.into_iter().collect::<Vec<_>>(),
            [
                ("anti-csrf".to_owned(), "csrf".to_owned()),
                ("front-token".to_owned(), "front".to_owned()),
                (
                    "id-refresh-token".to_owned(),
                    "00000000-0000-0000-0000-000000000000;86400000".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn clearing_names_the_same_domain_and_paths_as_setting() {
        let lines = policy().cleared();
        assert_eq!(
            lines.set_cookie[1],
            "sRefreshToken=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/auth/session/refresh; Domain=example.test; HttpOnly; SameSite=Strict"
        );
    }

    #[test]
    fn the_front_token_keeps_the_payload_as_it_is() {
        let user = UserId::integer(7).unwrap();
        for (payload, up) in [
            (r#"{"role":"admin","n":1.0}"#, r#"{"iat":1,"n":1.0,"role":"admin"}"#),
            (r#"{"iat":"own"}"#, r#"{"iat":"own"}"#),
            ("null", r#"{"iat":1,"payload":null}"#),
            ("[1]", r#"{"iat":1,"payload":[1]}"#),
        ] {
            let payload = Json::parse(payload).unwrap();
            let token =
                front_token(&user, Some(&payload), UnixMilliseconds(1_999), UnixMilliseconds(5));
            let decoded = String::from_utf8(Base64::decode_vec(&token).unwrap()).unwrap();
            assert_eq!(decoded, format!(r#"{{"uid":7,"ate":5,"up":{up}}}"#));
        }
    }
}
