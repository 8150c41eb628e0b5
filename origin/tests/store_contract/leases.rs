//! Promises about leases: one origin at a time does a piece of work.

use crate::{Promise, engine::Fixture, promises, sessions::rows};
use std::time::Duration;
use wayleave_origin::store::Store;

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        a_lease_is_taken_once,
        a_lease_is_kept_for_longer_by_its_holder,
        a_lease_is_taken_over_at_its_end_and_not_a_millisecond_before,
        a_holder_that_was_overtaken_does_not_get_it_back,
        a_holder_may_shorten_its_lease,
        a_lease_given_back_is_free_at_once,
        a_lease_is_given_back_by_its_holder_only,
        leases_of_different_works_are_independent,
        of_many_takers_at_once_one_wins_a_new_lease,
        of_many_takers_at_once_one_wins_a_lease_that_is_over,
    ]
}

const TIME: Duration = Duration::from_mins(1);

const MILLISECOND: Duration = Duration::from_millis(1);

async fn hold(fixture: &Fixture, holder: u8) -> bool {
    fixture.store.hold_lease("work", [holder; 16], TIME).await.unwrap()
}

async fn a_lease_is_taken_once(fixture: &Fixture) {
    assert!(hold(fixture, 1).await);
    assert!(!hold(fixture, 2).await);
    assert_eq!(rows(fixture, "leases").await, 1);
}

async fn a_lease_is_kept_for_longer_by_its_holder(fixture: &Fixture) {
    assert!(hold(fixture, 1).await);
    fixture.clock.advance(TIME / 2);
    assert!(hold(fixture, 1).await);

    fixture.clock.advance(TIME.saturating_sub(MILLISECOND));

    assert!(!hold(fixture, 2).await);
    assert!(hold(fixture, 1).await);
}

async fn a_lease_is_taken_over_at_its_end_and_not_a_millisecond_before(fixture: &Fixture) {
    assert!(hold(fixture, 1).await);

    fixture.clock.advance(TIME.saturating_sub(MILLISECOND));
    assert!(!hold(fixture, 2).await);
    fixture.clock.advance(MILLISECOND);
    assert!(hold(fixture, 2).await);
}

async fn a_holder_that_was_overtaken_does_not_get_it_back(fixture: &Fixture) {
    assert!(hold(fixture, 1).await);
    fixture.clock.advance(TIME);
    assert!(hold(fixture, 2).await);

    assert!(!hold(fixture, 1).await);
    fixture.store.release_lease("work", [1; 16]).await.unwrap();
    assert!(!hold(fixture, 1).await);
    assert!(hold(fixture, 2).await);
}

async fn a_holder_may_shorten_its_lease(fixture: &Fixture) {
    assert!(hold(fixture, 1).await);
    let short = Duration::from_secs(1);
    assert!(fixture.store.hold_lease("work", [1; 16], short).await.unwrap());

    fixture.clock.advance(short);

    assert!(hold(fixture, 2).await);
}

async fn a_lease_given_back_is_free_at_once(fixture: &Fixture) {
    assert!(hold(fixture, 1).await);

    fixture.store.release_lease("work", [1; 16]).await.unwrap();

    assert!(hold(fixture, 2).await);
}

async fn a_lease_is_given_back_by_its_holder_only(fixture: &Fixture) {
    fixture.store.release_lease("work", [1; 16]).await.unwrap();
    assert!(hold(fixture, 1).await);

    fixture.store.release_lease("work", [2; 16]).await.unwrap();

    assert!(!hold(fixture, 2).await);
}

async fn leases_of_different_works_are_independent(fixture: &Fixture) {
    assert!(hold(fixture, 1).await);

    // By bytes, like everything that is compared.
    for other in ["Work", "work ", "other"] {
        assert!(fixture.store.hold_lease(other, [2; 16], TIME).await.unwrap(), "{other:?}");
    }

    fixture.store.release_lease("work", [1; 16]).await.unwrap();
    assert_eq!(rows(fixture, "leases").await, 3);
}

async fn of_many_takers_at_once_one_wins_a_new_lease(fixture: &Fixture) {
    assert_eq!(race(fixture).await, 1);
}

async fn of_many_takers_at_once_one_wins_a_lease_that_is_over(fixture: &Fixture) {
    assert!(hold(fixture, 200).await);
    fixture.clock.advance(TIME);
    assert_eq!(race(fixture).await, 1);
}

/// How many of them got it.
async fn race(fixture: &Fixture) -> u32 {
    let takers: Vec<_> = (0..24)
        .map(|holder| {
            let store = fixture.store.clone();
            tokio::spawn(async move { store.hold_lease("work", [holder; 16], TIME).await.unwrap() })
        })
        .collect();
    let mut won = 0;
    for taker in takers {
        won += u32::from(taker.await.unwrap());
    }
    won
}
