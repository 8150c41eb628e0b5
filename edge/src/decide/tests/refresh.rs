//! Refreshes.

use super::*;

#[test]
fn a_refresh_needs_its_token_and_nothing_else() {
    let expired = cookie_with(|claims| claims.expires_at = testing::NOW);
    for cookie in [
        "sRefreshToken=r".to_owned(),
        format!("{expired}; sRefreshToken=r"),
        "sAccessToken=x; sRefreshToken=r".to_owned(),
    ] {
        let sent = Sent {
            method: "POST",
            path: "/auth/session/refresh",
            cookie: &cookie,
            ..Sent::default()
        };
        let expected = Ask::Refresh("r".to_owned(), TokenTransfer::Cookie);
        assert_eq!(asked(action(&sent)), expected, "{cookie}");
    }
    for cookie in ["", MARKED, "sRefreshToken=", session_cookie().as_str()] {
        let sent =
            Sent { method: "POST", path: "/auth/session/refresh", cookie, ..Sent::default() };
        assert_eq!(refusal(action(&sent)), Refusal::NoRefreshToken, "{cookie}");
    }
}

#[test]
fn a_refresh_that_costs_no_token_is_limited() {
    let refresh = |cookie| {
        action(&Sent { method: "POST", path: "/auth/session/refresh", cookie, ..Sent::default() })
    };
    for (cookie, expected) in [
        ("", "Refuse(NoRefreshToken)"),
        ("sRefreshToken=r; sRefreshToken=s", "AskOrigin(ClearDuplicates)"),
        ("sRefreshToken=r; sAccessToken=a; sAccessToken=b", "AskOrigin(ClearDuplicates)"),
    ] {
        let Action::Limited(action) = refresh(cookie) else { panic!("{cookie}") };
        assert_eq!(format!("{action:?}"), expected, "{cookie}");
    }
    assert!(matches!(refresh("sRefreshToken=r"), Action::AskOrigin(_)));
}

#[test]
fn a_refresh_without_a_token_tells_the_page_and_touches_no_cookie() {
    let answer = Refusal::NoRefreshToken.answer(ExpiredStatus::default());
    assert_eq!((answer.status, answer.header("front-token")), (401, Some("remove")));
    assert_eq!(
        answer.body,
        r#"{"status":401,"code":"unauthorised","detail":"there is no such session","errType":2000}"#
    );
}
