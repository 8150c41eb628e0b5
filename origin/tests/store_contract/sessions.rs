//! Promises about sessions.

use crate::{
    Promise,
    engine::{Fixture, START},
    promises,
};
use sqlx::Row;
use std::time::Duration;
use wayleave_origin::store::{
    NewSession, Rotate, Rotation, SqlStore, Store, StoreClock, StoredSession,
};
use wayleave_shared::{
    json::Json, refresh_token::RefreshHash, session_handle::SessionHandle, time::UnixMilliseconds,
    user_id::UserId,
};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        a_created_session_is_found_as_it_was,
        an_unknown_handle_is_no_session,
        a_session_is_live_up_to_but_not_at_its_end,
        payloads_come_back_byte_for_byte_and_absent_is_not_null,
        a_rotation_moves_the_hash_the_generation_and_the_end,
        a_rotation_from_another_hash_is_lost_and_changes_nothing,
        of_many_rotations_from_one_hash_exactly_one_advances,
        a_rotation_of_an_expired_session_is_lost,
        revoking_removes_the_session_and_its_data,
        revoking_twice_or_after_the_end_says_that_nothing_was_there,
        users_that_differ_in_a_byte_or_a_type_are_different,
        a_users_sessions_come_in_pages_in_order_of_handles,
        revoking_a_user_ends_all_of_its_sessions_and_nobody_elses,
        users_that_share_a_handle_prefix_are_kept_apart,
        more_sessions_than_one_statement_takes_are_revoked_together,
        the_databases_own_clock_decides_in_production,
    ]
}

pub(crate) const VALIDITY: Duration = Duration::from_mins(1);

pub(crate) fn hash(byte: u8) -> RefreshHash {
    RefreshHash([byte; 32])
}

pub(crate) fn alice() -> UserId {
    UserId::text("alice").unwrap()
}

pub(crate) fn handle(user_id: &UserId, number: u16) -> SessionHandle {
    let mut random = [0; 12];
    random[..2].copy_from_slice(&number.to_be_bytes());
    SessionHandle::new(user_id, random)
}

pub(crate) fn new_session(user_id: &UserId, number: u16) -> NewSession {
    NewSession {
        handle: handle(user_id, number),
        user_id: user_id.clone(),
        refresh_hash: hash(1),
        jwt_payload: None,
        data: None,
        validity: VALIDITY,
    }
}

pub(crate) async fn created(fixture: &Fixture, number: u16) -> SessionHandle {
    let session = new_session(&alice(), number);
    let handle = session.handle;
    fixture.store.create_session(session).await.unwrap();
    handle
}

async fn found(fixture: &Fixture, handle: SessionHandle) -> Option<StoredSession> {
    fixture.store.session(handle).await.unwrap()
}

fn rotate(handle: SessionHandle, from: u8, to: u8) -> Rotate {
    Rotate { handle, from: hash(from), to: hash(to), validity: VALIDITY }
}

async fn a_created_session_is_found_as_it_was(fixture: &Fixture) {
    let handle = created(fixture, 1).await;

    let stored = found(fixture, handle).await.unwrap();

    assert_eq!(stored.session.handle, handle);
    assert_eq!(stored.session.user_id, alice());
    assert_eq!(stored.session.jwt_payload, None);
    assert_eq!(stored.session.created_at, START);
    assert_eq!(stored.session.refreshed_at, START);
    assert_eq!(stored.session.expires_at, START.after(VALIDITY));
    assert_eq!(stored.refresh_hash, hash(1));
    assert_eq!(stored.generation, 0);
}

async fn an_unknown_handle_is_no_session(fixture: &Fixture) {
    assert!(found(fixture, handle(&alice(), 1)).await.is_none());
}

async fn a_session_is_live_up_to_but_not_at_its_end(fixture: &Fixture) {
    let handle = created(fixture, 1).await;

    fixture.clock.advance(Duration::from_millis(59_999));
    assert!(found(fixture, handle).await.is_some());
    assert!(fixture.store.session_data(handle).await.unwrap().is_some());

    fixture.clock.advance(Duration::from_millis(1));
    assert!(found(fixture, handle).await.is_none());
    assert!(fixture.store.session_data(handle).await.unwrap().is_none());
    let list = fixture.store.sessions_of_user(&alice(), None, 10).await.unwrap();
    assert!(list.is_empty());
}

