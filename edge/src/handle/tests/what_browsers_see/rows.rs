//! The rows: one event each, and what its client must see.

use super::*;
use wayleave_shared::{
    browser::{CookieDomain, CookiePolicy, Issue, SameSite, front_token},
    cookie::CookieNames,
    wire::{BrowserLines, TokenTransfer},
};

/// The event; its request; what the origin answers; the status, the cookies (a hyphen where one is cleared) and the headers that the client must see.
pub(super) type Row = (
    &'static str,
    &'static str,
    &'static str,
    RequestHeaders<'static>,
    Vec<OriginReply>,
    (u16, &'static str, &'static str),
);

pub(super) fn rows() -> Vec<Row> {
    [created_or_refreshed(), as_the_app_wants(), to_be_refreshed(), over(), without_a_session()]
        .into_iter()
        .flatten()
        .collect()
}

fn created_or_refreshed() -> Vec<Row> {
    use TokenTransfer::{Cookie, Header, HeaderClearingCookies};
    vec![
        (
            "create",
            "POST",
            "/login",
            RequestHeaders::default(),
            issued_in(201, Cookie),
            (200, SET, IN_COOKIES),
        ),
        (
            "create in header mode",
            "POST",
            "/login",
            header_mode(""),
            issued_in(201, Header),
            (200, "", IN_HEADERS),
        ),
        (
            "create in header mode over cookies",
            "POST",
            "/login",
            header_mode("sIdRefreshToken=i"),
            issued_in(201, HeaderClearingCookies),
            (200, CLEARED, IN_HEADERS),
        ),
        (
            "refresh",
            "POST",
            REFRESH,
            cookie("sRefreshToken=r"),
            issued_in(200, Cookie),
            (200, SET, IN_COOKIES),
        ),
        (
            "refresh in header mode",
            "POST",
            REFRESH,
            bearer("r"),
            issued_in(200, Header),
            (200, "", IN_HEADERS),
        ),
        (
            "refresh in header mode over cookies",
            "POST",
            REFRESH,
            bearer_and("r", "sRefreshToken=s"),
            issued_in(200, HeaderClearingCookies),
            (200, CLEARED, IN_HEADERS),
        ),
    ]
}

fn as_the_app_wants() -> Vec<Row> {
    use TokenTransfer::{Cookie, Header};
    vec![
        (
            "payload changed",
            "GET",
            "/promote",
            with_marker(&access_token()),
            replaced_in(Cookie),
            (200, "sAccessToken", "front-token"),
        ),
        (
            "payload changed in header mode",
            "GET",
            "/promote",
            bearer(&access_token()),
            replaced_in(Header),
            (200, "", "front-token, st-access-token"),
        ),
        (
            "ended by the app",
            "GET",
            "/logout",
            with_marker(&access_token()),
            signed_out(),
            (200, CLEARED, BOTH_REMOVED),
        ),
        ("claim refused", "GET", "/owner/x", with_marker(&access_token()), vec![], (403, "", "")),
        (
            "claim refused in header mode",
            "GET",
            "/owner/x",
            bearer(&access_token()),
            vec![],
            (403, "", ""),
        ),
    ]
}

fn to_be_refreshed() -> Vec<Row> {
    vec![
        (
            "try refresh: no access token",
            "GET",
            "/api/me",
            cookie("sIdRefreshToken=i"),
            vec![],
            (401, "", ""),
        ),
        (
            "try refresh: expired",
            "GET",
            "/api/me",
            with_marker(&expired_token()),
            vec![],
            (401, "", ""),
        ),
        (
            "try refresh: expired, in header mode",
            "GET",
            "/api/me",
            bearer(&expired_token()),
            vec![],
            (401, "", ""),
        ),
        (
            "try refresh: unverifiable",
            "GET",
            "/auth/session",
            with_marker("x.y.z"),
            vec![],
            (401, "", ""),
        ),
        (
            "try refresh: no anti-CSRF token",
            "POST",
            "/api/me",
            with_marker(&access_token()),
            vec![],
            (401, "", ""),
        ),
        (
            "try refresh: at sign-out",
            "POST",
            "/auth/signout",
            with_marker(&expired_token()),
            vec![],
            (401, "", ""),
        ),
        ("an API with a session", "GET", "/api/me", session(), vec![], (200, "", "")),
        (
            "the origin is away",
            "POST",
            REFRESH,
            cookie("sRefreshToken=r"),
            vec![Err(Outage::TimedOut)],
            (503, "", ""),
        ),
    ]
}

fn over() -> Vec<Row> {
    vec![
        (
            "revoked, on an API",
            "GET",
            "/strict/me",
            with_marker(&access_token()),
            refused("unauthorised"),
            (401, CLEARED, BOTH_REMOVED),
        ),
        (
            "revoked, on an API in header mode",
            "GET",
            "/strict/me",
            bearer(&access_token()),
            refused("unauthorised"),
            (401, CLEARED, BOTH_REMOVED),
        ),
        (
            "refresh unauthorised",
            "POST",
            REFRESH,
            cookie("sRefreshToken=r"),
            refused("unauthorised"),
            (401, CLEARED, BOTH_REMOVED),
        ),
        (
            "refresh unauthorised in header mode",
            "POST",
            REFRESH,
            bearer("r"),
            refused("unauthorised"),
            (401, CLEARED, BOTH_REMOVED),
        ),
        (
            "theft",
            "POST",
            REFRESH,
            cookie("sRefreshToken=r"),
            refused("token_theft_detected"),
            (401, CLEARED, BOTH_REMOVED),
        ),
        (
            "sign-out",
            "POST",
            "/auth/signout",
            session(),
            signed_out(),
            (200, CLEARED, BOTH_REMOVED),
        ),
        (
            "sign-out in header mode",
            "POST",
            "/auth/signout",
            bearer(&access_token()),
            signed_out(),
            (200, CLEARED, BOTH_REMOVED),
        ),
    ]
}

