//! Promises about the events for the webhook.

use crate::{
    Promise,
    engine::{Fixture, START},
    promises,
};
use sqlx::Executor;
use std::{collections::HashSet, time::Duration};
use wayleave_origin::store::{
    DueEvent, EndReason, Ending, NewSession, SqlStore, Store, StoreClock, StoreError,
};
use wayleave_shared::{refresh_token::RefreshHash, session_handle::SessionHandle, user_id::UserId};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        the_end_of_a_session_leaves_an_event_that_is_due_at_once,
        the_end_of_a_users_sessions_is_one_event,
        the_end_of_surplus_sessions_is_one_event,
        a_theft_that_is_only_reported_is_an_event_and_ends_nothing,
        no_event_is_kept_where_none_is_wanted_or_nothing_ended,
        an_ending_whose_event_cannot_be_kept_does_not_happen,
        more_sessions_than_one_event_holds_are_told_in_several,
        of_two_takers_each_event_goes_to_one,
        events_come_oldest_first_and_no_more_than_asked_for,
        a_taken_event_comes_again_after_the_pause_and_counts_the_attempt,
        a_postponed_event_comes_again_at_its_time,
        a_finished_event_never_comes_again,
    ]
}

async fn the_end_of_a_session_leaves_an_event_that_is_due_at_once(fixture: &Fixture) {
    for (number, reason) in
        [EndReason::Revoked, EndReason::Replaced, EndReason::Theft(handle(&alice(), 2))]
            .into_iter()
            .enumerate()
    {
        let session = created(fixture, &alice(), u16::try_from(number).unwrap()).await;
        assert!(fixture.store.revoke_session(session, with_event(reason)).await.unwrap());

        let [event] = &take(fixture).await[..] else { panic!("{reason:?}") };

        let expected = DueEvent {
            id: event.id,
            reason,
            user_id: alice(),
            sessions: vec![session],
            occurred_at: START,
            attempts: 0,
        };
        assert_eq!(*event, expected);
        assert!(event.id.0.starts_with(&SessionHandle::prefix_of(&alice())));
        fixture.store.finish_event(event.id).await.unwrap();
    }
}

async fn the_end_of_a_users_sessions_is_one_event(fixture: &Fixture) {
    let number = UserId::integer(7).unwrap();
    let (first, second) = (created(fixture, &number, 1).await, created(fixture, &number, 2).await);
    created(fixture, &alice(), 3).await;

    let ending = with_event(EndReason::Revoked);
    fixture.store.revoke_user(&number, None, ending).await.unwrap();

    let [event] = &take(fixture).await[..] else { panic!("not one event") };
    assert_eq!((&event.user_id, event.reason), (&number, EndReason::Revoked));
    assert_eq!(event.sessions, [first, second]);
}

async fn the_end_of_surplus_sessions_is_one_event(fixture: &Fixture) {
    let oldest = created(fixture, &alice(), 3).await;
    fixture.clock.advance(Duration::from_secs(1));
    created(fixture, &alice(), 2).await;

    let ending = with_event(EndReason::Limit);
    let ended = fixture.store.revoke_surplus(&alice(), 1, ending).await.unwrap();

    let [event] = &take(fixture).await[..] else { panic!("not one event") };
    assert_eq!((&*event.sessions, event.reason), (&[oldest][..], EndReason::Limit));
    assert_eq!(ended, [oldest]);
}

async fn a_theft_that_is_only_reported_is_an_event_and_ends_nothing(fixture: &Fixture) {
    let stolen = created(fixture, &alice(), 1).await;

    fixture.store.report(&alice(), stolen).await.unwrap();

    let [event] = &take(fixture).await[..] else { panic!("not one event") };
    assert_eq!((event.reason, &*event.sessions), (EndReason::Theft(stolen), &[][..]));
    assert_eq!(event.user_id, alice());
    assert!(fixture.store.session(stolen).await.unwrap().is_some());
}

async fn no_event_is_kept_where_none_is_wanted_or_nothing_ended(fixture: &Fixture) {
    let (first, second) =
        (created(fixture, &alice(), 1).await, created(fixture, &alice(), 2).await);
    let (wanted, unwanted) =
        (with_event(EndReason::Revoked), Ending { event: false, ..with_event(EndReason::Revoked) });
    let store = &fixture.store;

    assert!(store.revoke_session(first, unwanted).await.unwrap());
    assert!(!store.revoke_session(first, wanted).await.unwrap());
    assert_eq!(store.revoke_surplus(&alice(), 1, wanted).await.unwrap(), []);
    assert_eq!(store.revoke_surplus(&alice(), 0, unwanted).await.unwrap(), [second]);
    assert_eq!(store.revoke_user(&alice(), None, wanted).await.unwrap(), []);
    created(fixture, &alice(), 3).await;
    assert_eq!(store.revoke_user(&alice(), None, unwanted).await.unwrap().len(), 1);

    assert_eq!(take(fixture).await, []);
}

async fn an_ending_whose_event_cannot_be_kept_does_not_happen(fixture: &Fixture) {
    let session = created(fixture, &alice(), 1).await;
    let mut connection = fixture.connection().await;
    connection.execute("ALTER TABLE events RENAME TO elsewhere").await.unwrap();

    let ending = with_event(EndReason::Revoked);
    let refused = [
        fixture.store.revoke_session(session, ending).await.map(drop),
        fixture.store.revoke_user(&alice(), None, ending).await.map(drop),
        fixture.store.revoke_surplus(&alice(), 0, ending).await.map(drop),
    ];

    for refused in refused {
        assert!(matches!(refused, Err(StoreError::Database(_))), "{refused:?}");
    }
    assert!(fixture.store.session(session).await.unwrap().is_some());
    let feed = fixture.store.revocations(None, 10).await.unwrap();
    assert_eq!(feed.entries, []);
}

