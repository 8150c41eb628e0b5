//! Promises about expired sessions: they never answer, and their removal takes nothing else.

use crate::{
    Promise,
    engine::{Fixture, START},
    promises,
    revocations::page,
    rotation::rotate,
    sessions::{
        ENDING, ONCE, VALIDITY, alice, created, created_with_data, found, handle, hash, live,
        new_session, rows, store_at,
    },
};
use sqlx::Executor;
use std::{collections::HashSet, time::Duration};
use wayleave_origin::store::{
    DataUpdate, Expired, NewSession, Rotate, Rotation, SqlStore, Store, Use,
};
use wayleave_shared::{
    claims::RefreshHashPrefix, json::Json, session_handle::SessionHandle, user_id::UserId,
    wire::Confirmation,
};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        expired_sessions_are_removed_with_their_data_and_live_ones_stay,
        a_session_is_removed_at_its_end_and_not_a_millisecond_before,
        a_session_that_was_refreshed_in_time_is_not_removed,
        the_removal_goes_through_the_whole_table_page_by_page,
        a_page_of_more_expired_sessions_than_one_transaction_takes_is_removed,
        a_page_that_ends_with_the_table_is_followed_by_an_empty_one,
        an_empty_table_has_no_next_page,
        every_handle_is_looked_at_also_the_first_and_the_last,
        a_session_that_lives_by_the_clock_of_the_removal_stays,
        a_session_that_is_refreshed_between_look_and_removal_stays,
        two_who_clean_up_at_once_remove_each_session_once,
        a_removal_beside_log_ins_and_refreshes_takes_no_live_session,
        removed_sessions_are_not_told_to_the_feed,
        an_expired_session_never_answers_though_its_row_is_there,
    ]
}

const MILLISECOND: Duration = Duration::from_millis(1);

async fn remove(fixture: &Fixture, after: Option<SessionHandle>, limit: u32) -> Expired {
    fixture.store.remove_expired(after, limit).await.unwrap()
}

async fn expired_sessions_are_removed_with_their_data_and_live_ones_stay(fixture: &Fixture) {
    for number in [1, 4] {
        created_with_data(fixture, number).await;
    }
    created(fixture, 2).await;
    fixture.clock.advance(VALIDITY);
    let live_ones = HashSet::from([created_with_data(fixture, 3).await, created(fixture, 5).await]);

    let expired = remove(fixture, None, 10).await;

    assert_eq!(expired, Expired { seen: 5, removed: 3, next: None });
    assert_eq!(live(fixture, &alice()).await, live_ones);
    assert_eq!(rows(fixture, "sessions").await, 2);
    assert_eq!(rows(fixture, "session_data").await, 1);
    assert_eq!(remove(fixture, None, 10).await, Expired { seen: 2, removed: 0, next: None });
}

async fn a_session_is_removed_at_its_end_and_not_a_millisecond_before(fixture: &Fixture) {
    created_with_data(fixture, 1).await;

    fixture.clock.advance(VALIDITY.saturating_sub(MILLISECOND));
    assert_eq!(remove(fixture, None, 10).await.removed, 0);
    assert_eq!(live(fixture, &alice()).await.len(), 1);

    fixture.clock.advance(MILLISECOND);
    assert_eq!(remove(fixture, None, 10).await.removed, 1);
    assert_eq!(rows(fixture, "sessions").await, 0);
}

async fn a_session_that_was_refreshed_in_time_is_not_removed(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    let longer = Rotate { expires_at: START.after(2 * VALIDITY), ..rotate(handle, 1, 2) };
    assert_eq!(fixture.store.rotate(longer).await.unwrap(), Rotation::Advanced);
    fixture.clock.advance((2 * VALIDITY).saturating_sub(MILLISECOND));

    assert_eq!(remove(fixture, None, 10).await.removed, 0);

    assert!(found(fixture, handle).await.is_some());
}