fn without_a_session() -> Vec<Row> {
    vec![
        (
            "no session cookie, on refresh",
            "POST",
            REFRESH,
            RequestHeaders::default(),
            vec![],
            (401, "", "front-token: remove"),
        ),
        (
            "no token, on refresh in header mode",
            "POST",
            REFRESH,
            header_mode(""),
            vec![],
            (401, "", "front-token: remove"),
        ),
        (
            "no session cookie, on an API",
            "GET",
            "/api/me",
            RequestHeaders::default(),
            vec![],
            (401, "", ""),
        ),
        (
            "no token, on an API in header mode",
            "GET",
            "/auth/session",
            header_mode(""),
            vec![],
            (401, "", ""),
        ),
        (
            "sign-out without a session",
            "POST",
            "/auth/signout",
            RequestHeaders::default(),
            vec![],
            (200, "", BOTH_REMOVED),
        ),
    ]
}

const REFRESH: &str = "/auth/session/refresh";

const SET: &str = "sAccessToken sRefreshToken sIdRefreshToken";
const CLEARED: &str = "-sAccessToken -sRefreshToken -sIdRefreshToken";
const IN_COOKIES: &str = "anti-csrf, front-token, id-refresh-token";
const IN_HEADERS: &str = "front-token, st-access-token, st-refresh-token";
const BOTH_REMOVED: &str = "front-token: remove, id-refresh-token: remove";

fn policy() -> CookiePolicy {
    CookiePolicy {
        domain: CookieDomain::HostOnly,
        older_domain: None,
        names: CookieNames::default(),
        secure: true,
        same_site: SameSite::Lax,
        refresh_path: "/auth/session/refresh".to_owned(),
        older_refresh_path: None,
        expose_headers: true,
    }
}

fn lines(transfer: TokenTransfer) -> BrowserLines {
    let end = UnixMilliseconds(1_800_000_000_000);
    policy().issued(&Issue {
        access_token: "a.b.c",
        refresh_token: Some("r"),
        refresh_expires_at: end,
        marker: "6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
        anti_csrf_token: Some("x"),
        front_token: &front_token(&testing::claims().user_id, None, end, end),
        transfer,
    })
}

fn with_lines(status: u16, members: &str, lines: &BrowserLines) -> OriginReply {
    says(status, format!("{{{members},\"browser\":{}}}", serde_json::to_string(lines).unwrap()))
}

/// Whoever asks for another transfer than the lines are made for gets nothing.
fn issued_in(status: u16, transfer: TokenTransfer) -> Vec<OriginReply> {
    vec![with_lines(status, r#""session":{}"#, &lines(transfer))]
}

fn replaced_in(transfer: TokenTransfer) -> Vec<OriginReply> {
    let end = UnixMilliseconds(1_800_000_000_000);
    let front_token = front_token(&testing::claims().user_id, None, end, end);
    let lines = policy().access_replaced("a.b.c", end, front_token, transfer);
    vec![with_lines(200, r#""session":{}"#, &lines)]
}

fn refused(code: &str) -> Vec<OriginReply> {
    let members = format!(r#""status":401,"code":"{code}","detail":"d""#);
    vec![with_lines(401, &members, &policy().cleared())]
}

fn signed_out() -> Vec<OriginReply> {
    vec![with_lines(200, r#""revoked":true"#, &policy().cleared())]
}

fn cookie(cookie: &str) -> RequestHeaders<'static> {
    RequestHeaders { cookie: Some(cookie.to_owned().into()), ..RequestHeaders::default() }
}

fn bearer(token: &str) -> RequestHeaders<'static> {
    RequestHeaders {
        authorization: Some(format!("Bearer {token}").into()),
        auth_mode: Some("header".into()),
        ..RequestHeaders::default()
    }
}

fn access_token() -> String {
    testing::token(&testing::claims())
}

fn expired_token() -> String {
    let mut claims = testing::claims();
    claims.expires_at = testing::NOW;
    testing::token(&claims)
}

fn with_marker(token: &str) -> RequestHeaders<'static> {
    cookie(&format!("sAccessToken={token}; sIdRefreshToken=i"))
}

fn header_mode(cookie: &str) -> RequestHeaders<'static> {
    RequestHeaders {
        auth_mode: Some("header".into()),
        cookie: (!cookie.is_empty()).then(|| cookie.to_owned().into()),
        ..RequestHeaders::default()
    }
}

fn bearer_and(token: &str, cookie: &str) -> RequestHeaders<'static> {
    RequestHeaders { cookie: Some(cookie.to_owned().into()), ..bearer(token) }
}
