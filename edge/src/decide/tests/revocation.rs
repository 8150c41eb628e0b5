//! Mode × what is known × route.

use super::*;
use wayleave_shared::feed::{RevokedSession, RevokedUser, UserDigest};

/// What the feed says about the session of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Known {
    Nothing,
    SessionEnded,
    /// All sessions of the user, up to this second relative to the token's issue.
    UserEnded(i64),
    Forgotten,
}

pub(super) fn revocations(known: Known) -> Revocations {
    let claims = testing::claims();
    let until = UnixSeconds(testing::NOW.0 + 100);
    let mut page = testing::page();
    match known {
        Known::Nothing => {}
        Known::SessionEnded => {
            page.sessions.push(RevokedSession { handle: claims.session, forget_at: until });
        }
        Known::Forgotten => {
            let forget_at = testing::NOW;
            page.sessions.push(RevokedSession { handle: claims.session, forget_at });
        }
        Known::UserEnded(seconds) => page.users.push(RevokedUser {
            user: UserDigest::of_claims(&claims),
            issued_before: UnixSeconds(claims.issued_at.0.strict_add_signed(seconds)),
            forget_at: until,
        }),
    }
    let mut revocations = Revocations::default();
    revocations.add(&page, UnixSeconds(testing::NOW.0 - 1));
    revocations
}

/// The outcome in a word.
pub(super) fn outcome(decision: &Decision) -> String {
    let action = |action: &Action| match action {
        Action::Answer(_) => "answered",
        Action::AskOrigin(_) => "origin",
        Action::Confirm(confirm) if confirm.without.is_some() => "confirmed or without",
        Action::Confirm(_) => "confirmed",
        Action::Forward(Forward { session: Some(_), .. }) => "app",
        Action::Forward(Forward { session: None, .. }) => "app without session",
        Action::Limited(_) => "limited",
        Action::Refuse(Refusal::StaleFeed) => "stale",
        Action::Refuse(_) => "refused",
        Action::SessionOver(_) => "over",
    };
    match decision {
        Decision::NeedKeys(_) => "needs keys".to_owned(),
        Decision::NeedRevocations(otherwise) => format!("needs feed, else {}", action(otherwise)),
        Decision::Settled(settled) => action(settled).to_owned(),
    }
}

fn seen(route: (&str, &str), mode: &str, stale: &str, known: Known, is_current: bool) -> String {
    let (cookie, anti_csrf) = (session_cookie(), testing::anti_csrf());
    let (method, path) = route;
    let sent =
        Sent { method, path, cookie: &cookie, anti_csrf: Some(&anti_csrf), ..Sent::default() };
    let settings = testing::settings_with(&[
        ("REVOCATION", mode),
        ("STALE_FEED", stale),
        ("REVOCATION_OFF_PATHS", "/off/*,/public/off"),
        ("REVOCATION_STRICT_PATHS", "/strict/*,/public/strict"),
        ("SESSION_DATA_ACCESS", "read-write"),
    ]);
    let revocations = revocations(known);
    let view = View { revocations: &revocations, is_current };
    let confirmations = Confirmations::default();
    outcome(&decide(&sent.view(), &testing::keys(), view, &confirmations, &settings, testing::NOW))
}

const SESSION: (&str, &str) = ("GET", "/auth/session");
const DATA: (&str, &str) = ("PUT", "/auth/session/data");
const SIGN_OUT: (&str, &str) = ("POST", "/auth/signout");
const API: (&str, &str) = ("POST", "/api/x");
const PUBLIC: (&str, &str) = ("GET", "/public/x");

