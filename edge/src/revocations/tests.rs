use super::*;
use crate::testing;
use proptest::prelude::*;
use std::collections::HashMap;
use wayleave_shared::{
    feed::{FeedPage, RevokedKey, RevokedSession, RevokedUser, UserDigest},
    key_set::KeySet,
    session_handle::SessionHandle,
    time::{UnixMilliseconds, UnixSeconds},
    user_id::UserId,
};

/// Handles that differ as those of the origin's generator do.
fn handle(number: u64) -> SessionHandle {
    // The finalizer of SplitMix64: a bijection whose bits look random.
    let mix = |number: u64| {
        let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    };
    let mut bytes = [0; 16];
    bytes[4..12].copy_from_slice(&mix(number.wrapping_add(0x9e37_79b9_7f4a_7c15)).to_be_bytes());
    SessionHandle::from_bytes(bytes)
}

fn page_of(sessions: impl IntoIterator<Item = (u64, u64)>) -> FeedPage {
    let sessions = sessions.into_iter().map(|(number, forget_at)| RevokedSession {
        handle: handle(number),
        forget_at: UnixSeconds(forget_at),
    });
    FeedPage { sessions: sessions.collect(), ..testing::page() }
}

#[test]
fn a_million_live_sessions_take_less_than_24_megabytes() {
    const MILLION: u64 = 1_000_000;
    let (now, forget_at) = (testing::NOW, testing::NOW.0 + 3_600);
    let mut revocations = Revocations::default();
    for start in (0..MILLION).step_by(20_000) {
        revocations.add(&page_of((start..start + 20_000).map(|number| (number, forget_at))), now);
    }

    assert_eq!(revocations.session_count(), 1_000_000);
    let bytes = revocations.memory_bytes();
    assert!(bytes < 24_000_000, "{bytes} bytes");
    assert!(bytes > 12_000_000, "{bytes} bytes: the count misses something");
    assert!((0..MILLION).step_by(97).all(|number| revocations.has_session(handle(number), now)));
    assert!(
        !(MILLION..2 * MILLION)
            .step_by(97)
            .any(|number| revocations.has_session(handle(number), now))
    );
}

#[test]
fn what_can_be_forgotten_is_forgotten_and_its_memory_given_back() {
    let mut revocations = Revocations::default();
    revocations.add(&page_of((0..200_000).map(|number| (number, 100))), UnixSeconds(50));
    let full = revocations.memory_bytes();

    let mut pulls = 0;
    while revocations.session_count() > 0 {
        revocations.add(&page_of([]), UnixSeconds(100));
        pulls += 1;
    }

    assert_eq!(pulls, 256, "each pull looks through a part");
    assert!(revocations.memory_bytes() < full / 5, "{} of {full}", revocations.memory_bytes());
}

#[test]
fn forgotten_entries_make_room_before_more_is_taken() {
    let mut revocations = Revocations::default();
    for hour in 0..50 {
        let (from, now) = (hour * 10_000, hour * 3_600);
        let page = page_of((from..from + 10_000).map(|number| (number, now + 3_600)));
        revocations.add(&page, UnixSeconds(now));
    }
    assert!(revocations.session_count() < 30_000, "{}", revocations.session_count());
}

#[test]
fn an_entry_holds_until_the_latest_time_that_was_said() {
    for times in [[100, 200], [200, 100]] {
        let mut revocations = Revocations::default();
        for forget_at in times {
            revocations.add(&page_of([(1, forget_at)]), UnixSeconds(50));
        }
        assert!(revocations.has_session(handle(1), UnixSeconds(199)));
        assert!(!revocations.has_session(handle(1), UnixSeconds(200)));
        assert_eq!(revocations.session_count(), 1);
    }
}

