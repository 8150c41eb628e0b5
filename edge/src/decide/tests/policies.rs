//! What the settings of a path change.

use super::*;
use crate::testing;

const ADMINS: (&str, &str) = ("REQUIRED_CLAIMS", r#"{"/admin/*":{"role":"admin","level":3}}"#);

fn settled(sent: &Sent<'_>, changed: &[(&str, &str)]) -> Action {
    match decide_with(sent, changed, &testing::keys()) {
        Decision::Settled(action) => action,
        other => panic!("{other:?}"),
    }
}

fn cookie_with_payload(payload: Option<&str>) -> String {
    let payload = payload.map(|text| Json::parse(text).unwrap());
    cookie_with(|claims| claims.payload = payload)
}

/// What becomes of the request, in a word.
fn outcome(action: Action) -> &'static str {
    match action {
        Action::Answer(answer) if answer.status == 403 => "claims missing",
        Action::Forward(Forward { session: Some(_), .. }) => "with session",
        Action::Forward(Forward { session: None, carried: Some(_), .. }) => "carried",
        Action::Forward(_) => "without session",
        Action::Refuse(Refusal::CrossSite) => "cross-site",
        Action::Refuse(Refusal::NoSession) => "no session",
        Action::Refuse(Refusal::TryRefresh(_)) => "try refresh",
        other => panic!("{other:?}"),
    }
}

#[test]
fn on_an_anonymous_path_nobody_looks_for_a_session_and_a_log_in_still_ends_it() {
    let anonymous = [("ANONYMOUS_PATHS", "/assets/*, /public/raw")];
    let (cookie, expired) =
        (session_cookie(), cookie_with(|claims| claims.expires_at = testing::NOW));
    for (path, cookie, expected) in [
        ("/assets/x", "", "without session"),
        ("/assets/x", MARKED, "without session"),
        ("/assets/x", "sAccessToken=nonsense", "without session"),
        ("/assets/x", cookie.as_str(), "carried"),
        ("/assets/x", expired.as_str(), "carried"),
        ("/public/raw", cookie.as_str(), "carried"),
        ("/public/Raw", cookie.as_str(), "with session"),
        ("/assets/..%2fapi", cookie.as_str(), "with session"),
        ("/assets/..%2fapi", "", "no session"),
        ("/api", "", "no session"),
    ] {
        let action = settled(&Sent { path, cookie, ..Sent::default() }, &anonymous);
        assert_eq!(outcome(action), expected, "{path} {cookie}");
    }
}

/// Neither keys nor revocations are waited for.
#[test]
fn an_anonymous_path_needs_no_keys_and_no_feed() {
    let cookie = session_cookie();
    let sent = Sent { path: "/assets/x", cookie: &cookie, ..Sent::default() };
    let decision = decide(
        &sent.view(),
        &KeySet::default(),
        View { revocations: &Revocations::default(), is_current: false },
        &Confirmations::default(),
        &testing::settings_with(&[("ANONYMOUS_PATHS", "/assets/*")]),
        testing::NOW,
    );
    assert!(matches!(decision, Decision::Settled(Action::Forward(_))), "{decision:?}");
}

#[test]
fn the_app_sees_no_bearer_token_of_ours_on_an_anonymous_path_either() {
    let (ours, foreign) =
        (format!("Bearer {}", testing::token(&testing::claims())), "Bearer theirs");
    for (authorization, expected) in [(ours.as_str(), true), (foreign, false)] {
        let sent =
            Sent { path: "/assets/x", authorization: Some(authorization), ..Sent::default() };
        let forward = forwarded(settled(&sent, &[("ANONYMOUS_PATHS", "/assets/*")]));
        assert_eq!(forward.bearer_is_ours, expected, "{authorization}");
    }
}

#[test]
fn anti_csrf_is_off_where_every_reading_of_the_path_is_on_the_list() {
    let off = [("ANTI_CSRF_OFF_PATHS", "/hooks/*, /public/form")];
    let cookie = session_cookie();
    for (method, path, anti_csrf, expected) in [
        ("POST", "/hooks/x", None, "with session"),
        ("DELETE", "/hooks/x", Some("wrong"), "with session"),
        ("POST", "/public/form", None, "with session"),
        ("POST", "/public/Form", None, "carried"),
        ("POST", "/Hooks/x", None, "try refresh"),
        ("POST", "/hooks/..%2fapi", None, "try refresh"),
        ("POST", "/api/me", None, "try refresh"),
        ("GET", "/api/me", None, "with session"),
    ] {
        let sent = Sent { method, path, cookie: &cookie, anti_csrf, ..Sent::default() };
        assert_eq!(outcome(settled(&sent, &off)), expected, "{method} {path}");
    }
}

