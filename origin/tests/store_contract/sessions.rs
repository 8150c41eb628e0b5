//! Promises about sessions: kept as they were given, found while they are live.

use crate::{
    Promise,
    engine::{Fixture, START},
    promises,
};
use sqlx::Row;
use std::{collections::HashSet, num::NonZeroU64, sync::Arc, time::Duration};
use wayleave_origin::{
    clock::{Clock, ManualClock, SystemClock},
    store::{EndReason, Ending, NewSession, SqlStore, Store, StoreClock, StoredSession},
};
use wayleave_shared::{
    client::Client, json::Json, refresh_token::RefreshHash, session_handle::SessionHandle,
    time::UnixMilliseconds, user_id::UserId,
};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        a_created_session_is_found_as_it_was,
        an_unknown_handle_is_no_session,
        a_handle_is_given_once,
        a_session_is_live_up_to_but_not_at_its_end,
        a_session_tells_when_it_was_read_by_the_stores_clock,
        payloads_come_back_byte_for_byte_and_absent_is_not_null,
        a_payload_is_replaced_at_once_and_absent_is_not_null,
        a_payload_of_no_live_session_is_not_replaced,
        what_a_user_logged_in_with_comes_back,
        a_users_sessions_come_in_pages_in_order_of_handles,
        a_page_is_full_though_expired_sessions_lie_between,
        the_databases_own_clock_decides_in_production,
    ]
}

pub(crate) const VALIDITY: Duration = Duration::from_mins(1);

pub(crate) const REMEMBER: Duration = Duration::from_mins(61);

/// An end that somebody asked for, without an event.
pub(crate) const ENDING: Ending =
    Ending { reason: EndReason::Revoked, remember: REMEMBER, event: false };

/// A write of data that is no more than itself.
pub(crate) const ONCE: NonZeroU64 = NonZeroU64::MIN;

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
        client: None,
        validity: VALIDITY,
    }
}

/// A session of alice.
pub(crate) async fn created(fixture: &Fixture, number: u16) -> SessionHandle {
    let session = new_session(&alice(), number);
    let handle = session.handle;
    fixture.store.create_session(session).await.unwrap();
    handle
}

/// A session of alice whose data has a row of its own: it is too long for the session's.
pub(crate) async fn created_with_data(fixture: &Fixture, number: u16) -> SessionHandle {
    let session = NewSession { data: Some(json_of(1025)), ..new_session(&alice(), number) };
    let handle = session.handle;
    fixture.store.create_session(session).await.unwrap();
    handle
}

/// JSON of so many bytes: a string.
pub(crate) fn json_of(bytes: usize) -> Json {
    Json::parse(format!("\"{}\"", "x".repeat(bytes - 2))).unwrap()
}

pub(crate) async fn found(fixture: &Fixture, handle: SessionHandle) -> Option<StoredSession> {
    fixture.store.session(handle).await.unwrap()
}

/// The live sessions of a user.
pub(crate) async fn live(fixture: &Fixture, user_id: &UserId) -> HashSet<SessionHandle> {
    let sessions = fixture.store.sessions_of_user(user_id, None, 10_000).await.unwrap();
    sessions.iter().map(|stored| stored.session.handle).collect()
}

/// The same database through another store, whose clock stands elsewhere.
pub(crate) async fn store_at(fixture: &Fixture, now: UnixMilliseconds) -> SqlStore {
    let clock = StoreClock::Given(Arc::new(ManualClock::at(now)));
    SqlStore::connect(&fixture.url, 2, clock).await.unwrap()
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
    assert_eq!((stored.session.client, stored.session.current), (None, None));
    assert_eq!(stored.chain.current, hash(1));
    assert_eq!((stored.chain.parent, stored.chain.confirmed_at), (None, None));
    assert_eq!((stored.derivation, stored.generation), (None, 0));
}

async fn an_unknown_handle_is_no_session(fixture: &Fixture) {
    assert!(found(fixture, handle(&alice(), 1)).await.is_none());
}

async fn a_handle_is_given_once(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    let second = NewSession {
        refresh_hash: hash(2),
        data: Some(Json::parse("2").unwrap()),
        ..new_session(&alice(), 1)
    };

    assert!(fixture.store.create_session(second).await.is_err());

    assert_eq!(found(fixture, handle).await.unwrap().chain.current, hash(1));
    assert_eq!(rows(fixture, "session_data").await, 0);
}

async fn a_session_is_live_up_to_but_not_at_its_end(fixture: &Fixture) {
    let handle = created(fixture, 1).await;

    fixture.clock.advance(Duration::from_millis(59_999));
    assert!(found(fixture, handle).await.is_some());
    assert!(fixture.store.session_data(handle).await.unwrap().is_some());
    assert_eq!(live(fixture, &alice()).await.len(), 1);

    fixture.clock.advance(Duration::from_millis(1));
    assert!(found(fixture, handle).await.is_none());
    assert!(fixture.store.session_data(handle).await.unwrap().is_none());
    assert!(live(fixture, &alice()).await.is_empty());
}

