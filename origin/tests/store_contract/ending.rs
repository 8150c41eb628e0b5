//! Promises about the end of sessions: by handle, by user, and over the limit.

use crate::{
    Promise,
    engine::{Fixture, START},
    promises,
    revocations::{handles, page},
    rotation::rotate,
    sessions::{
        ENDING, REMEMBER, VALIDITY, alice, created, created_with_data, found, handle, live,
        new_session, rows,
    },
};
use std::{collections::HashSet, time::Duration};
use wayleave_origin::store::{NewSession, Revocation, Rotate, Rotation, SqlStore, Store};
use wayleave_shared::{session_handle::SessionHandle, time::UnixSeconds, user_id::UserId};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        revoking_removes_the_session_and_its_data,
        revoking_twice_or_after_the_end_says_that_nothing_was_there,
        of_many_who_revoke_one_session_exactly_one_did,
        a_revocation_and_a_rotation_at_once_leave_no_session,
        revoking_a_user_ends_all_of_its_sessions_and_nobody_elses,
        revoking_a_user_but_for_one_session_keeps_it_and_tells_the_others_only,
        a_kept_session_that_is_not_there_or_somebody_elses_keeps_nothing,
        revoking_a_user_removes_expired_rows_without_telling_of_them,
        users_that_share_a_handle_prefix_are_kept_apart,
        more_sessions_than_one_statement_takes_are_revoked_together,
        the_sessions_refreshed_last_stay_within_the_limit,
        sessions_refreshed_at_one_time_are_ended_in_one_order,
        expired_sessions_do_not_count_towards_the_limit,
        a_limit_that_is_not_reached_ends_nothing,
        concurrent_log_ins_end_at_the_limit_and_never_below_it,
    ]
}

async fn revoking_removes_the_session_and_its_data(fixture: &Fixture) {
    let handle = created_with_data(fixture, 1).await;

    assert!(fixture.store.revoke_session(handle, ENDING).await.unwrap());

    assert!(found(fixture, handle).await.is_none());
    assert_eq!(rows(fixture, "sessions").await, 0);
    assert_eq!(rows(fixture, "session_data").await, 0);
    assert_eq!(rows(fixture, "events").await, 0);
}

async fn revoking_twice_or_after_the_end_says_that_nothing_was_there(fixture: &Fixture) {
    let (first, second) = (created(fixture, 1).await, created(fixture, 2).await);

    assert!(fixture.store.revoke_session(first, ENDING).await.unwrap());
    assert!(!fixture.store.revoke_session(first, ENDING).await.unwrap());
    fixture.clock.advance(VALIDITY);
    assert!(!fixture.store.revoke_session(second, ENDING).await.unwrap());
}

async fn of_many_who_revoke_one_session_exactly_one_did(fixture: &Fixture) {
    let handle = created(fixture, 1).await;

    let racers: Vec<_> = (0..16)
        .map(|_| {
            let store = fixture.store.clone();
            tokio::spawn(async move { store.revoke_session(handle, ENDING).await.unwrap() })
        })
        .collect();
    let mut revoked = 0;
    for racer in racers {
        revoked += u32::from(racer.await.unwrap());
    }

    assert_eq!(revoked, 1);
    assert_eq!(handles(&page(fixture, None, 100).await), [handle]);
}

async fn a_revocation_and_a_rotation_at_once_leave_no_session(fixture: &Fixture) {
    for number in 0..20 {
        let handle = created(fixture, number).await;
        let store = fixture.store.clone();
        let rotation = tokio::spawn(async move { store.rotate(rotate(handle, 1, 2)).await });

        assert!(fixture.store.revoke_session(handle, ENDING).await.unwrap());

        rotation.await.unwrap().unwrap();
        assert!(found(fixture, handle).await.is_none());
    }
    assert_eq!(rows(fixture, "sessions").await, 0);
}

