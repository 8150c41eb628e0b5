use super::*;
use crate::testing;

fn headers<'a>(cookie: &'a str, authorization: Option<&'a str>) -> RequestHeaders<'a> {
    RequestHeaders {
        authorization: authorization.map(Into::into),
        cookie: (!cookie.is_empty()).then(|| cookie.into()),
        ..RequestHeaders::default()
    }
}

fn transfer_setting(value: &str) -> Settings {
    testing::settings_with(&[("TOKEN_TRANSFER", value)])
}

#[test]
fn cookies_have_one_reading_each() {
    let oversized = format!("sAccessToken=t; x={}", "y".repeat(MAX_COOKIE_HEADER_BYTES));
    for (cookies, access, may_refresh) in [
        ("", Found::Absent, false),
        ("theme=dark", Found::Absent, false),
        ("sIdRefreshToken=i", Found::Absent, true),
        ("sAccessToken=", Found::Absent, false),
        ("sAccessToken=t; sIdRefreshToken=", Found::Token("t"), false),
        ("sAccessToken=t; sIdRefreshToken=i", Found::Token("t"), true),
        ("sAccessToken=t; sAccessToken=u", Found::Ambiguous, false),
        ("sAccessToken=t; sIdRefreshToken=i; sIdRefreshToken=j", Found::Token("t"), true),
        (oversized.as_str(), Found::Ambiguous, true),
    ] {
        let (headers, settings) = (headers(cookies, None), testing::settings_with(&[]));
        let expected = Credential { access, is_bearer: false, may_refresh };
        assert_eq!(Credential::of(&headers, &settings), expected, "{cookies:.60}");
    }
}

#[test]
fn a_request_without_any_header_carries_nothing() {
    let (headers, settings) = (RequestHeaders::default(), testing::settings_with(&[]));
    assert!(Credential::of(&headers, &settings).is_absent());
    assert_eq!(refresh_token(&headers, &settings), RefreshToken::Absent);
}

#[test]
fn cookie_or_bearer_token_by_setting() {
    const BOTH: &str = "sAccessToken=c; sIdRefreshToken=i";
    let cookie = |access, may_refresh| Credential { access, is_bearer: false, may_refresh };
    let bearer = |access| Credential { access, is_bearer: true, may_refresh: false };
    for (setting, cookies, authorization, expected) in [
        ("any", "", None, cookie(Found::Absent, false)),
        ("any", BOTH, None, cookie(Found::Token("c"), true)),
        ("any", BOTH, Some("Basic b"), cookie(Found::Token("c"), true)),
        ("any", "", Some("Bearer b"), bearer(Found::Token("b"))),
        ("any", BOTH, Some("Bearer b"), bearer(Found::Token("b"))),
        ("any", BOTH, Some("Bearer b, Bearer c"), bearer(Found::Ambiguous)),
        ("any", BOTH, Some("Bearer"), bearer(Found::Ambiguous)),
        ("cookie", "", Some("Bearer b"), cookie(Found::Absent, false)),
        ("cookie", BOTH, Some("Bearer b"), cookie(Found::Token("c"), true)),
        ("cookie", BOTH, Some("Bearer"), cookie(Found::Token("c"), true)),
        ("header", BOTH, None, bearer(Found::Absent)),
        ("header", BOTH, Some("Basic b"), bearer(Found::Absent)),
        ("header", BOTH, Some("Bearer b"), bearer(Found::Token("b"))),
        ("header", BOTH, Some("Bearer"), bearer(Found::Ambiguous)),
    ] {
        let headers = headers(cookies, authorization);
        let seen = Credential::of(&headers, &transfer_setting(setting));
        assert_eq!(seen, expected, "{setting}: {cookies} {authorization:?}");
    }
}

