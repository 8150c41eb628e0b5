//! Browsers that carry two cookies of one name.

use super::*;
use crate::duplicates::MAX_ROUNDS;

const ASKED: &str = "POST http://origin.test:8788/v1/sessions/duplicates {}";

fn cleared(session_goes_on: bool) -> OriginReply {
    let lines =
        r#""browser":{"setCookie":["a=; Domain=old.test","b=; Domain=old.test"],"headers":{}}"#;
    says(200, format!(r#"{{"sessionGoesOn":{session_goes_on},{lines}}}"#))
}

fn twice() -> RequestHeaders<'static> {
    let cookie = Some("sRefreshToken=r; sRefreshToken=s; sIdRefreshToken=i".to_owned());
    RequestHeaders { cookie: cookie.map(Into::into), ..RequestHeaders::default() }
}

const LINES: [&str; 2] = ["a=; Domain=old.test", "b=; Domain=old.test"];

#[test]
fn two_access_tokens_on_an_api_ask_for_a_refresh_and_touch_no_cookie() {
    let bench = Bench::warm(&[]);
    let cookie = Some("sAccessToken=t; sAccessToken=u; sIdRefreshToken=i".to_owned());
    let headers = RequestHeaders { cookie: cookie.map(Into::into), ..RequestHeaders::default() };
    for path in ["/auth/session", "/api/me"] {
        let answer = bench.own("GET", path, headers.clone());
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None), "{path}");
        assert!(answer.body.contains("try_refresh_token"), "{}", answer.body);
    }
    assert_eq!(bench.asked(), [""; 0]);
}

#[test]
fn where_the_older_cookies_can_be_cleared_the_client_comes_back_with_one() {
    for (auth_mode, status) in [(None, 200), (Some("cookie"), 202)] {
        let bench = Bench::warm(&[]);
        bench.origin_answers([cleared(true)]);
        let headers = RequestHeaders { auth_mode: auth_mode.map(Into::into), ..twice() };

        let answer = bench.own("POST", "/auth/session/refresh", headers);

        assert_eq!((answer.status, answer.body.as_str()), (status, "{}"));
        assert_eq!(answer.all("set-cookie").collect::<Vec<_>>(), LINES);
        let told = (answer.header("front-token"), answer.header("id-refresh-token"));
        assert_eq!(told, (None, None));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(bench.asked(), [ASKED]);
        assert_eq!(bench.reasons(), [""; 0]);
    }
}

#[test]
fn where_nobody_can_tell_them_apart_the_session_is_over_and_the_operator_is_told() {
    let bench = Bench::warm(&[]);
    bench.origin_answers([cleared(false)]);

    let answer = bench.own("POST", "/auth/session/refresh", twice());

    assert_eq!(answer.status, 401);
    assert!(answer.body.contains(r#""code":"unauthorised""#), "{}", answer.body);
    assert_eq!(answer.all("set-cookie").collect::<Vec<_>>(), LINES);
    assert_eq!(answer.header("front-token"), Some("remove"));
    assert_eq!(answer.header("id-refresh-token"), Some("remove"));
    assert_eq!(bench.reasons(), ["the origin knows of no older cookie domain"]);
}

#[test]
fn a_browser_that_cannot_get_rid_of_them_does_not_go_round_for_ever() {
    let bench = Bench::warm(&[]);
    for _ in 0..MAX_ROUNDS {
        bench.origin_answers([cleared(true)]);
        assert_eq!(bench.own("POST", "/auth/session/refresh", twice()).status, 200);
    }
    bench.asked();

    let answer = bench.own("POST", "/auth/session/refresh", twice());

    assert_eq!((answer.status, answer.header("front-token")), (401, Some("remove")));
    assert_eq!(answer.header("id-refresh-token"), Some("remove"));
    assert_eq!(bench.asked(), [""; 0]);
    assert_eq!(bench.reasons().len(), 1);
}

#[test]
fn without_the_origin_the_answer_is_503_and_touches_no_cookie() {
    let bench = Bench::warm(&[]);
    bench.origin_answers([Err(Outage::TimedOut)]);

    let answer = bench.own("POST", "/auth/session/refresh", twice());

    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert_eq!((answer.header("set-cookie"), answer.header("front-token")), (None, None));
}

#[test]
fn lines_that_are_no_headers_are_not_passed_on() {
    let bench = Bench::warm(&[]);
    let body = r#"{"sessionGoesOn":true,"browser":{"setCookie":["a=1\r\nx: y"],"headers":{}}}"#;
    bench.origin_answers([says(200, body)]);
    assert_eq!(bench.own("POST", "/auth/session/refresh", twice()).status, 503);
}