#[test]
fn a_user_is_another_than_their_namesakes() {
    let revoked = |user: &UserId| RevokedUser {
        user: UserDigest::of(user),
        issued_before: UnixSeconds(testing::NOW.0),
        forget_at: UnixSeconds(testing::NOW.0 + 100),
    };
    let mut revocations = Revocations::default();
    let page = FeedPage { users: vec![revoked(&UserId::text("1").unwrap())], ..testing::page() };
    revocations.add(&page, testing::NOW);

    let ended = |user_id: UserId, issued_at| {
        let claims = wayleave_shared::claims::AccessClaims {
            user_id,
            issued_at: UnixSeconds(issued_at),
            ..testing::claims()
        };
        revocations.has_ended(&claims, testing::NOW)
    };
    assert!(ended(UserId::text("1").unwrap(), testing::NOW.0 - 1));
    assert!(!ended(UserId::text("1").unwrap(), testing::NOW.0));
    assert!(!ended(UserId::integer(1).unwrap(), testing::NOW.0 - 1));
}

#[test]
fn removed_keys_are_taken_out_of_a_set_until_they_can_be_forgotten() {
    let keys = || {
        let keys = ["k1", "k2"].map(testing::signing_key);
        KeySet::new(keys.map(|key| (key.id().clone(), key.public_key())).to_vec())
    };
    let mut revocations = Revocations::default();
    let removed = RevokedKey { key: "k1".parse().unwrap(), forget_at: UnixSeconds(100) };
    revocations.add(&FeedPage { keys: vec![removed], ..testing::page() }, UnixSeconds(50));

    let left = revocations.without_removed(keys(), UnixSeconds(99));
    assert!(left.find("k1").is_none() && left.find("k2").is_some());
    assert_eq!(revocations.without_removed(keys(), UnixSeconds(100)).len(), 2);
}

const fn at(ms: u64) -> UnixMilliseconds {
    UnixMilliseconds(1_700_000_000_000 + ms)
}

/// A feed that took its first page at 0, asked for at 0.
fn pulled() -> Feed {
    let mut feed = Feed::default();
    let ticket = feed.claim_pull(at(0)).unwrap();
    assert_eq!(feed.take(ticket, &testing::page(), at(0), at(0)), Progress::Done);
    feed
}

#[test]
fn the_age_counts_from_when_the_last_page_was_asked_for() {
    let mut feed = Feed::default();
    assert_eq!(feed.standing(2_000, at(0)), Standing::Stale);
    let ticket = feed.claim_pull(at(0)).unwrap();
    let first = FeedPage { more: true, cursor: testing::cursor(5), ..testing::page() };
    assert_eq!(feed.take(ticket, &first, at(0), at(700)), Progress::More);
    assert_eq!(feed.standing(2_000, at(700)), Standing::Stale);

    let last = FeedPage { cursor: testing::cursor(9), ..testing::page() };
    assert_eq!(feed.take(ticket, &last, at(700), at(1_500)), Progress::Done);

    assert_eq!(feed.cursor(), Some(testing::cursor(9)));
    for (ms, expected) in [
        (1_500, Standing::Current),
        (1_700, Standing::Current),
        (1_701, Standing::Ageing),
        (2_700, Standing::Ageing),
        (2_701, Standing::Stale),
    ] {
        assert_eq!(feed.standing(2_000, at(ms)), expected, "{ms}");
    }
}

#[test]
fn a_clock_that_was_set_back_makes_it_stale() {
    assert_eq!(pulled().standing(2_000, UnixMilliseconds(0)), Standing::Stale);
}

#[test]
fn one_pull_runs_at_a_time_and_a_failure_is_waited_out() {
    let mut feed = pulled();
    let ticket = feed.claim_pull(at(1_500)).unwrap();
    assert_eq!(feed.claim_pull(at(1_500)), None);

    feed.fail(ticket, at(1_600));

    assert!(feed.is_failing() && !feed.is_pulling(at(1_600)));
    assert_eq!(feed.claim_pull(at(1_600 + FAILURE_COOLDOWN_MS - 1)), None);
    let ticket = feed.claim_pull(at(1_600 + FAILURE_COOLDOWN_MS)).unwrap();
    feed.take(ticket, &testing::page(), at(2_200), at(2_200));
    assert!(!feed.is_failing());
}

