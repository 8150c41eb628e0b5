//! Which requests wait until the origin knows that a refresh token has arrived.

use super::{
    revocation::{Known, outcome, revocations},
    *,
};
use crate::confirmations::confirmation_of;

/// One request in an isolate.
#[derive(Clone, Copy, Debug)]
struct Case<'a> {
    confirm: &'a str,
    mode: &'a str,
    route: (&'a str, &'a str),
    generation: u64,
    is_confirmed: bool,
    known: Known,
    is_current: bool,
}

const CASE: Case<'_> = Case {
    confirm: "inline",
    mode: "feed",
    route: ("GET", "/api/me"),
    generation: 1,
    is_confirmed: false,
    known: Known::Nothing,
    is_current: true,
};

fn decision(case: Case<'_>) -> Decision {
    let mut claims = testing::claims();
    claims.generation = case.generation;
    let cookie = format!("sAccessToken={}; {MARKED}; sRefreshToken=r", testing::token(&claims));
    let anti_csrf = testing::anti_csrf();
    let (method, path) = case.route;
    let sent =
        Sent { method, path, cookie: &cookie, anti_csrf: Some(&anti_csrf), ..Sent::default() };
    let settings = testing::settings_with(&[
        ("CONFIRM", case.confirm),
        ("REVOCATION", case.mode),
        ("SESSION_DATA_ACCESS", "read-write"),
    ]);
    let revocations = revocations(case.known);
    let view = View { revocations: &revocations, is_current: case.is_current };
    let mut confirmations = Confirmations::default();
    if case.is_confirmed {
        confirmations.confirm(confirmation_of(&claims).as_slice());
    }
    decide(&sent.view(), &testing::keys(), view, &confirmations, &settings, testing::NOW)
}

#[test]
fn inline_every_route_waits_once_for_a_refreshed_session_in_every_mode() {
    for mode in ["feed", "off", "strict"] {
        for (route, expected) in [
            (("GET", "/auth/session"), "confirmed"),
            (("GET", "/auth/session/data"), "confirmed"),
            (("PATCH", "/auth/session/data"), "confirmed"),
            (("POST", "/api/me"), "confirmed"),
            (("GET", "/public/page"), "confirmed or without"),
            // These two ask the origin about the session themselves.
            (("POST", "/auth/signout"), "origin"),
            (("POST", "/auth/session/refresh"), "origin"),
        ] {
            let seen = outcome(&decision(Case { mode, route, ..CASE }));
            assert_eq!(seen, expected, "{mode} {route:?}");
        }
    }
}

#[test]
fn nobody_waits_for_a_first_token_or_for_what_is_confirmed_or_where_it_is_done_in_the_background() {
    for case in [
        Case { generation: 0, ..CASE },
        Case { is_confirmed: true, ..CASE },
        Case { confirm: "background", ..CASE },
    ] {
        for (mode, route, expected) in [
            ("feed", ("GET", "/auth/session"), "answered"),
            ("feed", ("PUT", "/auth/session/data"), "origin"),
            ("off", ("GET", "/api/me"), "app"),
            ("feed", ("GET", "/public/page"), "app"),
            ("strict", ("GET", "/api/me"), "confirmed"),
        ] {
            let case = Case { mode, route, ..case };
            assert_eq!(outcome(&decision(case)), expected, "{case:?}");
        }
    }
}

#[test]
fn what_the_feed_says_comes_first_and_whoever_asks_the_origin_needs_no_feed() {
    let ended = Case { known: Known::SessionEnded, ..CASE };
    assert_eq!(outcome(&decision(ended)), "over");
    let public = Case { route: ("GET", "/public/page"), ..ended };
    assert_eq!(outcome(&decision(public)), "app without session");
    assert_eq!(outcome(&decision(Case { is_current: false, ..CASE })), "confirmed");
    let confirmed = Case { is_current: false, is_confirmed: true, ..CASE };
    assert_eq!(outcome(&decision(confirmed)), "needs feed, else stale");
}

#[test]
fn a_question_to_the_origin_names_what_it_confirms() {
    for (confirm, mode, generation, tells) in [
        ("inline", "off", 1, true),
        ("background", "strict", 1, true),
        ("background", "strict", 0, false),
    ] {
        match decision(Case { confirm, mode, generation, ..CASE }) {
            Decision::Settled(Action::Confirm(confirm)) => {
                let session = confirm.confirmation.map(|confirmation| confirmation.handle);
                assert_eq!(session, tells.then_some(testing::claims().session));
            }
            other => panic!("{other:?}"),
        }
    }
}