async fn payloads_come_back_byte_for_byte_and_absent_is_not_null(fixture: &Fixture) {
    let payloads = [
        None,
        Some("null"),
        Some("false"),
        Some("0"),
        Some("-0.0"),
        Some("1e400"),
        Some("\"\""),
        Some("[]"),
        Some("{ \"b\" : 1, \"a\" : [\"é😀\\u0000\"] }"),
    ];
    for (number, payload) in (0..).zip(payloads) {
        let payload = payload.map(|text| Json::parse(text).unwrap());
        let session = NewSession {
            jwt_payload: payload.clone(),
            data: payload.clone(),
            ..new_session(&alice(), number)
        };
        let handle = session.handle;
        fixture.store.create_session(session).await.unwrap();

        assert_eq!(found(fixture, handle).await.unwrap().session.jwt_payload, payload);
        let data = fixture.store.session_data(handle).await.unwrap().unwrap();
        assert_eq!(data.version, u64::from(payload.is_some()));
        assert_eq!(data.data, payload);
    }
}

async fn a_rotation_moves_the_hash_the_generation_and_the_end(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    fixture.clock.advance(Duration::from_secs(10));

    let outcome = fixture.store.rotate(rotate(handle, 1, 2)).await.unwrap();

    assert_eq!(outcome, Rotation::Advanced);
    let stored = found(fixture, handle).await.unwrap();
    assert_eq!(stored.refresh_hash, hash(2));
    assert_eq!(stored.generation, 1);
    assert_eq!(stored.session.created_at, START);
    assert_eq!(stored.session.refreshed_at, START.after(Duration::from_secs(10)));
    assert_eq!(stored.session.expires_at, START.after(Duration::from_secs(70)));
}

async fn a_rotation_from_another_hash_is_lost_and_changes_nothing(fixture: &Fixture) {
    let handle = created(fixture, 1).await;

    let outcome = fixture.store.rotate(rotate(handle, 9, 2)).await.unwrap();

    assert_eq!(outcome, Rotation::Lost);
    let stored = found(fixture, handle).await.unwrap();
    assert_eq!((stored.refresh_hash, stored.generation), (hash(1), 0));
}

async fn of_many_rotations_from_one_hash_exactly_one_advances(fixture: &Fixture) {
    let handle = created(fixture, 1).await;

    let racers: Vec<_> = (2..34)
        .map(|to| {
            let store = fixture.store.clone();
            tokio::spawn(async move { store.rotate(rotate(handle, 1, to)).await.unwrap() })
        })
        .collect();
    let mut advanced = 0;
    for racer in racers {
        advanced += u32::from(racer.await.unwrap() == Rotation::Advanced);
    }

    assert_eq!(advanced, 1);
    assert_eq!(found(fixture, handle).await.unwrap().generation, 1);
}

async fn a_rotation_of_an_expired_session_is_lost(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    fixture.clock.advance(VALIDITY);

    let outcome = fixture.store.rotate(rotate(handle, 1, 2)).await.unwrap();

    assert_eq!(outcome, Rotation::Lost);
    assert!(found(fixture, handle).await.is_none());
}

async fn revoking_removes_the_session_and_its_data(fixture: &Fixture) {
    let session = NewSession { data: Some(Json::parse("1").unwrap()), ..new_session(&alice(), 1) };
    let handle = session.handle;
    fixture.store.create_session(session).await.unwrap();

    assert!(fixture.store.revoke_session(handle, VALIDITY).await.unwrap());

    assert!(found(fixture, handle).await.is_none());
    assert_eq!(rows(fixture, "sessions").await, 0);
    assert_eq!(rows(fixture, "session_data").await, 0);
}

async fn revoking_twice_or_after_the_end_says_that_nothing_was_there(fixture: &Fixture) {
    let (first, second) = (created(fixture, 1).await, created(fixture, 2).await);

    assert!(fixture.store.revoke_session(first, VALIDITY).await.unwrap());
    assert!(!fixture.store.revoke_session(first, VALIDITY).await.unwrap());
    fixture.clock.advance(VALIDITY);
    assert!(!fixture.store.revoke_session(second, VALIDITY).await.unwrap());
}

