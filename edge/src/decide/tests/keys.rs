//! Which requests ask for newer public keys.

use super::*;

#[test]
fn an_unknown_key_asks_for_newer_keys() {
    let other = {
        let key = testing::signing_key("k2");
        KeySet::new(vec![(key.id().clone(), key.public_key())])
    };
    let cookie = session_cookie();
    for (keys, path, expected) in [
        (KeySet::default(), "/auth/session", Some(Refusal::NoKeys)),
        (KeySet::default(), "/api/me", Some(Refusal::NoKeys)),
        (KeySet::default(), "/public/page", None),
        (
            other.clone(),
            "/auth/session",
            Some(Refusal::TryRefresh(TokenRefusal::UnknownKey.into())),
        ),
        (other.clone(), "/api/me", Some(Refusal::TryRefresh(TokenRefusal::UnknownKey.into()))),
        (other, "/public/page", None),
    ] {
        let decision = decide_with(&Sent { path, cookie: &cookie, ..Sent::default() }, &[], &keys);
        let Decision::NeedKeys(otherwise) = decision else { panic!("{decision:?}") };
        match expected {
            Some(expected) => assert_eq!(refusal(otherwise), expected, "{path}"),
            None => assert!(forwarded(otherwise).session.is_none(), "{path}"),
        }
    }
}

#[test]
fn keys_are_asked_for_only_by_requests_that_need_them() {
    let refresh = format!("{MARKED}; sRefreshToken=r");
    for (method, path, cookie) in [
        ("GET", "/api/me", ""),
        ("GET", "/api/me", MARKED),
        ("GET", "/public/page", "sAccessToken=nonsense"),
        ("POST", "/auth/session/refresh", refresh.as_str()),
        ("POST", "/auth/signout", ""),
    ] {
        let decision =
            decide_with(&Sent { method, path, cookie, ..Sent::default() }, &[], &KeySet::default());
        assert!(matches!(decision, Decision::Settled(_)), "{method} {path}");
    }
}
