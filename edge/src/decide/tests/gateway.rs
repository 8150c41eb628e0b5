//! Requests for the app.

use super::*;

#[test]
fn the_app_learns_whose_request_it_is_on_protected_and_public_paths() {
    let (cookie, anti_csrf) = (session_cookie(), testing::anti_csrf());
    for (method, path, anti_csrf) in [
        ("GET", "/api/me", None),
        ("POST", "/api/me", Some(anti_csrf.as_str())),
        ("GET", "/public/page", None),
        ("POST", "/login", Some(anti_csrf.as_str())),
    ] {
        let forward = forwarded(action(&Sent {
            method,
            path,
            cookie: &cookie,
            anti_csrf,
            ..Sent::default()
        }));
        let session = forward.session.unwrap();
        assert_eq!(
            (session.session, &session.user_id),
            (testing::claims().session, &testing::claims().user_id)
        );
        assert_eq!(forward.carried, Some(session.session), "{method} {path}");
    }
}

#[test]
fn on_public_paths_a_request_goes_on_without_a_session_that_it_cannot_prove() {
    let foreign = cookie_with(|claims| claims.issuer = "https://other.test".to_owned());
    for (method, path, cookie) in [
        ("GET", "/public/page", ""),
        ("GET", "/public/page", MARKED),
        ("GET", "/public/page", "sAccessToken=nonsense"),
        ("GET", "/public/page", "sAccessToken=a; sAccessToken=b"),
        ("POST", "/login", foreign.as_str()),
    ] {
        let forward = forwarded(action(&Sent { method, path, cookie, ..Sent::default() }));
        assert!(forward.session.is_none() && forward.carried.is_none(), "{method} {path} {cookie}");
    }
}

/// The first lacks its anti-CSRF token, the second has expired.
#[test]
fn a_log_in_replaces_the_session_also_where_the_request_cannot_prove_it() {
    for cookie in [session_cookie(), cookie_with(|claims| claims.expires_at = testing::NOW)] {
        let forward = forwarded(action(&Sent {
            method: "POST",
            path: "/login",
            cookie: &cookie,
            ..Sent::default()
        }));
        assert!(forward.session.is_none());
        assert_eq!(forward.carried, Some(testing::claims().session));
    }
}

#[test]
fn a_protected_path_in_disguise_is_refused() {
    for path in
        ["/public/..%2fapi/me", "/public/%2e%2e/api/me", "/%70ublic/../api", "//api/me", "/login/"]
    {
        assert_eq!(
            refusal(action(&Sent { path, ..Sent::default() })),
            Refusal::NoSession,
            "{path}"
        );
    }
}

#[test]
fn pre_flights_are_answered_for_listed_origins_and_never_reach_a_protected_path() {
    for (path, origin, expected) in [
        ("/auth/session", LISTED, "permission"),
        ("/auth/session", "https://evil.test", "no permission"),
        ("/api/me", LISTED, "permission"),
        ("/api/me", "https://evil.test", "no permission"),
        ("/public/page", LISTED, "permission"),
        ("/public/page", "https://evil.test", "forwarded"),
    ] {
        let sent = Sent {
            method: "OPTIONS",
            path,
            origin: Some(origin),
            preflight: true,
            ..Sent::default()
        };
        let Decision::Settled(action) =
            decide_with(&sent, &[("ALLOWED_ORIGINS", LISTED)], &KeySet::default())
        else {
            panic!("needs no keys")
        };
        let seen = match &action {
            Action::Answer(answer) if answer.status == 204 => {
                match answer.header("access-control-allow-methods") {
                    Some(_) => "permission",
                    None => "no permission",
                }
            }
            Action::Forward(Forward { session: None, carried: None, .. }) => "forwarded",
            other => panic!("{other:?}"),
        };
        assert_eq!(seen, expected, "{path} {origin}");
    }
}

#[test]
fn an_options_request_that_is_no_pre_flight_is_checked_like_any_other() {
    let sent = Sent { method: "OPTIONS", path: "/api/me", origin: Some(OWN), ..Sent::default() };
    assert_eq!(refusal(action(&sent)), Refusal::NoSession);
}
