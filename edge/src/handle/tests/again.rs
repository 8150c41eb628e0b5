//! Answers that are given again. That each of them is what every other way would have answered, [`Bench::send`] looks at in every test.

use super::*;
use crate::settle::Holds;
use wayleave_shared::{
    feed::{FeedPage, RevokedSession, RevokedUser, UserDigest},
    time::UnixSeconds,
};

/// An isolate at which the page has asked twice who is logged in: from then on its answer is given again.
fn asked_twice(changed: &[(&str, &str)]) -> Bench {
    let bench = Bench::warm(changed);
    for _ in 0..2 {
        assert!(!is_given_again(&bench, session()));
        assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
    }
    bench
}

fn is_given_again(bench: &Bench, headers: RequestHeaders) -> bool {
    bench.given_before(&RequestView::new("GET", "https://api.test/auth/session", headers)).is_some()
}

#[test]
fn the_very_same_request_is_answered_again_and_no_other() {
    let bench = asked_twice(&[("ALLOWED_ORIGINS", "https://page.test")]);
    let longer = session().cookie.unwrap().into_owned() + "; a=b";

    assert!(is_given_again(&bench, session()));
    assert!(is_given_again(&bench, RequestHeaders { content_type: None, ..session() }));
    for other in [
        RequestHeaders { cookie: None, ..session() },
        RequestHeaders { cookie: Some(longer.into()), ..session() },
        RequestHeaders { authorization: Some("".into()), ..session() },
        RequestHeaders { origin: Some("https://page.test".into()), ..session() },
    ] {
        assert!(!is_given_again(&bench, other));
    }
    for (method, url) in [
        ("HEAD", "https://api.test/auth/session"),
        ("GET", "https://api.test/auth/session?"),
        ("GET", "https://api.test/auth/session/data"),
        ("GET", "https://other.test/auth/session"),
    ] {
        let other = RequestView::new(method, url, session());
        assert!(bench.given_before(&other).is_none(), "{method} {url}");
    }
}

#[test]
fn only_what_a_good_token_got_is_given_again() {
    let bench = Bench::warm(&[]);
    let bad = RequestHeaders { cookie: Some("sAccessToken=a.b.c".into()), ..session() };
    let marked = RequestHeaders { cookie: Some("sIdRefreshToken=i".into()), ..session() };

    for _ in 0..3 {
        for headers in [RequestHeaders::default(), bad.clone(), marked.clone()] {
            assert_eq!(bench.own("GET", "/auth/session", headers.clone()).status, 401);
            assert!(!is_given_again(&bench, headers));
        }
        bench.app("GET", "/page", session());
        let page = RequestView::new("GET", "https://api.test/page", session());
        assert!(bench.given_before(&page).is_none());
    }
}

#[test]
fn it_ends_with_the_token() {
    let bench = asked_twice(&[("REVOCATION", "off")]);
    let left_ms = (testing::claims().expires_at.0 * 1000) - bench.script.now().0;

    bench.pass(left_ms - 1);
    assert!(is_given_again(&bench, session()));
    bench.pass(1);
    assert!(!is_given_again(&bench, session()));
}

#[test]
fn it_ends_with_the_session() {
    let forget_at = UnixSeconds(testing::NOW.0 + 100);
    let (handle, user) = (testing::claims().session, UserDigest::of(&testing::claims().user_id));
    let session_ended = RevokedSession { handle, forget_at };
    let issued_before = UnixSeconds(testing::NOW.0 + 1);
    let user_ended = RevokedUser { user, issued_before, forget_at };
    for page in [
        FeedPage { sessions: vec![session_ended], ..testing::page() },
        FeedPage { users: vec![user_ended], ..testing::page() },
    ] {
        let bench = asked_twice(&[]);
        assert!(is_given_again(&bench, session()));

        bench.pull(&FeedPage {
            since: Some(testing::cursor(0)),
            cursor: testing::cursor(1),
            ..page
        });

        assert!(!is_given_again(&bench, session()));
    }
}