async fn more_sessions_than_one_event_holds_are_told_in_several(fixture: &Fixture) {
    let mut expected = HashSet::new();
    for number in 0..1001 {
        expected.insert(created(fixture, &alice(), number).await);
    }

    let ending = with_event(EndReason::Revoked);
    fixture.store.revoke_user(&alice(), None, ending).await.unwrap();

    let events = take(fixture).await;
    let mut sizes: Vec<_> = events.iter().map(|event| event.sessions.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 500, 500]);
    let told: HashSet<_> = events.iter().flat_map(|event| event.sessions.clone()).collect();
    assert_eq!(told, expected);
    let ids: HashSet<_> = events.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), 3);
}

async fn of_two_takers_each_event_goes_to_one(fixture: &Fixture) {
    let expected: HashSet<_> = (0..40).map(|number| handle(&alice(), number)).collect();
    for stolen in &expected {
        fixture.store.report(&alice(), *stolen).await.unwrap();
    }
    let clock = StoreClock::Given(fixture.clock.clone());
    let other = SqlStore::connect(&fixture.url, 2, clock).await.unwrap();

    let takers: Vec<_> = [fixture.store.clone(), other.clone()]
        .into_iter()
        .map(|store| tokio::spawn(async move { all_of(&store).await }))
        .collect();
    let mut taken = Vec::new();
    for taker in takers {
        taken.extend(taker.await.unwrap());
    }

    other.close().await;
    assert_eq!(taken.len(), 40);
    assert_eq!(taken.into_iter().collect::<HashSet<_>>(), expected);
}

async fn events_come_oldest_first_and_no_more_than_asked_for(fixture: &Fixture) {
    for number in [2, 1, 3] {
        fixture.store.report(&alice(), handle(&alice(), number)).await.unwrap();
        fixture.clock.advance(Duration::from_millis(1));
    }

    let first = fixture.store.take_events(2, PAUSE).await.unwrap();
    let second = fixture.store.take_events(2, PAUSE).await.unwrap();

    assert_eq!(first.iter().map(stolen).collect::<Vec<_>>(), [2, 1].map(|n| handle(&alice(), n)));
    assert_eq!(second.iter().map(stolen).collect::<Vec<_>>(), [handle(&alice(), 3)]);
}

async fn a_taken_event_comes_again_after_the_pause_and_counts_the_attempt(fixture: &Fixture) {
    fixture.store.report(&alice(), handle(&alice(), 1)).await.unwrap();
    let [first] = &take(fixture).await[..] else { panic!("not one event") };

    fixture.clock.advance(PAUSE.saturating_sub(Duration::from_millis(1)));
    assert_eq!(take(fixture).await, []);
    fixture.clock.advance(Duration::from_millis(1));

    assert_eq!(take(fixture).await, [DueEvent { attempts: 1, ..first.clone() }]);
}

async fn a_postponed_event_comes_again_at_its_time(fixture: &Fixture) {
    fixture.store.report(&alice(), handle(&alice(), 1)).await.unwrap();
    for pause in [PAUSE / 2, PAUSE * 2] {
        let [event] = &take(fixture).await[..] else { panic!("not one event") };
        fixture.store.postpone_event(event.id, pause).await.unwrap();

        fixture.clock.advance(pause.saturating_sub(Duration::from_millis(1)));
        assert_eq!(take(fixture).await, []);
        fixture.clock.advance(Duration::from_millis(1));
    }
    assert_eq!(take(fixture).await[0].attempts, 2);
}

async fn a_finished_event_never_comes_again(fixture: &Fixture) {
    for number in [1, 2] {
        fixture.store.report(&alice(), handle(&alice(), number)).await.unwrap();
    }
    let taken = take(fixture).await;
    fixture.store.finish_event(taken[0].id).await.unwrap();
    // An origin that lost its connection does so again.
    fixture.store.finish_event(taken[0].id).await.unwrap();
    // One that was too slow changes nothing.
    fixture.store.postpone_event(taken[0].id, Duration::ZERO).await.unwrap();

    fixture.clock.advance(PAUSE);

    assert_eq!(take(fixture).await, [DueEvent { attempts: 1, ..taken[1].clone() }]);
}

fn alice() -> UserId {
    UserId::text("alice").unwrap()
}

fn handle(user_id: &UserId, number: u16) -> SessionHandle {
    let mut random = [0; 12];
    random[..2].copy_from_slice(&number.to_be_bytes());
    SessionHandle::new(user_id, random)
}

async fn created(fixture: &Fixture, user_id: &UserId, number: u16) -> SessionHandle {
    let handle = handle(user_id, number);
    let session = NewSession {
        handle,
        user_id: user_id.clone(),
        refresh_hash: RefreshHash([1; 32]),
        jwt_payload: None,
        data: None,
        client: None,
        validity: Duration::from_hours(1),
    };
    fixture.store.create_session(session).await.unwrap();
    handle
}

const fn with_event(reason: EndReason) -> Ending {
    Ending { reason, remember: Duration::from_hours(1), event: true }
}

async fn take(fixture: &Fixture) -> Vec<DueEvent> {
    fixture.store.take_events(100, PAUSE).await.unwrap()
}

/// Takes a few at a time until none is left.
async fn all_of(store: &SqlStore) -> Vec<SessionHandle> {
    let mut taken = Vec::new();
    for _ in 0..40 {
        taken.extend(store.take_events(3, PAUSE).await.unwrap().iter().map(stolen));
    }
    taken
}

fn stolen(event: &DueEvent) -> SessionHandle {
    let EndReason::Theft(stolen) = event.reason else { panic!("{event:?}") };
    stolen
}

const PAUSE: Duration = Duration::from_mins(1);
