//! Requests with a bearer token, alone and beside cookies.

use super::*;

fn bearer_with(change: impl FnOnce(&mut AccessClaims)) -> String {
    let mut claims = testing::claims();
    change(&mut claims);
    format!("Bearer {}", testing::token(&claims))
}

fn bearer() -> String {
    bearer_with(|_| {})
}

fn expired() -> String {
    bearer_with(|claims| claims.expires_at = testing::NOW)
}

fn decided(sent: &Sent<'_>, setting: &str) -> Action {
    match decide_with(sent, &[("TOKEN_TRANSFER", setting)], &testing::keys()) {
        Decision::Settled(action) => action,
        other => panic!("{other:?}"),
    }
}

/// What is done with a request, in a few words.
fn summary(action: &Action) -> String {
    match action {
        Action::Answer(answer) => format!("answer {}", answer.status),
        Action::AskOrigin(Ask::SignOut(_)) => "sign out".to_owned(),
        Action::AskOrigin(ask) => format!("ask {ask:?}").replace(" bytes", ""),
        Action::Forward(forward) => format!(
            "forward{}{}{}",
            if forward.session.is_some() { ", session" } else { "" },
            if forward.carried.is_some() { ", carried" } else { "" },
            if forward.bearer_is_ours { ", bearer hidden" } else { "" },
        ),
        Action::Limited(action) => format!("limited {}", summary(action)),
        Action::Refuse(refusal) => {
            format!("refuse {:?}", refusal.answer(ExpiredStatus::default()).status)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bearer_token_does_all_that_a_cookie_does_and_needs_no_anti_csrf_token() {
    let bearer = bearer();
    for (method, path) in WITH_SESSION.into_iter().chain([("POST", "/public/page")]) {
        let sent = Sent { method, path, authorization: Some(&bearer), ..Sent::default() };
        match decided(&sent, "any") {
            Action::Answer(answer) => assert_eq!(answer.status, 200, "{method} {path}"),
            Action::AskOrigin(_) => {}
            Action::Forward(forward) => {
                assert_eq!(forward.session.unwrap().session, testing::claims().session);
                assert!(forward.bearer_is_ours, "{method} {path}");
            }
            other => panic!("{method} {path}: {other:?}"),
        }
    }
}

#[test]
fn a_bearer_token_that_does_not_verify_is_to_be_refreshed() {
    for (authorization, reason) in [
        ("Bearer nonsense".to_owned(), TokenRefusal::Malformed.into()),
        (expired(), TokenRefusal::Expired.into()),
        (format!("{}, Bearer x", bearer()), TryRefresh::AccessTokenAmbiguous),
        ("Bearer".to_owned(), TryRefresh::AccessTokenAmbiguous),
    ] {
        for (method, path) in WITH_SESSION.into_iter().chain([("POST", "/auth/signout")]) {
            // A good cookie beside it does not help: nobody can say which one was meant.
            for cookie in [String::new(), session_cookie()] {
                let sent = Sent {
                    method,
                    path,
                    cookie: &cookie,
                    authorization: Some(&authorization),
                    ..Sent::default()
                };
                let refused = refusal(decided(&sent, "any"));
                assert_eq!(refused, Refusal::TryRefresh(reason), "{method} {path}");
            }
        }
    }
}

#[test]
fn the_whole_table_of_cookies_and_bearer_tokens() {
    const FOREIGN: &str = "Bearer of-the-app";
    const BASIC: &str = "Basic dXNlcjpwYXNz";
    let (good, old, cookie) = (bearer(), expired(), session_cookie());
    let refresh = format!("{cookie}; sRefreshToken=r");
    for (setting, method, path, cookie, authorization, expected) in [
        // A path of the app that needs a session.
        ("any", "GET", "/api/me", "", good.as_str(), "forward, session, carried, bearer hidden"),
        ("any", "GET", "/api/me", &cookie, &good, "forward, session, carried, bearer hidden"),
        ("any", "GET", "/api/me", &cookie, "", "forward, session, carried"),
        ("any", "GET", "/api/me", &cookie, BASIC, "forward, session, carried"),
        ("any", "GET", "/api/me", &cookie, FOREIGN, "refuse 401"),
        ("any", "GET", "/api/me", "", BASIC, "refuse 401"),
        ("cookie", "GET", "/api/me", "", &good, "refuse 401"),
        ("cookie", "GET", "/api/me", &cookie, &good, "forward, session, carried"),
        ("cookie", "GET", "/api/me", &cookie, FOREIGN, "forward, session, carried"),
        ("header", "GET", "/api/me", &cookie, "", "refuse 401"),
        ("header", "GET", "/api/me", &cookie, &good, "forward, session, carried, bearer hidden"),
        // One that does not: what is not ours passes unharmed.
        ("any", "POST", "/login", "", FOREIGN, "forward"),
        ("any", "POST", "/login", "", BASIC, "forward"),
        ("any", "POST", "/login", "", "Bearer a, Bearer b", "forward"),
        ("any", "POST", "/login", "", "Bearer", "forward"),
        ("any", "POST", "/login", &cookie, FOREIGN, "forward, carried"),
        ("any", "POST", "/login", &cookie, BASIC, "forward, carried"),
        ("any", "POST", "/login", "", &good, "forward, session, carried, bearer hidden"),
        ("any", "POST", "/login", "", &old, "forward, carried, bearer hidden"),
        ("any", "POST", "/login", &cookie, &old, "forward, carried, bearer hidden"),
        ("cookie", "POST", "/login", "", &old, "forward"),
        ("cookie", "GET", "/login", &cookie, &old, "forward, session, carried"),
        ("header", "POST", "/login", &cookie, "", "forward"),
        // Refresh: the token of the header, whatever cookies there are.
        ("any", "POST", "/auth/session/refresh", "", "Bearer r", "ask Refresh(1, Header)"),
        (
            "any",
            "POST",
            "/auth/session/refresh",
            &refresh,
            "Bearer rr",
            "ask Refresh(2, HeaderClearingCookies)",
        ),
        ("any", "POST", "/auth/session/refresh", &refresh, BASIC, "ask Refresh(1, Cookie)"),
        (
            "any",
            "POST",
            "/auth/session/refresh",
            &refresh,
            "Bearer r, Bearer s",
            "limited refuse 401",
        ),
        ("cookie", "POST", "/auth/session/refresh", "", "Bearer r", "limited refuse 401"),
        ("header", "POST", "/auth/session/refresh", &refresh, "", "limited refuse 401"),
        // Sign-out.
        ("any", "POST", "/auth/signout", "", &good, "sign out"),
        ("any", "POST", "/auth/signout", &refresh, &good, "sign out"),
        ("any", "POST", "/auth/signout", "", BASIC, "answer 200"),
        ("any", "POST", "/auth/signout", "", &old, "refuse 401"),
        ("cookie", "POST", "/auth/signout", "", &good, "answer 200"),
        ("header", "POST", "/auth/signout", &refresh, "", "answer 200"),
    ] {
        let authorization = (!authorization.is_empty()).then_some(authorization);
        let sent = Sent { method, path, cookie, authorization, ..Sent::default() };
        let seen = summary(&decided(&sent, setting));
        let of_what = format!("{setting}: {method} {path}, {cookie:.20} {authorization:.20?}");
        assert_eq!(seen, expected, "{of_what}");
    }
}

#[test]
fn no_other_site_can_send_a_bearer_token_so_refresh_and_sign_out_with_one_are_meant() {
    let bearer = bearer();
    for (path, authorization, cross_site) in [
        ("/auth/session/refresh", Some("Bearer r"), false),
        ("/auth/session/refresh", Some("Basic r"), true),
        ("/auth/session/refresh", Some("Bearer r, Bearer s"), true),
        ("/auth/session/refresh", None, true),
        ("/auth/signout", Some(bearer.as_str()), false),
        ("/auth/signout", Some("Basic r"), true),
        ("/auth/signout", None, true),
    ] {
        let cookie = format!("{}; sRefreshToken=r", session_cookie());
        let sent = Sent {
            method: "POST",
            path,
            cookie: &cookie,
            authorization,
            site: Some("cross-site"),
            origin: Some("https://evil.test"),
            ..Sent::default()
        };
        let action = decided(&sent, "any");
        let is_refused = matches!(action, Action::Refuse(Refusal::CrossSite));
        assert_eq!(is_refused, cross_site, "{path} {authorization:?} {action:?}");
    }
}

#[test]
fn a_log_in_ends_the_session_of_the_cookie_where_the_bearer_token_names_none() {
    let mut other = testing::claims();
    other.session = SessionHandle::from_bytes([3; 16]);
    other.expires_at = testing::NOW;
    let of_other = format!("Bearer {}", testing::token(&other));
    let cookie = session_cookie();
    for (authorization, expected) in
        [("Bearer of-the-app", testing::claims().session), (of_other.as_str(), other.session)]
    {
        let sent = Sent {
            method: "POST",
            path: "/login",
            cookie: &cookie,
            authorization: Some(authorization),
            ..Sent::default()
        };
        let forward = forwarded(decided(&sent, "any"));
        assert_eq!(forward.carried, Some(expected), "{authorization:.20}");
    }
}