#[test]
fn it_ends_with_the_key() {
    let bench = asked_twice(&[("REVOCATION", "off")]);
    assert!(is_given_again(&bench, session()));

    bench.isolate.keys.lock().retain(KeySet::default());

    assert!(!is_given_again(&bench, session()));
}

#[test]
fn it_waits_while_the_feed_is_due_or_stale_also_where_that_is_accepted() {
    for stale_feed in ["accept", "reject"] {
        let bench = asked_twice(&[("MAX_STALENESS", "2s"), ("STALE_FEED", stale_feed)]);

        bench.pass(1_000);
        assert!(is_given_again(&bench, session()));
        for _ in 0..3 {
            bench.pass(1);
            assert!(!is_given_again(&bench, session()), "somebody has to begin the pull");
            bench.pass(1_000);
        }
    }
}

#[test]
fn who_asks_the_origin_each_time_is_never_answered_from_here() {
    let bench = Bench::warm(&[("REVOCATION", "strict")]);
    let verified = || says(200, r#"{"handle":"AAAAAAAAAAAAAAAAAAAAAA","userId":1,"expiresAt":2}"#);
    bench.origin_answers([verified(), verified(), verified()]);

    for _ in 0..3 {
        assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
        assert!(!is_given_again(&bench, session()));
    }
    assert_eq!(bench.asked().len(), 3);
}

/// What an answer rests on.
fn holds(bench: &Bench) -> Holds {
    let request = RequestView::new("GET", "https://api.test/auth/session", session());
    let made = answer_at_once(&bench.isolate, &request, false, bench.script.now());
    made.unwrap().holds.unwrap()
}

#[test]
fn whatever_is_kept_each_head_gets_its_own_answer_or_none() {
    let bench = asked_twice(&[]);
    let (holds, mut answers) = (holds(&bench), Answers::new());
    let heads: Vec<_> = (0..5_000).map(|number| format!("{number} head {number}")).collect();

    for head in &heads {
        answers.keep(head, holds.clone(), head.clone(), head.len());
    }

    let now = bench.script.now();
    let found: Vec<_> = heads
        .iter()
        .filter_map(|head| Some((head, answers.recall(head, &bench.isolate, now)?)))
        .collect();
    assert!(found.iter().all(|(head, form)| head == form));
    // As many as there are places, but for those that nobody got.
    assert!((1_000..=1_024).contains(&found.len()), "{}", found.len());
    assert_eq!(answers.recall("", &bench.isolate, now), None);
}

#[test]
fn what_is_long_is_not_kept() {
    let bench = asked_twice(&[]);
    let (holds, mut answers, now) = (holds(&bench), Answers::new(), bench.script.now());
    let (fits, long) = ("f".repeat(4_000), "l".repeat(4_001));

    answers.keep(&fits, holds.clone(), (), 96);
    answers.keep(&long, holds, (), 96);

    assert_eq!(answers.recall(&fits, &bench.isolate, now), Some(&()));
    assert_eq!(answers.recall(&long, &bench.isolate, now), None);
}

/// What a part of the headers says of the app's paths is not what all of them say: here, that another site may not open a connection.
#[test]
fn the_apps_paths_are_not_decided_before_all_headers_were_read() {
    let bench = Bench::warm(&[("REQUIRED_CLAIMS", r#"{"/api/*":{"role":"owner"}}"#)]);
    let socket = RequestHeaders {
        upgrade: Some("websocket".into()),
        sec_fetch_site: Some("cross-site".into()),
        origin: Some("https://other.test".into()),
        ..session()
    };

    let refused = bench.own("GET", "/api/socket", socket);
    let lacking = bench.own("GET", "/api/me", session());

    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    assert!(refused.body.contains(r#""code":"cross_site_request""#), "{}", refused.body);
    assert!(lacking.body.contains("claimValidationErrors"), "{}", lacking.body);
}