async fn the_removal_goes_through_the_whole_table_page_by_page(fixture: &Fixture) {
    let users: Vec<_> = (0..4).map(|number| UserId::integer(number).unwrap()).collect();
    for user in &users {
        for number in 0..5 {
            fixture.store.create_session(new_session(user, number)).await.unwrap();
        }
    }
    fixture.clock.advance(VALIDITY);
    let stays = created(fixture, 1).await;

    let (mut after, mut pages, mut removed, mut seen) = (None, 0, 0, 0);
    loop {
        let page = remove(fixture, after, 4).await;
        pages += 1;
        seen += page.seen;
        removed += page.removed;
        assert!(page.next.is_none() || page.next > after, "in order of handles");
        after = page.next;
        if after.is_none() {
            break;
        }
    }

    assert_eq!((pages, seen, removed), (6, 21, 20));
    assert_eq!(live(fixture, &alice()).await, HashSet::from([stays]));
}

async fn a_page_of_more_expired_sessions_than_one_transaction_takes_is_removed(fixture: &Fixture) {
    for number in 0..201 {
        created_with_data(fixture, number).await;
    }
    fixture.clock.advance(VALIDITY);

    let expired = remove(fixture, None, 1000).await;

    assert_eq!(expired, Expired { seen: 201, removed: 201, next: None });
    assert_eq!((rows(fixture, "sessions").await, rows(fixture, "session_data").await), (0, 0));
}

async fn a_page_that_ends_with_the_table_is_followed_by_an_empty_one(fixture: &Fixture) {
    created(fixture, 1).await;
    let last = created(fixture, 2).await;

    let full = remove(fixture, None, 2).await;

    assert_eq!(full, Expired { seen: 2, removed: 0, next: Some(last) });
    assert_eq!(remove(fixture, full.next, 2).await, Expired { seen: 0, removed: 0, next: None });
}

async fn an_empty_table_has_no_next_page(fixture: &Fixture) {
    assert_eq!(remove(fixture, None, 10).await, Expired { seen: 0, removed: 0, next: None });
}

async fn every_handle_is_looked_at_also_the_first_and_the_last(fixture: &Fixture) {
    for byte in [0, 0xff] {
        let handle = SessionHandle::from_bytes([byte; 16]);
        let session = NewSession { handle, ..new_session(&alice(), 1) };
        fixture.store.create_session(session).await.unwrap();
    }
    fixture.clock.advance(VALIDITY);

    let first = remove(fixture, None, 1).await;
    let second = remove(fixture, first.next, 1).await;

    assert_eq!((first.removed, second.removed), (1, 1));
}

async fn a_session_that_lives_by_the_clock_of_the_removal_stays(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    fixture.clock.advance(VALIDITY);
    let behind = store_at(fixture, START).await;

    assert_eq!(behind.remove_expired(None, 10).await.unwrap().removed, 0);

    assert!(behind.session(handle).await.unwrap().is_some());
    behind.close().await;
}

/// The look takes no lock; a refresh that began before the session's end and took long may be over before the removal.
async fn a_session_that_is_refreshed_between_look_and_removal_stays(fixture: &Fixture) {
    let handle = created_with_data(fixture, 1).await;
    fixture.clock.advance(VALIDITY);
    let mut slow = fixture.connection().await;
    let many_writers = !fixture.url.starts_with("sqlite:");
    slow.execute(if many_writers { "BEGIN" } else { "BEGIN IMMEDIATE" }).await.unwrap();
    sqlx::query("UPDATE sessions SET expires_at = expires_at + 1000 WHERE handle = ?")
        .bind(handle.as_bytes().to_vec())
        .execute(&mut slow)
        .await
        .unwrap();

    let store = fixture.store.clone();
    let removal = tokio::spawn(async move { store.remove_expired(None, 10).await.unwrap() });
    // Until then the removal has looked, or will look later: it must not remove in either case.
    for _ in 0..200 {
        found(fixture, handle).await;
    }
    slow.execute("COMMIT").await.unwrap();

    let Expired { seen, removed, .. } = removal.await.unwrap();
    assert_eq!((seen, removed), (1, 0));
    assert!(found(fixture, handle).await.is_some());
    assert_eq!(rows(fixture, "session_data").await, 1);
}