async fn revoking_a_user_ends_all_of_its_sessions_and_nobody_elses(fixture: &Fixture) {
    let bob = UserId::text("bob").unwrap();
    let (first, second) = (created(fixture, 1).await, created(fixture, 2).await);
    fixture.store.create_session(new_session(&bob, 3)).await.unwrap();

    let mut revoked = fixture.store.revoke_user(&alice(), None, ENDING).await.unwrap();

    revoked.sort_unstable();
    assert_eq!(revoked, [first, second]);
    assert!(found(fixture, first).await.is_none());
    assert!(found(fixture, handle(&bob, 3)).await.is_some());
    assert!(fixture.store.revoke_user(&alice(), None, ENDING).await.unwrap().is_empty());
}

async fn revoking_a_user_but_for_one_session_keeps_it_and_tells_the_others_only(fixture: &Fixture) {
    let others =
        HashSet::from([created_with_data(fixture, 1).await, created_with_data(fixture, 3).await]);
    let kept = created_with_data(fixture, 2).await;

    let revoked = fixture.store.revoke_user(&alice(), Some(kept), ENDING).await.unwrap();

    assert_eq!(HashSet::from_iter(revoked), others);
    assert_eq!(live(fixture, &alice()).await, HashSet::from([kept]));
    assert_eq!(rows(fixture, "session_data").await, 1);
    let told = page(fixture, None, 10).await;
    assert_eq!(HashSet::from_iter(handles(&told)), others);
    assert_eq!(told.entries.len(), 2, "an entry of the user would end the kept one too: {told:?}");
}

async fn a_kept_session_that_is_not_there_or_somebody_elses_keeps_nothing(fixture: &Fixture) {
    let bob = UserId::text("bob").unwrap();
    fixture.store.create_session(new_session(&bob, 1)).await.unwrap();
    for kept in [handle(&alice(), 9), handle(&bob, 1)] {
        let alices = created(fixture, 1).await;

        let revoked = fixture.store.revoke_user(&alice(), Some(kept), ENDING).await.unwrap();

        assert_eq!(revoked, [alices]);
    }
    assert!(found(fixture, handle(&bob, 1)).await.is_some());
}

async fn revoking_a_user_removes_expired_rows_without_telling_of_them(fixture: &Fixture) {
    created_with_data(fixture, 1).await;
    fixture.clock.advance(VALIDITY);
    let live = created_with_data(fixture, 2).await;

    let revoked = fixture.store.revoke_user(&alice(), None, ENDING).await.unwrap();

    assert_eq!(revoked, [live]);
    assert_eq!(handles(&page(fixture, None, 10).await), [live]);
    assert_eq!(rows(fixture, "sessions").await, 0);
    assert_eq!(rows(fixture, "session_data").await, 0);
}

async fn users_that_share_a_handle_prefix_are_kept_apart(fixture: &Fixture) {
    // A collision of the prefix's 4 bytes, forced: bob's session under a handle that alice could have.
    let bob = UserId::text("bob").unwrap();
    let shared = NewSession { handle: handle(&alice(), 2), ..new_session(&bob, 2) };
    let (alices, bobs) = (created(fixture, 1).await, shared.handle);
    fixture.store.create_session(shared).await.unwrap();

    assert_eq!(live(fixture, &alice()).await, HashSet::from([alices]));
    assert!(fixture.store.revoke_surplus(&alice(), 1, ENDING).await.unwrap().is_empty());
    assert_eq!(fixture.store.revoke_user(&alice(), None, ENDING).await.unwrap(), [alices]);

    assert!(found(fixture, bobs).await.is_some());
}

async fn more_sessions_than_one_statement_takes_are_revoked_together(fixture: &Fixture) {
    for number in 0..501 {
        created(fixture, number).await;
    }
    let revoked = fixture.store.revoke_user(&alice(), None, ENDING).await.unwrap();
    assert_eq!(revoked.len(), 501);
    assert_eq!(rows(fixture, "sessions").await, 0);
}

/// A session that was refreshed this many seconds after the start.
async fn refreshed(fixture: &Fixture, number: u16, seconds: u64) -> SessionHandle {
    let handle = created_with_data(fixture, number).await;
    let refresh =
        Rotate { refreshed_at: START.after(Duration::from_secs(seconds)), ..rotate(handle, 1, 2) };
    assert_eq!(fixture.store.rotate(refresh).await.unwrap(), Rotation::Advanced);
    handle
}

