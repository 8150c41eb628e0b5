//! What is limited per address.

use super::*;

const LIMITED: &str = "192.0.2.7";

/// A client from here; whoever comes from [`LIMITED`] has sent too much already.
fn from(address: Option<&str>) -> Bench {
    let bench = Bench::warm(&[("ALLOWED_ORIGINS", "https://page.test")]);
    *bench.script.0.address.borrow_mut() = address.map(str::to_owned);
    *bench.script.0.limited.borrow_mut() = Some(LIMITED.to_owned());
    bench
}

fn carrying(cookie: &str) -> RequestHeaders<'static> {
    RequestHeaders {
        cookie: (!cookie.is_empty()).then(|| cookie.to_owned().into()),
        origin: Some("https://page.test".into()),
        ..RequestHeaders::default()
    }
}

#[test]
fn an_anonymous_refresh_over_the_limit_is_429_and_touches_nothing() {
    for cookie in ["", "sIdRefreshToken=i", "sRefreshToken=r; sRefreshToken=s"] {
        let bench = from(Some(LIMITED));

        let answer = bench.own("POST", "/auth/session/refresh", carrying(cookie));

        assert_eq!((answer.status, answer.header("retry-after")), (429, Some("60")), "{cookie}");
        assert_eq!(
            answer.body,
            r#"{"status":429,"code":"too_many_requests","detail":"too many requests came from this address"}"#
        );
        for name in ["set-cookie", "front-token", "id-refresh-token"] {
            assert_eq!(answer.header(name), None, "{cookie}");
        }
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://page.test"));
        assert_eq!(bench.asked(), [""; 0], "{cookie}");
        assert_eq!(bench.script.0.counted.take(), [LIMITED]);
    }
}

#[test]
fn within_the_limit_an_anonymous_refresh_is_answered() {
    let bench = from(Some("2001:db8::7"));
    let answer = bench.own("POST", "/auth/session/refresh", carrying(""));
    assert_eq!((answer.status, answer.header("front-token")), (401, Some("remove")));
    assert_eq!(bench.script.0.counted.take(), ["2001:db8::"]);
}

#[test]
fn a_client_that_has_no_address_is_not_limited() {
    for address in [None, Some("unknown")] {
        let bench = from(address);
        assert_eq!(bench.own("POST", "/auth/session/refresh", carrying("")).status, 401);
        assert_eq!(bench.script.0.counted.take(), [""; 0]);
    }
}

#[test]
fn whoever_has_a_session_is_not_counted() {
    let bench = from(Some(LIMITED));
    let bearer =
        RequestHeaders { authorization: Some("Bearer r".into()), ..RequestHeaders::default() };
    bench.origin_answers([issued(200), issued(200)]);

    assert_eq!(bench.own("POST", "/auth/session/refresh", carrying("sRefreshToken=r")).status, 200);
    assert_eq!(bench.own("POST", "/auth/session/refresh", bearer).status, 200);
    assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
    assert_eq!(bench.own("GET", "/api/me", RequestHeaders::default()).status, 401);

    assert_eq!(bench.script.0.counted.take(), [""; 0]);
}