async fn a_session_tells_when_it_was_read_by_the_stores_clock(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    fixture.clock.advance(Duration::from_millis(777));

    let stored = found(fixture, handle).await.unwrap();
    let listed = fixture.store.sessions_of_user(&alice(), None, 10).await.unwrap();

    let read_at = START.after(Duration::from_millis(777));
    assert_eq!((stored.read_at, listed[0].read_at), (read_at, read_at));
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

async fn a_payload_is_replaced_at_once_and_absent_is_not_null(fixture: &Fixture) {
    let (handle, other) = (created(fixture, 1).await, created(fixture, 2).await);
    for text in [Some("{\"role\":\"😀\"}"), Some("null"), None, None, Some("7")] {
        let payload = text.map(|text| Json::parse(text).unwrap());

        let updated = fixture.store.update_payload(handle, payload.as_ref()).await.unwrap();

        assert!(updated, "{text:?}");
        assert_eq!(found(fixture, handle).await.unwrap().session.jwt_payload, payload);
    }
    assert_eq!(found(fixture, other).await.unwrap().session.jwt_payload, None);
}

async fn a_payload_of_no_live_session_is_not_replaced(fixture: &Fixture) {
    let (expired, nobody) = (created(fixture, 1).await, handle(&alice(), 2));
    fixture.clock.advance(VALIDITY);

    for gone in [expired, nobody] {
        let payload = Json::parse("1").unwrap();
        assert!(!fixture.store.update_payload(gone, Some(&payload)).await.unwrap());
    }

    let before = store_at(fixture, START).await;
    assert_eq!(before.session(expired).await.unwrap().unwrap().session.jwt_payload, None);
    before.close().await;
}

async fn what_a_user_logged_in_with_comes_back(fixture: &Fixture) {
    let long = "😀".repeat(63);
    let clients = [
        (None, None),
        (Some(""), None),
        (Some("Firefox on Linux"), Some("192.0.2.7")),
        (Some("Тест 😀 '; --"), Some("2001:db8:1:2:3:4:5:6")),
        (None, Some("::ffff:192.0.2.7")),
        (Some(long.as_str()), Some("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")),
    ];
    for (number, (name, address)) in (0..).zip(clients) {
        let client = Client {
            name: name.map(str::to_owned),
            address: address.map(|address| address.parse().unwrap()),
        };
        let session = NewSession { client: Some(client.clone()), ..new_session(&alice(), number) };
        let handle = session.handle;
        fixture.store.create_session(session).await.unwrap();

        let kept = Some(client).filter(|client| *client != Client::default());
        assert_eq!(found(fixture, handle).await.unwrap().session.client, kept);
        let listed = fixture.store.sessions_of_user(&alice(), None, 10).await.unwrap();
        assert_eq!(listed.last().unwrap().session.client, kept);
    }
}

async fn a_users_sessions_come_in_pages_in_order_of_handles(fixture: &Fixture) {
    // By time they would come in another order.
    for number in [3, 1, 2] {
        created(fixture, number).await;
        fixture.clock.advance(Duration::from_secs(1));
    }

    assert_eq!(page(fixture, None).await, [handle(&alice(), 1), handle(&alice(), 2)]);
    assert_eq!(page(fixture, Some(handle(&alice(), 2))).await, [handle(&alice(), 3)]);
    assert!(page(fixture, Some(handle(&alice(), 3))).await.is_empty());
    // Where to go on may be a session that is over by now, or somebody else's.
    assert_eq!(page(fixture, Some(handle(&alice(), 0))).await.len(), 2);
    assert_eq!(page(fixture, Some(SessionHandle::from_bytes([0; 16]))).await.len(), 2);
    assert!(page(fixture, Some(SessionHandle::from_bytes([0xff; 16]))).await.is_empty());
}

async fn a_page_is_full_though_expired_sessions_lie_between(fixture: &Fixture) {
    for number in 1..=6 {
        created(fixture, number).await;
    }
    fixture.clock.advance(VALIDITY);
    for number in 7..=9 {
        created(fixture, number).await;
    }

    assert_eq!(page(fixture, None).await, [handle(&alice(), 7), handle(&alice(), 8)]);
}

async fn page(fixture: &Fixture, after: Option<SessionHandle>) -> Vec<SessionHandle> {
    let page = fixture.store.sessions_of_user(&alice(), after, 2).await.unwrap();
    page.iter().map(|stored| stored.session.handle).collect()
}

async fn the_databases_own_clock_decides_in_production(fixture: &Fixture) {
    let store = SqlStore::connect(&fixture.url, 1, StoreClock::Database).await.unwrap();
    let session = new_session(&alice(), 1);
    let handle = session.handle;
    store.create_session(session).await.unwrap();

    let stored = store.session(handle).await.unwrap().unwrap();

    // The servers run on this machine, so their clock is this machine's.
    let now = SystemClock.now();
    let UnixMilliseconds(created_at) = stored.session.created_at;
    assert!(created_at.abs_diff(now.0) < 60_000, "{created_at} is not about {}", now.0);
    assert!(stored.read_at >= stored.session.created_at);
    assert!(stored.read_at.0.abs_diff(now.0) < 60_000);
    assert_eq!(stored.session.expires_at, stored.session.created_at.after(VALIDITY));
    store.close().await;
}

pub(crate) async fn rows(fixture: &Fixture, table: &str) -> i64 {
    let mut connection = fixture.connection().await;
    let statement = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) AS count FROM {table}"));
    sqlx::query(statement).fetch_one(&mut connection).await.unwrap().get("count")
}
