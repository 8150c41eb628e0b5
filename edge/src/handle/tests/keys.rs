//! Public keys are fetched when they are needed, and not more often.

use super::*;

#[test]
fn without_keys_and_without_the_origin_the_answer_is_503_and_touches_no_cookie() {
    let bench = Bench::new(&[]);
    bench.origin_answers([Err(Outage::TimedOut)]);

    let answer = bench.own("GET", "/auth/session", session());

    assert_eq!(
        (answer.status, answer.header("retry-after"), answer.header("set-cookie")),
        (503, Some("1"), None)
    );
    assert_eq!(
        answer.body,
        r#"{"status":503,"code":"unavailable","detail":"the session service cannot be reached now","errType":1000}"#
    );
    assert_eq!(bench.reasons(), ["the origin did not answer in time"]);
    bench.pass(FAILURE_COOLDOWN_MS - 1);
    assert_eq!(bench.own("GET", "/auth/session", session()).status, 503);
    assert_eq!(bench.asked().len(), 1);
}

#[test]
fn known_keys_go_on_verifying_while_the_origin_is_down() {
    let bench = Bench::warm(&[("REVOCATION", "off")]);
    let mut claims = testing::claims();
    claims.expires_at.0 += 1_000;
    let lasting = RequestHeaders {
        cookie: Some(format!("sAccessToken={}", testing::token(&claims)).into()),
        ..RequestHeaders::default()
    };
    bench.pass(REFRESH_AFTER_MS);
    bench.origin_answers([Err(Outage::Unreachable("no route".to_owned()))]);

    for _ in 0..3 {
        assert_eq!(bench.own("GET", "/auth/session", lasting.clone()).status, 200);
    }

    assert_eq!(bench.asked(), [KEYS_URL]);
    assert_eq!(bench.reasons(), ["the origin cannot be reached: no route"]);
}

#[test]
fn a_new_key_is_fetched_when_a_token_names_it() {
    let bench = Bench::new(&[]);
    let old = testing::signing_key("k0");
    bench.fill_keys(KeySet::new(vec![(old.id().clone(), old.public_key())]));
    bench.pass(UNKNOWN_KEY_COOLDOWN_MS);
    bench.pull(&testing::page());
    bench.origin_answers([published(&testing::keys())]);

    assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);

    assert_eq!(bench.asked(), [KEYS_URL]);
}

#[test]
fn tokens_with_made_up_keys_make_one_fetch_per_cooldown() {
    let bench = Bench::warm(&[]);
    let made_up = testing::signing_key("made-up").sign(&testing::claims()).unwrap();
    let headers = RequestHeaders {
        cookie: Some(format!("sAccessToken={made_up}").into()),
        ..RequestHeaders::default()
    };
    bench.pass(UNKNOWN_KEY_COOLDOWN_MS);
    bench.origin_answers([published(&testing::keys())]);

    for _ in 0..100 {
        let answer = bench.own("GET", "/auth/session", headers.clone());
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None));
        assert!(answer.body.contains("try_refresh_token"));
    }

    assert_eq!(bench.asked(), [KEYS_URL]);
}
