//! Requests that go on to the app.

use super::*;
use crate::gateway::SIGNATURE;

#[test]
fn the_app_sees_the_session_and_the_client_none_of_our_headers() {
    let bench = Bench::warm(&[]);
    bench.app_answers(&[("x-wayleave-secret", "1"), ("x-other", "2")]);

    let edits = bench.app("GET", "/api/me?x=1", session());

    let seen = bench.script.0.seen.take();
    assert_eq!(seen[0].url, "http://app.test:3000/api/me?x=1");
    assert!(seen[0].headers.contains(&("x-wayleave-user-id", "alice".to_owned())));
    assert_eq!(edits, [HeaderEdit::remove("x-wayleave-secret")]);
    assert_eq!(bench.asked(), [""; 0]);
}

#[test]
fn a_refused_request_never_reaches_the_app() {
    let bench = Bench::warm(&[]);
    assert_eq!(bench.own("GET", "/api/me", RequestHeaders::default()).status, 401);
    assert_eq!(bench.script.0.seen.take(), []);
}

#[test]
fn the_app_logs_a_user_in_and_the_carried_session_ends() {
    let bench = Bench::warm(&[]);
    bench
        .app_answers(&[("x-wayleave-create-session", r#"{"userId":7}"#)])
        .origin_answers([issued(201)]);

    let edits = bench.app("POST", "/login", session());

    assert_eq!(
        edits,
        [
            HeaderEdit::remove("x-wayleave-create-session"),
            HeaderEdit::set("Cache-Control", "no-store"),
            HeaderEdit::append("Set-Cookie", "a=1; Path=/"),
            HeaderEdit::append("Set-Cookie", "b=2; Path=/"),
            HeaderEdit::set("front-token", "f"),
        ]
    );
    assert_eq!(
        bench.asked(),
        [format!(
            r#"POST http://origin.test:8788/v1/sessions {{"userId":7,"replaces":"{}"}}"#,
            testing::claims().session
        )]
    );
}

#[test]
fn a_log_in_that_fails_replaces_the_apps_answer() {
    let too_large = r#"{"status":413,"code":"access_token_too_large","detail":"4711 bytes"}"#;
    for (header, replies, status, body) in [
        (r#"{"userId":7}"#, vec![says(413, too_large)], 413, "4711 bytes"),
        (r#"{"userId":7}"#, vec![Err(Outage::TimedOut)], 503, "unavailable"),
        ("not json", vec![], 500, "internal"),
        (r#"{"user":7}"#, vec![], 500, "internal"),
    ] {
        let bench = Bench::warm(&[]);
        bench.app_answers(&[("x-wayleave-create-session", header)]).origin_answers(replies);

        let answer = bench.own("POST", "/login", RequestHeaders::default());

        assert_eq!(answer.status, status, "{header}");
        assert!(answer.body.contains(body), "{}", answer.body);
        assert_eq!(answer.header("set-cookie"), None);
        assert_eq!(bench.script.0.discarded.get(), 1);
        assert_eq!(bench.reasons().len(), usize::from(status >= 500), "{header}");
    }
}

#[test]
fn an_app_that_cannot_be_reached_is_503() {
    let bench = Bench::warm(&[]);
    *bench.script.0.app.borrow_mut() = None;

    let answer = bench.own("GET", "/public/page", RequestHeaders::default());

    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert!(answer.body.contains("the app cannot be reached now"), "{}", answer.body);
    assert_eq!(bench.reasons(), ["refused"]);
}

#[test]
fn an_app_that_takes_too_long_is_504() {
    let bench = Bench::warm(&[]);
    *bench.script.0.app.borrow_mut() = None;
    bench.script.0.app_is_late.set(true);

    let answer = bench.own("GET", "/public/page", RequestHeaders::default());

    assert_eq!((answer.status, answer.header("retry-after")), (504, Some("1")));
    assert_eq!(
        answer.body,
        r#"{"status":504,"code":"unavailable","detail":"the app did not answer in time","errType":1000}"#
    );
    assert_eq!(bench.reasons(), ["it did not answer within UPSTREAM_TIMEOUT"]);
}

#[test]
fn the_app_is_told_an_address_only_if_it_is_one() {
    for (address, expected) in
        [(None, None), (Some("192.0.2.7"), Some("192.0.2.7")), (Some("10.0.0.1, 192.0.2.7"), None)]
    {
        let bench = Bench::warm(&[]);
        *bench.script.0.address.borrow_mut() = address.map(str::to_owned);
        bench.app("GET", "/public/page", RequestHeaders::default());
        let seen = bench.script.0.seen.take();
        let told = seen[0].headers.iter().find(|(name, _)| *name == "x-forwarded-for");
        assert_eq!(told.map(|(_, value)| value.as_str()), expected);
    }
}

#[test]
fn what_is_signed_is_when_the_request_passes() {
    let bench = Bench::warm(&[("TRUST_KEY", testing::SERVICE_KEY), ("REVOCATION", "off")]);
    bench.pass(1_999);
    bench.app("GET", "/public/page", RequestHeaders::default());
    let seen = bench.script.0.seen.take();
    let (_, value) = seen[0].headers.iter().find(|(name, _)| *name == SIGNATURE).unwrap();
    assert!(value.starts_with("v1,1700000001,"), "{value}");
}

#[test]
fn pages_on_listed_origins_can_read_answers_and_refusals() {
    let bench = Bench::warm(&[("ALLOWED_ORIGINS", "https://page.test")]);
    let from = |origin: &'static str, headers: RequestHeaders<'static>| RequestHeaders {
        origin: Some(origin.into()),
        ..headers
    };

    let refused = bench.own("GET", "/api/me", from("https://page.test", RequestHeaders::default()));
    assert_eq!(refused.status, 401);
    assert_eq!(refused.header("access-control-allow-origin"), Some("https://page.test"));
    assert_eq!(refused.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(
        refused.header("access-control-expose-headers"),
        Some("front-token, id-refresh-token, anti-csrf, st-access-token, st-refresh-token, etag")
    );
    assert_eq!(refused.header("vary"), Some("Origin"));

    let edits = bench.app("GET", "/api/me", from("https://page.test", session()));
    assert!(edits.contains(&HeaderEdit::set("Access-Control-Allow-Origin", "https://page.test")));

    let unlisted = bench.own("GET", "/auth/session", from("https://evil.test", session()));
    assert_eq!((unlisted.status, unlisted.header("access-control-allow-origin")), (200, None));
    assert_eq!(unlisted.header("vary"), Some("Origin"));
}
