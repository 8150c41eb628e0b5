//! Sign-outs.

use super::*;

#[test]
fn signing_out_asks_the_origin_for_exactly_this_session() {
    let (cookie, anti_csrf) = (session_cookie(), testing::anti_csrf());
    let sent = |anti_csrf| {
        action(&Sent {
            method: "POST",
            path: "/auth/signout",
            cookie: &cookie,
            anti_csrf,
            ..Sent::default()
        })
    };

    assert_eq!(asked(sent(Some(anti_csrf.as_str()))), Ask::SignOut(testing::claims().session));
    assert_eq!(refusal(sent(None)), Refusal::TryRefresh(TryRefresh::AntiCsrfMissing));
}

#[test]
fn signing_out_without_a_session_succeeds_and_touches_no_cookie() {
    let action = action(&Sent { method: "POST", path: "/auth/signout", ..Sent::default() });
    let Action::Answer(answer) = action else { panic!("{action:?}") };
    assert_eq!(answer, respond::nothing_to_sign_out());
}

#[test]
fn signing_out_with_an_expired_token_is_to_be_refreshed_first() {
    let cookie = cookie_with(|claims| claims.expires_at = testing::NOW);
    for cookie in [cookie.as_str(), MARKED] {
        let refused = refusal(action(&Sent {
            method: "POST",
            path: "/auth/signout",
            cookie,
            ..Sent::default()
        }));
        assert_eq!(refused.answer(ExpiredStatus::default()).status, 401);
        assert!(matches!(refused, Refusal::TryRefresh(_)), "{refused:?}");
    }
}