#[test]
fn the_whole_table_of_modes_routes_and_knowledge() {
    use Known::{Forgotten, Nothing, SessionEnded, UserEnded};
    for (route, mode, known, is_current, expected) in [
        // What is known and new enough decides.
        (SESSION, "feed", Nothing, true, "answered"),
        (DATA, "feed", Nothing, true, "origin"),
        (API, "feed", Nothing, true, "app"),
        (PUBLIC, "feed", Nothing, true, "app"),
        (SESSION, "feed", SessionEnded, true, "over"),
        (DATA, "feed", SessionEnded, true, "over"),
        (API, "feed", SessionEnded, true, "over"),
        (PUBLIC, "feed", SessionEnded, true, "app without session"),
        // An end is an end, however old the rest of what is known.
        (API, "feed", SessionEnded, false, "over"),
        (PUBLIC, "feed", SessionEnded, false, "app without session"),
        (API, "feed", Forgotten, true, "app"),
        // Tokens of the cut-off's own second may be a new log-in's.
        (API, "feed", UserEnded(1), true, "over"),
        (API, "feed", UserEnded(0), true, "app"),
        (API, "feed", UserEnded(-1), true, "app"),
        (PUBLIC, "feed", UserEnded(1), true, "app without session"),
        // What is too old does not, unless the settings say so.
        (SESSION, "feed", Nothing, false, "needs feed, else stale"),
        (DATA, "feed", Nothing, false, "needs feed, else stale"),
        (API, "feed", Nothing, false, "needs feed, else stale"),
        (PUBLIC, "feed", Nothing, false, "needs feed, else app without session"),
        // Off never looks, and strict asks.
        (SESSION, "off", SessionEnded, false, "answered"),
        (API, "off", SessionEnded, false, "app"),
        (PUBLIC, "off", SessionEnded, false, "app"),
        (SESSION, "strict", Nothing, false, "confirmed"),
        (API, "strict", SessionEnded, true, "confirmed"),
        (PUBLIC, "strict", Nothing, true, "confirmed or without"),
        // The origin does nothing for a session that is over: one call is enough.
        (DATA, "strict", Nothing, true, "origin"),
        // Lists of paths win over the default, but not on our own routes.
        (("GET", "/off/x"), "feed", SessionEnded, false, "app"),
        (("GET", "/off/x"), "strict", SessionEnded, false, "app"),
        (("GET", "/off/..%2fapi"), "feed", SessionEnded, true, "over"),
        (("GET", "/strict/x"), "feed", Nothing, true, "confirmed"),
        (("GET", "/off/..%2fstrict/x"), "off", Nothing, true, "confirmed"),
        (("GET", "/public/strict"), "off", Nothing, true, "confirmed or without"),
        (("GET", "/public/off"), "feed", SessionEnded, true, "app"),
        // Signing out is never refused for this, and needs no feed.
        (SIGN_OUT, "feed", SessionEnded, true, "origin"),
        (SIGN_OUT, "feed", Nothing, false, "origin"),
        (SIGN_OUT, "strict", Nothing, false, "origin"),
    ] {
        assert_eq!(
            seen(route, mode, "reject", known, is_current),
            expected,
            "{route:?} {mode} {known:?} {is_current}"
        );
    }
}

#[test]
fn a_stale_feed_may_be_accepted() {
    for (route, expected) in [
        (SESSION, "needs feed, else answered"),
        (DATA, "needs feed, else origin"),
        (API, "needs feed, else app"),
        (PUBLIC, "needs feed, else app"),
    ] {
        assert_eq!(seen(route, "feed", "accept", Known::Nothing, false), expected, "{route:?}");
        assert!(!seen(route, "feed", "accept", Known::SessionEnded, false).starts_with("needs"));
    }
}

#[test]
fn the_feed_is_needed_only_where_a_session_would_be_let_in() {
    let cookie = session_cookie();
    for sent in [
        Sent { path: "/api/x", ..Sent::default() },
        Sent { path: "/public/x", ..Sent::default() },
        Sent { path: "/api/x", cookie: MARKED, ..Sent::default() },
        Sent { path: "/api/x", method: "POST", cookie: &cookie, ..Sent::default() },
        Sent { path: "/login", method: "POST", cookie: &cookie, ..Sent::default() },
        Sent {
            path: "/auth/session/refresh",
            method: "POST",
            cookie: "sRefreshToken=r",
            ..Sent::default()
        },
    ] {
        let revocations = Revocations::default();
        let view = View { revocations: &revocations, is_current: false };
        let settings = testing::settings_with(&[]);
        let confirmations = Confirmations::default();
        let (request, keys) = (sent.view(), testing::keys());
        let decision = decide(&request, &keys, view, &confirmations, &settings, testing::NOW);
        assert!(matches!(decision, Decision::Settled(_)), "{} {}", sent.method, sent.path);
    }
}

#[test]
fn a_remembered_token_is_decided_about_like_a_new_one() {
    use crate::{token_memory::TokenMemory, verifier::Remembering};
    let (keys, memory) = (testing::keys(), crate::isolate::Locked::new(TokenMemory::default()));
    let (cookie, anti_csrf) = (session_cookie(), testing::anti_csrf());
    let settings = testing::settings_with(&[]);
    let seen = |known, anti_csrf, generation, seconds| {
        let sent =
            Sent { method: "POST", path: "/api/x", cookie: &cookie, anti_csrf, ..Sent::default() };
        let none = KeySet::default();
        let keys = if generation == 0 { &keys } else { &none };
        let seen = std::cell::Cell::new(None);
        let verifier = Remembering { keys, generation, memory: &memory, seen: &seen };
        let revocations = revocations(known);
        let view = View { revocations: &revocations, is_current: true };
        let now = UnixSeconds(testing::NOW.0 + seconds);
        let confirmations = Confirmations::default();
        outcome(&decide(&sent.view(), &verifier, view, &confirmations, &settings, now))
    };
    let right = Some(anti_csrf.as_str());

    assert_eq!(seen(Known::Nothing, right, 0, 0), "app");
    assert_eq!(memory.lock().len(), 1);
    assert_eq!(seen(Known::Nothing, right, 0, 59), "app");
    assert_eq!(seen(Known::Nothing, None, 0, 0), "refused");
    assert_eq!(seen(Known::SessionEnded, right, 0, 0), "over");
    assert_eq!(seen(Known::UserEnded(1), right, 0, 0), "over");
    assert_eq!(seen(Known::Nothing, right, 1, 0), "needs keys");
    assert_eq!(seen(Known::Nothing, right, 0, 0), "app");
    assert_eq!(seen(Known::Nothing, right, 0, 60), "refused");
    assert!(memory.lock().is_empty());
}