#[test]
fn a_refresh_is_answered_in_the_way_its_token_came() {
    use TokenTransfer::{Cookie, Header, HeaderClearingCookies};
    let token = RefreshToken::Token;
    let oversized = format!("sRefreshToken=r; x={}", "y".repeat(MAX_COOKIE_HEADER_BYTES));
    for (setting, cookies, authorization, expected) in [
        ("any", "sRefreshToken=r", None, token("r", Cookie)),
        ("any", "sRefreshToken=r; sAccessToken=a", None, token("r", Cookie)),
        ("any", "sRefreshToken=r", Some("Basic b"), token("r", Cookie)),
        ("any", "sRefreshToken=", None, RefreshToken::Absent),
        ("any", "sRefreshToken=r; sRefreshToken=s", None, RefreshToken::Duplicates),
        ("any", "sRefreshToken=r; sAccessToken=a; sAccessToken=b", None, RefreshToken::Duplicates),
        ("any", "sAccessToken=a; sAccessToken=b", None, RefreshToken::Absent),
        ("any", "sRefreshToken=r; sIdRefreshToken=i; sIdRefreshToken=j", None, token("r", Cookie)),
        ("any", &oversized, None, RefreshToken::Absent),
        ("any", "", Some("Bearer b"), token("b", Header)),
        ("any", "theme=dark; sAccessToken=", Some("Bearer b"), token("b", Header)),
        ("any", "sRefreshToken=r", Some("Bearer b"), token("b", HeaderClearingCookies)),
        ("any", "sIdRefreshToken=i", Some("Bearer b"), token("b", HeaderClearingCookies)),
        (
            "any",
            "sAccessToken=a; sAccessToken=b",
            Some("Bearer b"),
            token("b", HeaderClearingCookies),
        ),
        ("any", "sRefreshToken=r", Some("Bearer b, Bearer c"), RefreshToken::Absent),
        ("cookie", "sRefreshToken=r", Some("Bearer b"), token("r", Cookie)),
        ("cookie", "", Some("Bearer b"), RefreshToken::Absent),
        ("header", "sRefreshToken=r", None, RefreshToken::Absent),
        ("header", "sRefreshToken=r; sRefreshToken=s", None, RefreshToken::Absent),
        ("header", "sRefreshToken=r", Some("Bearer b"), token("b", HeaderClearingCookies)),
    ] {
        let headers = headers(cookies, authorization);
        let seen = refresh_token(&headers, &transfer_setting(setting));
        assert_eq!(seen, expected, "{setting}: {cookies:.60} {authorization:?}");
    }
}

#[test]
fn a_log_in_is_answered_as_its_client_asks() {
    use TokenTransfer::{Cookie, Header, HeaderClearingCookies};
    for (setting, auth_mode, cookies, expected) in [
        ("any", None, "", Cookie),
        ("any", Some("cookie"), "", Cookie),
        ("any", Some("any"), "", Cookie),
        ("any", Some("header, header"), "", Cookie),
        ("any", Some("header"), "", Header),
        ("any", Some("Header"), "theme=dark", Header),
        ("any", Some("header"), "sIdRefreshToken=i", HeaderClearingCookies),
        ("cookie", Some("header"), "sIdRefreshToken=i", Cookie),
        ("header", None, "", Header),
        ("header", Some("cookie"), "sAccessToken=a", HeaderClearingCookies),
    ] {
        let headers =
            RequestHeaders { auth_mode: auth_mode.map(Into::into), ..headers(cookies, None) };
        let seen = transfer_of_log_in(&headers, &transfer_setting(setting));
        assert_eq!(seen, expected, "{setting}: {auth_mode:?} {cookies}");
    }
}

#[test]
fn cookies_go_by_the_names_that_are_set() {
    let settings = testing::settings_with(&[
        ("ACCESS_COOKIE", "__Host-at"),
        ("REFRESH_COOKIE", "rt"),
        ("MARKER_COOKIE", "mark"),
    ]);
    let renamed = headers("__Host-at=a; rt=r; mark=m", None);
    let credential = Credential::of(&renamed, &settings);
    assert_eq!((credential.access, credential.may_refresh), (Found::Token("a"), true));
    let token = RefreshToken::Token("r", TokenTransfer::Cookie);
    assert_eq!(refresh_token(&renamed, &settings), token);

    let of_old = headers("sAccessToken=a; sRefreshToken=r; sIdRefreshToken=i", None);
    assert!(Credential::of(&of_old, &settings).is_absent());
    assert_eq!(refresh_token(&of_old, &settings), RefreshToken::Absent);
}

#[test]
fn debugging_output_shows_no_token() {
    assert_eq!(format!("{:?}", Found::Token("secret")), "Token(6 bytes)");
    let refresh = RefreshToken::Token("secret", TokenTransfer::Header);
    assert_eq!(format!("{refresh:?}"), "Token(6 bytes, Header)");
}
