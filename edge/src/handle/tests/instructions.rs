//! What the app's answer asks of the gateway.

use super::*;

const REVOKE: &str = "x-wayleave-revoke-session";
const UPDATE: &str = "x-wayleave-update-payload";
const OTHER: &str = "BwcHBwcHBwcHBwcHBwcHBw";

fn bearer() -> RequestHeaders<'static> {
    let authorization = Some(format!("Bearer {}", testing::token(&testing::claims())));
    RequestHeaders { authorization: authorization.map(Into::into), ..RequestHeaders::default() }
}

/// The lines of [`issued`] and [`revoked`], after the header that they come for.
fn lines(header: &'static str) -> Vec<HeaderEdit> {
    vec![
        HeaderEdit::remove(header),
        HeaderEdit::set("Cache-Control", "no-store"),
        HeaderEdit::append("Set-Cookie", "a=1; Path=/"),
        HeaderEdit::append("Set-Cookie", "b=2; Path=/"),
        HeaderEdit::set("front-token", "f"),
    ]
}

fn revoked() -> OriginReply {
    says(200, format!(r#"{{"revoked":true,{BROWSER}}}"#))
}

#[test]
fn a_new_payload_reaches_the_browser_in_the_way_its_session_travels() {
    let (own, token) = (testing::claims().session, testing::token(&testing::claims()));
    for (headers, transfer) in [(session(), ""), (bearer(), r#","transfer":"header""#)] {
        let bench = Bench::warm(&[]);
        bench.app_answers(&[(UPDATE, r#"{"role": "owner"}"#)]).origin_answers([issued(200)]);

        let edits = bench.app("GET", "/api/me", headers);

        assert_eq!(edits, lines(UPDATE));
        assert_eq!(
            bench.asked(),
            [format!(
                r#"PUT http://origin.test:8788/v1/sessions/{own}/payload {{"jwtPayload":{{"role": "owner"}},"accessToken":"{token}"{transfer}}}"#
            )]
        );
        bench.app_answers(&[]);
        bench.app("GET", "/api/me", session());
    }
}

#[test]
fn the_current_session_ends_here_at_once_and_its_browser_is_told() {
    for value in ["current".to_owned(), testing::claims().session.to_string()] {
        let bench = Bench::warm(&[]);
        bench.app_answers(&[(REVOKE, &value)]).origin_answers([revoked()]);

        assert_eq!(bench.app("GET", "/api/me", session()), lines(REVOKE));

        let own = testing::claims().session;
        assert_eq!(bench.asked(), [format!("DELETE http://origin.test:8788/v1/sessions/{own}")]);
        // With the lines that it has just seen, so without asking.
        assert_eq!(bench.own("GET", "/api/me", session()).status, 401);
        assert_eq!(bench.asked(), [""; 0]);
    }
}

#[test]
fn another_session_ends_and_this_browser_keeps_its_own() {
    let bench = Bench::warm(&[]);
    bench.app_answers(&[(REVOKE, OTHER)]).origin_answers([revoked()]);

    assert_eq!(bench.app("GET", "/public/page", session()), [HeaderEdit::remove(REVOKE)]);

    assert_eq!(bench.asked(), [format!("DELETE http://origin.test:8788/v1/sessions/{OTHER}")]);
    bench.app_answers(&[]);
    bench.app("GET", "/api/me", session());
    let mut others = testing::claims();
    others.session = OTHER.parse().unwrap();
    let cookie = Some(format!("sAccessToken={}", testing::token(&others)));
    let other = RequestHeaders { cookie: cookie.map(Into::into), ..RequestHeaders::default() };
    assert_eq!(bench.own("GET", "/api/me", other).status, 401);
}

#[test]
fn what_fails_replaces_the_apps_answer() {
    let gone = format!(
        r#"{{"status":401,"code":"unauthorised","detail":"there is no such session","errType":2000,{BROWSER}}}"#
    );
    let large = r#"{"status":413,"code":"access_token_too_large","detail":"4711 bytes"}"#;
    for (header, value, reply, status, body, cookies) in [
        (UPDATE, "{}", says(401, gone), 401, "unauthorised", 2),
        (UPDATE, "{}", says(413, large), 413, "4711 bytes", 0),
        (UPDATE, "{}", Err(Outage::TimedOut), 503, "unavailable", 0),
        (REVOKE, "current", Err(Outage::TimedOut), 503, "unavailable", 0),
        (REVOKE, OTHER, Err(Outage::TimedOut), 503, "unavailable", 0),
    ] {
        let bench = Bench::warm(&[]);
        bench.app_answers(&[(header, value)]).origin_answers([reply]);

        let answer = bench.own("GET", "/api/me", session());

        assert_eq!(answer.status, status, "{header}: {value}");
        assert!(answer.body.contains(body), "{}", answer.body);
        assert_eq!(answer.all("set-cookie").count(), cookies, "{header}: {value}");
        assert_eq!(bench.script.0.discarded.get(), 1);
        // A session that could not be ended goes on.
        bench.app_answers(&[]);
        bench.app("GET", "/api/me", session());
    }
}

#[test]
fn the_apps_mistakes_are_500_with_the_reason_in_the_log_and_ask_the_origin_nothing() {
    let nobody = RequestHeaders::default;
    for (path, headers, answered, reason) in [
        (
            "/public/page",
            nobody(),
            vec![(REVOKE, "current")],
            "the header x-wayleave-revoke-session is about the session of the request, which the app was told of none",
        ),
        (
            "/public/page",
            nobody(),
            vec![(UPDATE, "{}")],
            "the header x-wayleave-update-payload is about the session of the request, which the app was told of none",
        ),
        (
            "/api/me",
            session(),
            vec![(UPDATE, "alice@example.com")],
            "the header x-wayleave-update-payload is not JSON (column 1)",
        ),
        (
            "/api/me",
            session(),
            vec![(REVOKE, "alice@example.com")],
            "the header x-wayleave-revoke-session is neither `current` nor a session handle",
        ),
        (
            "/api/me",
            session(),
            vec![("x-wayleave-create-session", r#"{"userId":7}"#), (UPDATE, "{}")],
            "the headers x-wayleave-create-session and x-wayleave-update-payload stand in one answer",
        ),
        (
            "/api/me",
            session(),
            vec![(REVOKE, "current"), (REVOKE, OTHER)],
            "the headers x-wayleave-revoke-session and x-wayleave-revoke-session stand in one answer",
        ),
    ] {
        let bench = Bench::warm(&[]);
        bench.app_answers(&answered);

        let answer = bench.own("GET", path, headers);

        assert_eq!((answer.status, answer.header("set-cookie")), (500, None), "{reason}");
        assert_eq!(bench.reasons(), [reason]);
        assert_eq!(bench.asked(), [""; 0]);
        assert_eq!(bench.script.0.discarded.get(), 1);
    }
}
