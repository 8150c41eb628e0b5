//! Ended sessions, removed keys, and a feed that cannot be had.

use super::*;
use wayleave_shared::{
    feed::{FeedPage, RevokedKey, RevokedSession},
    time::UnixSeconds,
};

const VERIFY: &str = "POST http://origin.test:8788/v1/sessions/verify";
const SINCE_0: &str = "GET http://origin.test:8788/v1/revocations?since=BAQEBAQEBAQEBAQEBAQEBA.0";

fn ends_the_session() -> FeedPage {
    let forget_at = UnixSeconds(testing::NOW.0 + 100);
    let session = RevokedSession { handle: testing::claims().session, forget_at };
    FeedPage { sessions: vec![session], ..testing::page() }
}

fn after_the_first(page: FeedPage) -> FeedPage {
    FeedPage { since: Some(testing::cursor(0)), cursor: testing::cursor(1), ..page }
}

fn over() -> OriginReply {
    says(
        401,
        format!(
            r#"{{"status":401,"code":"unauthorised","detail":"gone","errType":2000,{BROWSER}}}"#
        ),
    )
}

fn verified() -> OriginReply {
    says(200, r#"{"handle":"AAAAAAAAAAAAAAAAAAAAAA","userId":1,"expiresAt":2}"#)
}

/// What was asked, without bodies.
fn asked(bench: &Bench) -> Vec<String> {
    bench.asked().iter().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn an_ended_session_is_told_so_and_its_cookies_are_cleared() {
    let bench = Bench::new(&[]);
    bench.fill_keys(testing::keys());
    bench.pull(&ends_the_session());
    bench.origin_answers([over()]);

    for path in ["/auth/session", "/api/me", "/auth/session/data"] {
        let answer = bench.own("GET", path, session());
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.all("set-cookie").collect::<Vec<_>>(), ["a=1; Path=/", "b=2; Path=/"]);
        assert_eq!(answer.header("front-token"), Some("f"), "the origin's word goes");
        assert_eq!(answer.header("id-refresh-token"), Some("remove"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(answer.body.contains(r#""code":"unauthorised""#), "{}", answer.body);
    }

    assert_eq!(asked(&bench), [VERIFY], "the lines are asked for once");
    assert_eq!(bench.script.0.seen.take(), [], "the app never sees such a request");
}

#[test]
fn without_the_origin_an_ended_session_is_refused_all_the_same() {
    let bench = Bench::new(&[]);
    bench.fill_keys(testing::keys());
    bench.pull(&ends_the_session());
    bench.origin_answers([Err(Outage::TimedOut)]);

    for _ in 0..3 {
        let answer = bench.own("GET", "/api/me", session());
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None));
        assert_eq!(answer.header("front-token"), Some("remove"));
        assert_eq!(answer.header("id-refresh-token"), Some("remove"));
    }

    assert_eq!(bench.asked().len(), 1, "an origin that is away is not asked by every request");
}

#[test]
fn a_public_path_is_reached_without_the_ended_session() {
    let bench = Bench::new(&[]);
    bench.fill_keys(testing::keys());
    bench.pull(&ends_the_session());

    let bearer = RequestHeaders {
        authorization: Some(format!("Bearer {}", testing::token(&testing::claims())).into()),
        ..RequestHeaders::default()
    };

    bench.app("GET", "/public/page", session());
    bench.app("GET", "/public/page", bearer);

    let seen = bench.script.0.seen.take();
    assert!(seen.iter().all(|request| !request.is_personal));
    let removed: Vec<_> = seen.iter().map(|request| request.removed.as_slice()).collect();
    assert_eq!(removed, [["cookie"], ["authorization"]]);
    assert_eq!(bench.asked(), [""; 0]);
}

#[test]
fn signing_out_here_counts_here_at_once_also_for_a_remembered_token() {
    let bench = Bench::warm(&[]);
    assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
    bench.origin_answers([says(200, format!(r#"{{"revoked":true,{BROWSER}}}"#))]);
    bench.own("POST", "/auth/signout", session());
    bench.asked();

    let answer = bench.own("GET", "/auth/session", session());

    assert_eq!((answer.status, answer.all("set-cookie").count()), (401, 2));
    assert_eq!(bench.asked(), [""; 0], "the lines came with the sign-out");
}

#[test]
fn a_sign_out_that_failed_ends_nothing_here() {
    let bench = Bench::warm(&[]);
    bench.origin_answers([Err(Outage::TimedOut)]);
    assert_eq!(bench.own("POST", "/auth/signout", session()).status, 503);
    assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
}

#[test]
fn a_log_in_ends_the_session_it_came_with_here_at_once() {
    let bench = Bench::warm(&[]);
    bench.app_answers(&[("x-wayleave-create-session", r#"{"userId":7}"#)]);
    bench.origin_answers([issued(201), over()]);

    bench.app("POST", "/login", session());

    assert_eq!(bench.own("GET", "/auth/session", session()).status, 401);
}

#[test]
fn the_feed_is_renewed_in_the_background_from_half_its_age_on_and_before_answering_after_all_of_it()
{
    let bench = Bench::warm(&[]);
    bench.pass(1_000);
    assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
    assert_eq!(bench.asked(), [""; 0]);

    bench.pass(1);
    bench.origin_answers([signed(&after_the_first(ends_the_session()))]);
    assert_eq!(bench.own("GET", "/auth/session", session()).status, 200, "decided before");
    assert_eq!(bench.asked(), [SINCE_0]);
    bench.origin_answers([over()]);
    assert_eq!(bench.own("GET", "/auth/session", session()).status, 401);

    let bench = Bench::warm(&[]);
    bench.pass(2_001);
    bench.origin_answers([signed(&after_the_first(ends_the_session())), over()]);
    assert_eq!(bench.own("GET", "/auth/session", session()).status, 401);
    assert_eq!(asked(&bench), [SINCE_0, VERIFY]);
}

#[test]
fn every_page_of_a_long_answer_is_read_before_anything_is_decided() {
    let bench = Bench::new(&[]);
    let first = FeedPage { more: true, ..testing::page() };
    bench.origin_answers([
        published(&testing::keys()),
        signed(&first),
        signed(&after_the_first(ends_the_session())),
        over(),
    ]);

    assert_eq!(bench.own("GET", "/auth/session", session()).status, 401);

    assert_eq!(asked(&bench), [KEYS_URL, FEED_URL, SINCE_0, VERIFY]);
}

#[test]
fn a_feed_that_cannot_be_had_is_503_and_touches_no_cookie() {
    let not_found = || says(404, r#"{"status":404,"code":"not_found","detail":""}"#);
    let of_another_cursor = || signed(&after_the_first(testing::page()));
    let forged = || {
        let key = wayleave_shared::sign::SigningKey::from_seed("k1".parse().unwrap(), &[8; 32]);
        says(200, key.sign_feed(&testing::page()).unwrap())
    };
    for (reply, reason) in [
        (Err(Outage::TimedOut), "the origin did not answer in time"),
        (not_found(), "the origin answered with an unexpected status 404"),
        (of_another_cursor(), "the page answers another cursor"),
        (forged(), "the page's signature: the signature does not verify"),
    ] {
        let bench = Bench::new(&[]);
        bench.fill_keys(testing::keys());
        bench.origin_answers([reply]);

        for _ in 0..3 {
            let answer = bench.own("GET", "/auth/session", session());
            assert_eq!(
                (answer.status, answer.header("retry-after"), answer.header("set-cookie")),
                (503, Some("1"), None)
            );
            assert_eq!(answer.header("front-token"), None);
        }

        assert_eq!(bench.asked(), [FEED_URL], "after a failure nobody asks for a while");
        assert_eq!(bench.reasons(), [reason]);
    }
}

#[test]
fn an_outage_shorter_than_the_allowed_staleness_is_not_noticed() {
    let bench = Bench::warm(&[("MAX_STALENESS", "10s")]);
    bench.pass(5_001);
    bench.origin_answers([
        Err(Outage::TimedOut),
        Err(Outage::TimedOut),
        signed(&after_the_first(testing::page())),
    ]);
    for _ in 0..4 {
        assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
        bench.pass(600);
    }
    assert_eq!(bench.asked().len(), 3);
}

#[test]
fn a_stale_feed_that_is_accepted_lets_in_and_is_logged_now_and_then() {
    let bench = Bench::warm(&[("STALE_FEED", "accept")]);
    for _ in 0..20 {
        bench.pass(2_500);
        bench.origin_answers([Err(Outage::TimedOut)]);
        assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
    }
    assert_eq!(bench.asked().len(), 20);
    assert_eq!(bench.reasons(), ["the origin did not answer in time"; 5]);
}

#[test]
fn without_revocation_the_feed_is_never_pulled() {
    let bench = Bench::new(&[("REVOCATION", "off")]);
    bench.fill_keys(testing::keys());
    for _ in 0..3 {
        bench.pass(2_500);
        assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
    }
    assert_eq!(bench.asked(), [""; 0]);
}

#[test]
fn strict_asks_the_origin_for_each_request_and_believes_it() {
    let bench = Bench::warm(&[("REVOCATION", "strict")]);
    bench.origin_answers([verified(), verified(), over()]);

    assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
    bench.app("GET", "/api/me", session());
    let answer = bench.own("GET", "/api/me", session());

    assert_eq!((answer.status, answer.all("set-cookie").count()), (401, 2));
    assert_eq!(asked(&bench), [VERIFY; 3]);
    assert_eq!(bench.script.0.seen.take().len(), 1);
}

#[test]
fn strict_without_the_origin_is_503_and_a_public_path_is_reached_without_a_session() {
    let bench = Bench::warm(&[("REVOCATION", "strict")]);
    bench.origin_answers([Err(Outage::TimedOut), Err(Outage::TimedOut), over()]);

    let answer = bench.own("GET", "/api/me", session());
    assert_eq!((answer.status, answer.header("set-cookie")), (503, None));
    bench.app("GET", "/public/page", session());
    bench.app("GET", "/public/page", session());

    assert!(bench.script.0.seen.take().iter().all(|seen| !seen.is_personal));
}

#[test]
fn strict_asks_nobody_about_a_request_that_is_refused_anyway() {
    let bench = Bench::warm(&[("REVOCATION", "strict")]);
    let without_anti_csrf = RequestHeaders { anti_csrf: None, ..session() };
    assert_eq!(bench.own("POST", "/api/x", without_anti_csrf).status, 401);
    assert_eq!(bench.own("GET", "/api/x", RequestHeaders::default()).status, 401);
    assert_eq!(bench.asked(), [""; 0]);
}

#[test]
fn a_removed_key_goes_at_once_with_all_that_it_signed() {
    let good = testing::signing_key("k2");
    let both = || {
        let keys = [testing::signing_key("k1"), testing::signing_key("k2")];
        KeySet::new(keys.map(|key| (key.id().clone(), key.public_key())).to_vec())
    };
    let bench = Bench::new(&[]);
    bench.fill_keys(both());
    bench.pull(&testing::page());
    assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
    assert_eq!(bench.isolate.tokens.lock().len(), 1);
    let removed =
        RevokedKey { key: "k1".parse().unwrap(), forget_at: UnixSeconds(testing::NOW.0 + 100) };
    let page = after_the_first(FeedPage { keys: vec![removed], ..testing::page() });
    bench.pass(2_001);
    // The origin's own set may still be an old one.
    bench.origin_answers([says(200, good.sign_feed(&page).unwrap()), published(&both())]);

    let answer = bench.own("GET", "/auth/session", session());

    assert_eq!((answer.status, answer.header("set-cookie")), (401, None));
    assert!(answer.body.contains("try_refresh_token"), "{}", answer.body);
    assert!(bench.isolate.keys.lock().keys().find("k1").is_none());
    assert_eq!(bench.asked(), [SINCE_0, KEYS_URL]);
    let token = good.sign(&testing::claims()).unwrap();
    let headers = RequestHeaders {
        cookie: Some(format!("sAccessToken={token}").into()),
        ..RequestHeaders::default()
    };
    assert_eq!(bench.own("GET", "/auth/session", headers).status, 200);
}

#[test]
fn a_page_signed_by_a_new_key_makes_the_keys_be_fetched() {
    let bench = Bench::new(&[]);
    bench.fill_keys(testing::keys());
    bench.pull(&testing::page());
    bench.pass(UNKNOWN_KEY_COOLDOWN_MS);
    let new = testing::signing_key("k2");
    let both = KeySet::new(vec![
        (new.id().clone(), new.public_key()),
        ("k1".parse().unwrap(), testing::signing_key("k1").public_key()),
    ]);
    let page = after_the_first(testing::page());
    bench.origin_answers([says(200, new.sign_feed(&page).unwrap()), published(&both)]);

    assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);

    assert_eq!(bench.asked(), [SINCE_0, KEYS_URL]);
}
