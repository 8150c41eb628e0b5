use super::*;
use crate::user_id::UserId;

fn policy() -> CookiePolicy {
    CookiePolicy {
        domain: CookieDomain::Domain("example.test".to_owned()),
        older_domain: None,
        names: CookieNames::default(),
        secure: false,
        same_site: SameSite::Strict,
        refresh_path: "/auth/session/refresh".to_owned(),
        older_refresh_path: None,
        expose_headers: false,
    }
}

fn issue(transfer: TokenTransfer) -> Issue<'static> {
    Issue {
        access_token: "a.b.c",
        refresh_token: Some("refresh"),
        refresh_expires_at: UnixMilliseconds(86_400_000),
        marker: Uuid::nil(),
        anti_csrf_token: Some("csrf"),
        front_token: "front",
        transfer,
    }
}

#[test]
fn in_header_mode_there_are_headers_only_and_no_anti_csrf_token() {
    let lines = policy().issued(&issue(TokenTransfer::Header));
    assert_eq!(lines.set_cookie, Vec::<String>::new());
    let expected =
        [("front-token", "front"), ("st-access-token", "a.b.c"), ("st-refresh-token", "refresh")];
    let headers: Vec<_> = lines.headers.iter().collect();
    assert_eq!(headers, expected);
}

#[test]
fn in_header_mode_cookies_that_the_browser_still_carries_are_cleared() {
    let lines = policy().issued(&issue(TokenTransfer::HeaderClearingCookies));
    assert_eq!(lines.set_cookie, policy().cleared().set_cookie);
    assert_eq!(lines.headers["front-token"], "front", "the session goes on");
}

#[test]
fn names_domains_and_the_older_domain_are_as_the_policy_says() {
    let names = CookieNames {
        access: "__Secure-at".to_owned(),
        refresh: "__Secure-rt".to_owned(),
        marker: "mark".to_owned(),
    };
    let older_domain = Some(CookieDomain::Domain("old.example".to_owned()));
    let policy = CookiePolicy {
        domain: CookieDomain::HostOnly,
        older_domain,
        names,
        secure: true,
        ..policy()
    };
    let older = [
        "__Secure-at=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Domain=old.example; HttpOnly; Secure; SameSite=Strict",
        "__Secure-rt=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/auth/session/refresh; Domain=old.example; HttpOnly; Secure; SameSite=Strict",
        "mark=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; Domain=old.example; Secure; SameSite=Strict",
    ];

    let issued = policy.issued(&issue(TokenTransfer::Cookie)).set_cookie;
    assert_eq!(issued[..3], older, "a new session clears what an older one left");
    assert_eq!(
        issued[3],
        "__Secure-at=a.b.c; Expires=Fri, 02 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; Secure; SameSite=Strict"
    );
    assert!(issued[4].starts_with("__Secure-rt=refresh;") && issued[5].starts_with("mark="));

    let duplicates = policy.cleared_duplicates();
    assert!(duplicates.session_goes_on);
    assert_eq!(duplicates.browser.set_cookie, older);
    assert!(duplicates.browser.headers.is_empty());
    assert_eq!(policy.cleared().set_cookie[3..], older);
}

#[test]
fn the_refresh_token_of_an_older_path_is_cleared() {
    let policy = CookiePolicy { older_refresh_path: Some("/refresh".to_owned()), ..policy() };
    let older = "sRefreshToken=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/refresh; Domain=example.test; HttpOnly; SameSite=Strict";

    let duplicates = policy.cleared_duplicates();
    assert!(duplicates.session_goes_on);
    assert_eq!(duplicates.browser.set_cookie, [older]);
    assert_eq!(policy.issued(&issue(TokenTransfer::Cookie)).set_cookie[0], older);
    assert_eq!(policy.cleared().set_cookie[3..], [older]);

    let older_domain = Some(CookieDomain::HostOnly);
    let both = CookiePolicy { older_domain, ..policy }.cleared_duplicates().browser.set_cookie;
    assert_eq!(both.len(), 5, "three of the domain, and the path's at either");
}

#[test]
fn duplicates_that_nobody_can_tell_apart_end_the_session() {
    let duplicates = policy().cleared_duplicates();
    assert!(!duplicates.session_goes_on);
    assert_eq!(duplicates.browser.set_cookie, policy().cleared().set_cookie);
    assert_eq!(duplicates.browser.headers["front-token"], "remove");
}

#[test]
fn an_issued_session_sets_three_cookies_and_three_headers() {
    let lines = policy().issued(&issue(TokenTransfer::Cookie));

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
            ("front-token".to_owned(), "front".to_owned()),
            (
                "id-refresh-token".to_owned(),
                "00000000-0000-0000-0000-000000000000;86400000".to_owned()
            ),
            ("anti-csrf".to_owned(), "csrf".to_owned()),
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
