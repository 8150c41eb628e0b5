//! What the isolates of one place keep for each other.

use super::*;
use wayleave_shared::{feed::RevokedSession, time::UnixSeconds};

fn ends_the_session() -> FeedPage {
    let forget_at = UnixSeconds(testing::NOW.0 + 100);
    let session = RevokedSession { handle: testing::claims().session, forget_at };
    FeedPage { sessions: vec![session], ..testing::page() }
}

#[test]
fn a_cold_isolate_takes_what_its_neighbour_has_fetched_and_pulled() {
    let bench = Bench::new(&[]);
    bench.origin_answers([published(&testing::keys()), signed(&testing::page())]);
    assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);

    let neighbour = bench.neighbour(&[]);
    assert_eq!(neighbour.own("GET", "/auth/session", session()).status, 200);

    assert_eq!(neighbour.asked(), [""; 0]);
    let kept_for: Vec<_> = bench.script.0.kept.borrow().values().map(|(_, s)| *s).collect();
    assert_eq!(kept_for, [300, 2]);
}

#[test]
fn a_shared_page_is_as_old_as_the_pull_that_brought_it() {
    let bench = Bench::new(&[]);
    bench.origin_answers([published(&testing::keys()), signed(&testing::page())]);
    bench.own("GET", "/auth/session", session());

    bench.pass(999);
    let neighbour = bench.neighbour(&[]);
    neighbour.own("GET", "/auth/session", session());
    neighbour.pass(1_001);
    neighbour.origin_answers([Err(Outage::TimedOut)]);
    assert_eq!(neighbour.own("GET", "/auth/session", session()).status, 200);
    assert_eq!(neighbour.asked().len(), 1, "2,000 ms old: renewed in the background");
    neighbour.pass(1);
    assert_eq!(neighbour.own("GET", "/auth/session", session()).status, 503, "2,001 ms old");
}

#[test]
fn a_shared_page_that_is_too_old_or_from_the_future_is_not_taken() {
    for passed_ms in [1_000, 5_000] {
        let bench = Bench::new(&[]);
        bench.origin_answers([published(&testing::keys()), signed(&testing::page())]);
        bench.own("GET", "/auth/session", session());
        bench.pass(passed_ms);

        let neighbour = bench.neighbour(&[]);
        neighbour.origin_answers([signed(&ends_the_session()), Err(Outage::TimedOut)]);
        assert_eq!(neighbour.own("GET", "/auth/session", session()).status, 401);
        assert_eq!(neighbour.asked()[0], FEED_URL);
    }
    let now = UnixMilliseconds(1_000);
    let kept = |ms| Kept { asked_at: UnixMilliseconds(ms), body: Vec::new() };
    assert!(kept(1_000).is_younger_than(1, now) && !kept(1_001).is_younger_than(1, now));
}

#[test]
fn what_a_neighbour_forged_is_not_believed() {
    let bench = Bench::warm(&[]);
    let forger = wayleave_shared::sign::SigningKey::from_seed("k1".parse().unwrap(), &[8; 32]);
    let cold = Bench::new(&[]);
    cold.fill_keys(testing::keys());
    let body = forger.sign_feed(&testing::page()).unwrap().into_bytes();
    let name = "http://origin.test:8788/v1/revocations";
    finish(cold.script.keep(name, &Kept { asked_at: bench.script.now(), body }, 2));
    cold.origin_answers([signed(&testing::page())]);

    assert_eq!(cold.own("GET", "/auth/session", session()).status, 200);

    assert_eq!(cold.asked(), [FEED_URL]);
}

#[test]
fn whoever_misses_a_key_takes_no_shared_set() {
    let bench = Bench::warm(&[]);
    let old = serde_json::to_vec(&testing::keys().to_published()).unwrap();
    let kept = Kept { asked_at: bench.script.now(), body: old };
    let name = "http://origin.test:8788/.well-known/jwks.json";
    finish(bench.script.keep(name, &kept, 300));
    bench.pass(UNKNOWN_KEY_COOLDOWN_MS);
    bench.pull(&testing::page());
    let new = testing::signing_key("k2");
    bench.origin_answers([published(&KeySet::new(vec![(new.id().clone(), new.public_key())]))]);
    let headers = RequestHeaders {
        cookie: Some(format!("sAccessToken={}", new.sign(&testing::claims()).unwrap()).into()),
        ..RequestHeaders::default()
    };

    assert_eq!(bench.own("GET", "/auth/session", headers).status, 200);

    assert_eq!(bench.asked(), [KEYS_URL]);
}