#[test]
fn a_restart_of_the_feed_brings_nobody_back_in() {
    let mut feed = Feed::default();
    let now = at(0).whole_seconds();
    let ticket = feed.claim_pull(at(0)).unwrap();
    feed.take(ticket, &page_of([(1, now.0 + 100)]), at(0), at(0));

    let ticket = feed.claim_pull(at(10)).unwrap();
    let restarted = FeedPage { restart: true, cursor: testing::cursor(0), ..page_of([]) };
    feed.take(ticket, &restarted, at(10), at(10));

    assert!(feed.revocations().has_session(handle(1), now));
}

#[test]
fn a_page_that_promises_more_but_does_not_move_on_ends_the_pull() {
    let mut feed = pulled();
    let ticket = feed.claim_pull(at(1_500)).unwrap();
    let endless = FeedPage { more: true, since: feed.cursor(), ..testing::page() };
    assert_eq!(feed.take(ticket, &endless, at(1_500), at(1_500)), Progress::Done);
}

#[test]
fn a_pull_that_was_given_up_adds_its_entries_and_nothing_else() {
    let mut feed = pulled();
    let now = at(0).whole_seconds();
    let lost = feed.claim_pull(at(2_000)).unwrap();
    let second = feed.claim_pull(at(60_000)).unwrap();

    let late = FeedPage { cursor: testing::cursor(7), ..page_of([(1, now.0 + 100)]) };
    assert_eq!(feed.take(lost, &late, at(59_000), at(60_001)), Progress::Done);

    assert!(feed.revocations().has_session(handle(1), now));
    assert_eq!(feed.cursor(), Some(testing::cursor(0)));
    assert_eq!(feed.standing(2_000, at(60_001)), Standing::Stale);
    feed.fail(lost, at(60_002));
    assert!(feed.is_pulling(at(60_002)) && !feed.is_failing());
    feed.take(second, &testing::page(), at(60_000), at(60_003));
    assert_eq!(feed.standing(2_000, at(60_003)), Standing::Current);
}

#[test]
fn what_was_ended_here_counts_without_any_pull() {
    let mut feed = Feed::default();
    feed.end_session(handle(1), UnixSeconds(100), UnixSeconds(50));
    assert!(feed.view(2_000, at(0)).revocations.has_session(handle(1), UnixSeconds(99)));
}

#[test]
fn failures_are_logged_now_and_then() {
    let mut feed = Feed::default();
    let logged = (0..100).filter(|second| feed.may_log(at(second * 1_000))).count();
    assert_eq!(logged, 10);
}

proptest! {
    #[test]
    fn the_set_is_a_map_from_session_to_the_latest_time_to_forget(
        steps in prop::collection::vec((0_u64..60, 1_u64..40, 0_u64..3), 1..300)
    ) {
        let (mut revocations, mut model) = (Revocations::default(), HashMap::<u64, u64>::new());
        let mut now = 0;
        for (number, span, passes) in steps {
            now += passes;
            revocations.add(&page_of([(number, now + span)]), UnixSeconds(now));
            let known = model.entry(number).or_default();
            *known = (*known).max(now + span);
            for number in 0..60 {
                let expected = model.get(&number).is_some_and(|forget_at| *forget_at > now);
                prop_assert_eq!(revocations.has_session(handle(number), UnixSeconds(now)), expected);
            }
        }
    }

    #[test]
    fn crowded_buckets_work_like_any_other(
        numbers in prop::collection::vec((0_u32..500, 1_u64..100), 1..600)
    ) {
        // All of these share one bucket.
        let crowded = |number: u32| {
            let mut bytes = [0; 16];
            bytes[8..12].copy_from_slice(&number.wrapping_mul(0x9e37_79b1).to_be_bytes());
            SessionHandle::from_bytes(bytes)
        };
        let (mut revocations, mut model) = (Revocations::default(), HashMap::<u32, u64>::new());
        for (number, forget_at) in numbers {
            revocations.add_session(crowded(number), UnixSeconds(forget_at), UnixSeconds(0));
            let known = model.entry(number).or_default();
            *known = (*known).max(forget_at);
        }
        prop_assert_eq!(revocations.session_count(), model.len());
        for now in [0, 30, 99] {
            for number in 0..500 {
                let expected = model.get(&number).is_some_and(|forget_at| *forget_at > now);
                prop_assert_eq!(revocations.has_session(crowded(number), UnixSeconds(now)), expected);
            }
        }
    }
}
