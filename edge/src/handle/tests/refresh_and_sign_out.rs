//! Refreshes and sign-outs.

use super::*;

#[test]
fn a_refresh_hands_on_the_finished_lines() {
    let bench = Bench::warm(&[]);
    bench.origin_answers([issued(200)]);

    let answer = bench.own("POST", "/auth/session/refresh", refresh_cookie());

    assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
    assert_eq!(answer.all("set-cookie").collect::<Vec<_>>(), ["a=1; Path=/", "b=2; Path=/"]);
    assert_eq!(answer.header("front-token"), Some("f"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-expose-headers"), None);
    assert_eq!(
        bench.asked(),
        [r#"POST http://origin.test:8788/v1/sessions/refresh {"refreshToken":"r"}"#]
    );
}

#[test]
fn signing_out_clears_the_cookies_also_when_the_session_was_gone() {
    for revoked in [true, false] {
        let bench = Bench::warm(&[]);
        bench.origin_answers([says(200, format!(r#"{{"revoked":{revoked},{BROWSER}}}"#))]);

        let answer = bench.own("POST", "/auth/signout", session());

        assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"status":"OK"}"#));
        assert_eq!(answer.all("set-cookie").count(), 2);
        assert_eq!(
            bench.asked(),
            [format!("DELETE http://origin.test:8788/v1/sessions/{}", testing::claims().session)]
        );
    }
}