async fn two_who_clean_up_at_once_remove_each_session_once(fixture: &Fixture) {
    for number in 0..150 {
        created_with_data(fixture, number).await;
    }
    fixture.clock.advance(VALIDITY);
    let stays = created_with_data(fixture, 200).await;

    let racers: Vec<_> = (0..4).map(|_| tokio::spawn(whole_table(fixture.store.clone()))).collect();
    let mut removed = 0;
    for racer in racers {
        removed += racer.await.unwrap();
    }

    assert_eq!(removed, 150);
    assert_eq!(live(fixture, &alice()).await, HashSet::from([stays]));
    assert_eq!((rows(fixture, "sessions").await, rows(fixture, "session_data").await), (1, 1));
}

/// How many sessions it removed.
async fn whole_table(store: SqlStore) -> u32 {
    let (mut after, mut removed) = (None, 0);
    loop {
        let page = store.remove_expired(after, 40).await.unwrap();
        removed += page.removed;
        after = page.next;
        if after.is_none() {
            return removed;
        }
    }
}

async fn a_removal_beside_log_ins_and_refreshes_takes_no_live_session(fixture: &Fixture) {
    for number in 0..60 {
        created_with_data(fixture, number).await;
    }
    fixture.clock.advance(VALIDITY);
    let mut refreshed = Vec::new();
    for number in 100..120 {
        refreshed.push(created_with_data(fixture, number).await);
    }

    let removal = tokio::spawn(whole_table(fixture.store.clone()));
    let mut log_ins = Vec::new();
    for (number, handle) in (200..).zip(refreshed.iter().copied()) {
        let store = fixture.store.clone();
        log_ins.push(tokio::spawn(async move {
            store.create_session(new_session(&alice(), number)).await.unwrap();
            let longer = Rotate { expires_at: START.after(3 * VALIDITY), ..rotate(handle, 1, 2) };
            assert_eq!(store.rotate(longer).await.unwrap(), Rotation::Advanced);
        }));
    }
    for log_in in log_ins {
        log_in.await.unwrap();
    }

    assert_eq!(removal.await.unwrap(), 60);
    assert_eq!(live(fixture, &alice()).await.len(), 40);
    assert_eq!(rows(fixture, "session_data").await, 20);
}

async fn removed_sessions_are_not_told_to_the_feed(fixture: &Fixture) {
    created(fixture, 1).await;
    fixture.clock.advance(VALIDITY);

    assert_eq!(remove(fixture, None, 10).await.removed, 1);

    assert!(page(fixture, None, 10).await.entries.is_empty());
}

async fn an_expired_session_never_answers_though_its_row_is_there(fixture: &Fixture) {
    let gone = created_with_data(fixture, 1).await;
    let expires_at = START.after(3 * VALIDITY);
    fixture.store.rotate(rotate(gone, 1, 2)).await.unwrap();
    fixture.clock.advance(VALIDITY);
    let (store, json) = (&fixture.store, Json::parse("2").unwrap());

    assert!(store.session(gone).await.unwrap().is_none());
    assert!(store.session_data(gone).await.unwrap().is_none());
    assert!(live(fixture, &alice()).await.is_empty());
    for version in [None, Some(0), Some(1)] {
        let update = store.update_session_data(gone, &json, version, ONCE).await.unwrap();
        assert_eq!(update, DataUpdate::NoSession);
    }
    assert!(!store.update_payload(gone, Some(&json)).await.unwrap());
    let again = Rotate { expires_at, ..rotate(gone, 2, 3) };
    assert_eq!(store.rotate(again).await.unwrap(), Rotation::Lost);
    let usage = Use { handle: gone, token: hash(2), refreshed_at: START, expires_at };
    assert!(!store.note_use(usage).await.unwrap());
    let confirmation = Confirmation { handle: gone, refresh_hash: RefreshHashPrefix([2; 16]) };
    assert_eq!(store.confirm(&[confirmation]).await.unwrap(), [gone]);
    assert!(!store.revoke_session(gone, ENDING).await.unwrap());
    assert!(store.revoke_surplus(&alice(), 1, ENDING).await.unwrap().is_empty());
    let nobody = Some(handle(&alice(), 9));
    assert_eq!(rows(fixture, "sessions").await, 1);
    assert!(store.revoke_user(&alice(), nobody, ENDING).await.unwrap().is_empty());

    assert!(page(fixture, None, 10).await.entries.is_empty());
}