async fn users_that_differ_in_a_byte_or_a_type_are_different(fixture: &Fixture) {
    let users: Vec<UserId> = [
        "\"alice\"",
        "\"Alice\"",
        "\"alice \"",
        "\" alice\"",
        "\"álice\"",
        "\"1\"",
        "1",
        "\"01\"",
        "\"😀\"",
        "\"😁\"",
    ]
    .iter()
    .map(|json| serde_json::from_str(json).unwrap())
    .collect();
    for (number, user) in (0..).zip(&users) {
        fixture.store.create_session(new_session(user, number)).await.unwrap();
    }

    for user in &users {
        let sessions = fixture.store.sessions_of_user(user, None, 10).await.unwrap();
        let owners: Vec<_> = sessions.iter().map(|stored| &stored.session.user_id).collect();
        assert_eq!(owners, [user]);
    }
    assert_eq!(fixture.store.revoke_user(&users[0], VALIDITY).await.unwrap().len(), 1);
    assert_eq!(rows(fixture, "sessions").await, 9);
}

async fn a_users_sessions_come_in_pages_in_order_of_handles(fixture: &Fixture) {
    for number in [3, 1, 2] {
        created(fixture, number).await;
    }
    let page = async |after| {
        let page = fixture.store.sessions_of_user(&alice(), after, 2).await.unwrap();
        page.iter().map(|stored| stored.session.handle).collect::<Vec<_>>()
    };

    assert_eq!(page(None).await, [handle(&alice(), 1), handle(&alice(), 2)]);
    assert_eq!(page(Some(handle(&alice(), 2))).await, [handle(&alice(), 3)]);
    assert!(page(Some(handle(&alice(), 3))).await.is_empty());
}

async fn revoking_a_user_ends_all_of_its_sessions_and_nobody_elses(fixture: &Fixture) {
    let bob = UserId::text("bob").unwrap();
    let (first, second) = (created(fixture, 1).await, created(fixture, 2).await);
    fixture.store.create_session(new_session(&bob, 3)).await.unwrap();

    let mut revoked = fixture.store.revoke_user(&alice(), VALIDITY).await.unwrap();

    revoked.sort_unstable();
    assert_eq!(revoked, [first, second]);
    assert!(found(fixture, first).await.is_none());
    assert!(found(fixture, handle(&bob, 3)).await.is_some());
    assert!(fixture.store.revoke_user(&alice(), VALIDITY).await.unwrap().is_empty());
}

async fn users_that_share_a_handle_prefix_are_kept_apart(fixture: &Fixture) {
    // A collision of the prefix's 4 bytes, forced: bob's session under a handle that alice could have.
    let bob = UserId::text("bob").unwrap();
    let shared = NewSession { handle: handle(&alice(), 2), ..new_session(&bob, 2) };
    let (alices, bobs) = (created(fixture, 1).await, shared.handle);
    fixture.store.create_session(shared).await.unwrap();

    let listed = fixture.store.sessions_of_user(&alice(), None, 10).await.unwrap();
    let revoked = fixture.store.revoke_user(&alice(), VALIDITY).await.unwrap();

    assert_eq!(listed.len(), 1);
    assert_eq!(revoked, [alices]);
    assert!(found(fixture, bobs).await.is_some());
}

async fn more_sessions_than_one_statement_takes_are_revoked_together(fixture: &Fixture) {
    for number in 0..501 {
        created(fixture, number).await;
    }
    assert_eq!(fixture.store.revoke_user(&alice(), VALIDITY).await.unwrap().len(), 501);
    assert_eq!(rows(fixture, "sessions").await, 0);
}

async fn the_databases_own_clock_decides_in_production(fixture: &Fixture) {
    let store = SqlStore::connect(&fixture.url, 1, StoreClock::Database).await.unwrap();
    let session = new_session(&alice(), 1);
    let handle = session.handle;
    store.create_session(session).await.unwrap();

    let stored = store.session(handle).await.unwrap().unwrap();

    // The servers run on this machine, so their clock is this machine's.
    let now = wayleave_origin::clock::Clock::now(&wayleave_origin::clock::SystemClock);
    let UnixMilliseconds(created_at) = stored.session.created_at;
    assert!(created_at.abs_diff(now.0) < 60_000, "{created_at} is not about {}", now.0);
    assert_eq!(stored.session.expires_at, stored.session.created_at.after(VALIDITY));
    store.close().await;
}

pub(crate) async fn rows(fixture: &Fixture, table: &str) -> i64 {
    let mut connection = fixture.connection().await;
    let statement = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) AS count FROM {table}"));
    sqlx::query(statement).fetch_one(&mut connection).await.unwrap().get("count")
}