/// Our own routes are not paths of the app, whatever the lists say.
#[test]
fn the_lists_say_nothing_about_our_own_routes() {
    let cookie = session_cookie();
    let lists = [
        ("ANTI_CSRF_OFF_PATHS", "/*"),
        ("ANONYMOUS_PATHS", "/auth/*"),
        ("REQUIRED_CLAIMS", r#"{"/auth/session/data":{"role":"owner"}}"#),
    ];
    let write =
        Sent { method: "PUT", path: "/auth/session/data", cookie: &cookie, ..Sent::default() };
    assert_eq!(outcome(settled(&write, &lists[..2])), "try refresh");
    let read = Sent { path: "/auth/session/data", cookie: &cookie, ..Sent::default() };
    let lists = [lists[0], lists[2]];
    assert!(matches!(asked(settled(&read, &lists)), Ask::ReadData(_)));
}

#[test]
fn a_path_that_requires_claims_needs_a_session_that_has_them() {
    let admin = cookie_with_payload(Some(r#"{"level":3.0,"role":"admin"}"#));
    let user = cookie_with_payload(Some(r#"{"level":3,"role":"user"}"#));
    let nothing = cookie_with_payload(None);
    for protected in ["/*", "/api/*", ""] {
        for (path, cookie, expected) in [
            ("/admin", admin.as_str(), "with session"),
            ("/admin/x", user.as_str(), "claims missing"),
            ("/ADMIN/x", user.as_str(), "claims missing"),
            ("/x/..%2fadmin", user.as_str(), "claims missing"),
            ("/%00", user.as_str(), "claims missing"),
            ("/admin/x", nothing.as_str(), "claims missing"),
            ("/admin/x", "", "no session"),
            ("/admin/x", MARKED, "try refresh"),
            ("/api/me", user.as_str(), "with session"),
        ] {
            let sent = Sent { path, cookie, ..Sent::default() };
            let action = settled(&sent, &[ADMINS, ("PROTECTED_PATHS", protected)]);
            assert_eq!(outcome(action), expected, "{protected} {path} {cookie}");
        }
    }
}

#[test]
fn an_exception_needs_no_claims() {
    let user = cookie_with_payload(Some(r#"{"role":"user"}"#));
    for open in ["PUBLIC_PATHS", "ANONYMOUS_PATHS"] {
        for (path, cookie, expected) in [
            ("/admin/login", "", "without session"),
            ("/admin/Login", "", "no session"),
            ("/admin/Login", user.as_str(), "claims missing"),
        ] {
            let sent = Sent { path, cookie, ..Sent::default() };
            let action = settled(&sent, &[ADMINS, (open, "/admin/login")]);
            assert_eq!(outcome(action), expected, "{open} {path}");
        }
    }
}

/// First that it is this user, then that the user meant it, then that the session goes on: a client that can refresh must not be told to give up.
#[test]
fn claims_are_looked_at_last() {
    let user = cookie_with_payload(Some(r#"{"role":"user"}"#));
    let post = Sent { method: "POST", path: "/admin/x", cookie: &user, ..Sent::default() };
    assert_eq!(outcome(settled(&post, &[ADMINS])), "try refresh");

    let get = Sent { method: "GET", ..post };
    let strict = settled(&get, &[ADMINS, ("REVOCATION", "strict")]);
    let Action::Confirm(confirm) = strict else { panic!("{strict:?}") };
    assert_eq!(outcome(*confirm.then), "claims missing");
    assert!(confirm.without.is_none());

    let stale = decide(
        &get.view(),
        &testing::keys(),
        View { revocations: &Revocations::default(), is_current: false },
        &Confirmations::default(),
        &testing::settings_with(&[ADMINS]),
        testing::NOW,
    );
    assert!(matches!(stale, Decision::NeedRevocations(Action::Refuse(Refusal::StaleFeed))));
}

#[test]
fn a_websocket_with_cookies_is_opened_by_pages_of_ours_and_of_allowed_origins_only() {
    let cookie = session_cookie();
    let bearer = format!("Bearer {}", testing::token(&testing::claims()));
    let evil = Some("https://evil.test");
    for (path, cookie, authorization, origin, expected) in [
        ("/api/socket", cookie.as_str(), None, Some(OWN), "with session"),
        ("/api/socket", cookie.as_str(), None, Some(LISTED), "with session"),
        ("/api/socket", cookie.as_str(), None, None, "with session"),
        ("/api/socket", cookie.as_str(), None, evil, "cross-site"),
        ("/api/socket", "", None, evil, "no session"),
        ("/api/socket", MARKED, None, evil, "try refresh"),
        ("/api/socket", "", Some(bearer.as_str()), evil, "with session"),
        ("/public/socket", cookie.as_str(), None, Some(OWN), "with session"),
        ("/public/socket", cookie.as_str(), None, evil, "carried"),
        ("/public/socket", "", None, evil, "without session"),
    ] {
        let sent = Sent { path, cookie, authorization, origin, ..Sent::default() };
        for anti_csrf in ["on", "off"] {
            let mut view = sent.view();
            view.headers.upgrade = Some("WebSocket".into());
            let decision = decide(
                &view,
                &testing::keys(),
                View { revocations: &Revocations::default(), is_current: true },
                &Confirmations::default(),
                &testing::settings_with(&[
                    ("ALLOWED_ORIGINS", LISTED),
                    ("ANTI_CSRF", anti_csrf),
                    ("ANTI_CSRF_OFF_PATHS", "/api/*"),
                ]),
                testing::NOW,
            );
            let Decision::Settled(action) = decision else { panic!("{decision:?}") };
            assert_eq!(outcome(action), expected, "{path} {origin:?} {authorization:?}");
        }
    }
}