async fn the_sessions_refreshed_last_stay_within_the_limit(fixture: &Fixture) {
    // Neither the order of handles nor that of creation.
    let (third, first) = (refreshed(fixture, 1, 3).await, refreshed(fixture, 2, 1).await);
    let (fourth, second) = (refreshed(fixture, 3, 4).await, refreshed(fixture, 4, 2).await);

    let ended = fixture.store.revoke_surplus(&alice(), 2, ENDING).await.unwrap();

    assert_eq!(HashSet::from_iter(ended), HashSet::from([first, second]));
    assert_eq!(live(fixture, &alice()).await, HashSet::from([third, fourth]));
    assert_eq!(rows(fixture, "session_data").await, 2);
    let told = page(fixture, None, 10).await;
    assert_eq!(HashSet::from_iter(handles(&told)), HashSet::from([first, second]));
    assert_eq!(told.entries.len(), 2);
    let forget_at = UnixSeconds(START.after(REMEMBER).0.div_ceil(1000));
    assert!(told.entries.iter().all(
        |entry| matches!(entry, Revocation::Session(session) if session.forget_at == forget_at)
    ));
}

async fn sessions_refreshed_at_one_time_are_ended_in_one_order(fixture: &Fixture) {
    for number in [4, 2, 3, 1] {
        created(fixture, number).await;
    }

    let ended = fixture.store.revoke_surplus(&alice(), 2, ENDING).await.unwrap();

    let expected = HashSet::from([handle(&alice(), 1), handle(&alice(), 2)]);
    assert_eq!(HashSet::from_iter(ended), expected);
    assert!(fixture.store.revoke_surplus(&alice(), 2, ENDING).await.unwrap().is_empty());
}

async fn expired_sessions_do_not_count_towards_the_limit(fixture: &Fixture) {
    for number in 1..=3 {
        created(fixture, number).await;
    }
    fixture.clock.advance(VALIDITY);
    let expected = HashSet::from([created(fixture, 4).await, created(fixture, 5).await]);

    assert!(fixture.store.revoke_surplus(&alice(), 2, ENDING).await.unwrap().is_empty());

    assert_eq!(live(fixture, &alice()).await, expected);
    assert!(page(fixture, None, 10).await.entries.is_empty());
}

async fn a_limit_that_is_not_reached_ends_nothing(fixture: &Fixture) {
    created(fixture, 1).await;
    let bob = UserId::text("bob").unwrap();
    for number in 0..3 {
        fixture.store.create_session(new_session(&bob, number)).await.unwrap();
    }

    for limit in [1, 2, u32::MAX] {
        let ended = fixture.store.revoke_surplus(&alice(), limit, ENDING).await.unwrap();
        assert!(ended.is_empty());
    }

    assert_eq!(rows(fixture, "sessions").await, 4);
}

async fn concurrent_log_ins_end_at_the_limit_and_never_below_it(fixture: &Fixture) {
    const LIMIT: u16 = 3;
    for number in 0..LIMIT {
        created(fixture, number).await;
    }
    let log_ins: Vec<_> = (LIMIT..LIMIT + 24)
        .map(|number| tokio::spawn(log_in(fixture.store.clone(), number, LIMIT)))
        .collect();
    let mut ended = Vec::new();
    for log_in in log_ins {
        ended.extend(log_in.await.unwrap());
    }

    assert_eq!(live(fixture, &alice()).await.len(), usize::from(LIMIT));
    assert_eq!(ended.len(), 24, "each session is ended once");
    let told = handles(&page(fixture, None, 100).await);
    assert_eq!(HashSet::<_>::from_iter(told), HashSet::from_iter(ended));
}

/// A log-in as the service does it. Tells what it ended.
async fn log_in(store: SqlStore, number: u16, limit: u16) -> Vec<SessionHandle> {
    store.create_session(new_session(&alice(), number)).await.unwrap();
    let ended = store.revoke_surplus(&alice(), u32::from(limit), ENDING).await.unwrap();
    let left = store.sessions_of_user(&alice(), None, 100).await.unwrap();
    assert!(left.len() >= usize::from(limit), "{} sessions are left", left.len());
    ended
}
