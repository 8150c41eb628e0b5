//! Promises about the data that a log-in brings: small, it stands in the session's own row until it is replaced; and nobody can tell where it stands.

use crate::{
    Promise,
    engine::Fixture,
    promises,
    rotation::rotate,
    sessions::{ENDING, ONCE, VALIDITY, alice, handle, json_of, new_session, rows},
};
use sqlx::{AssertSqlSafe, Row};
use wayleave_origin::store::{DataUpdate, NewSession, Store};
use wayleave_shared::{json::Json, session_handle::SessionHandle};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        data_of_a_log_in_is_version_1_wherever_it_stands,
        up_to_1024_bytes_of_a_log_in_stand_in_the_sessions_row_and_more_in_a_row_of_their_own,
        every_kind_of_json_that_a_log_in_brings_comes_back_byte_for_byte,
        what_a_log_in_brought_is_gone_from_the_sessions_row_once_it_is_replaced,
        an_expected_version_is_compared_with_that_of_the_log_ins_data,
        of_many_writes_over_the_log_ins_data_with_its_version_exactly_one_is_stored,
        many_writes_over_the_log_ins_data_are_all_counted,
        a_refresh_leaves_the_log_ins_data_alone,
        the_end_of_a_session_is_the_end_of_the_log_ins_data,
        the_removal_of_an_expired_session_removes_the_log_ins_data,
    ]
}

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

/// A session of alice that was logged in with this data.
async fn logged_in_with(fixture: &Fixture, number: u16, data: &Json) -> SessionHandle {
    let session = NewSession { data: Some(data.clone()), ..new_session(&alice(), number) };
    fixture.store.create_session(session).await.unwrap();
    handle(&alice(), number)
}

async fn stored(fixture: &Fixture, handle: SessionHandle) -> (Option<Json>, u64) {
    let data = fixture.store.session_data(handle).await.unwrap().unwrap();
    (data.data, data.version)
}

/// How many bytes of data stand in the session's own row, and in the row of its own; `None` where there are none.
async fn bytes_in_rows(fixture: &Fixture, handle: SessionHandle) -> (Option<i64>, Option<i64>) {
    let length = async |column: &str, table: &str| {
        let mut connection = fixture.connection().await;
        let select =
            AssertSqlSafe(format!("SELECT LENGTH({column}) AS n FROM {table} WHERE handle = ?"));
        let query = sqlx::query(select).bind(handle.as_bytes().to_vec());
        let found = query.fetch_optional(&mut connection).await.unwrap();
        found.and_then(|found| found.get::<Option<i64>, _>("n"))
    };
    (length("first_data", "sessions").await, length("data", "session_data").await)
}

async fn data_of_a_log_in_is_version_1_wherever_it_stands(fixture: &Fixture) {
    for (number, bytes) in (0..).zip([2, 1023, 1024, 1025, 5000]) {
        let data = json_of(bytes);

        let handle = logged_in_with(fixture, number, &data).await;

        assert_eq!(stored(fixture, handle).await, (Some(data), 1), "{bytes} bytes");
    }
}

async fn up_to_1024_bytes_of_a_log_in_stand_in_the_sessions_row_and_more_in_a_row_of_their_own(
    fixture: &Fixture,
) {
    let most = logged_in_with(fixture, 1, &json_of(1024)).await;
    let more = logged_in_with(fixture, 2, &json_of(1025)).await;

    assert_eq!(bytes_in_rows(fixture, most).await, (Some(1024), None));
    assert_eq!(bytes_in_rows(fixture, more).await, (None, Some(1025)));
}

async fn every_kind_of_json_that_a_log_in_brings_comes_back_byte_for_byte(fixture: &Fixture) {
    let texts = ["null", "false", "0", "-0.0", "\"\"", "[]", "{}", "{ \"é😀\" : [\"\\u0000\"] }"];
    for (number, text) in (0..).zip(texts) {
        let handle = logged_in_with(fixture, number, &json(text)).await;

        assert_eq!(stored(fixture, handle).await, (Some(json(text)), 1));
    }
    assert_eq!(rows(fixture, "session_data").await, 0);
}

async fn what_a_log_in_brought_is_gone_from_the_sessions_row_once_it_is_replaced(
    fixture: &Fixture,
) {
    let handle = logged_in_with(fixture, 1, &json("\"first\"")).await;

    let outcome = fixture.store.update_session_data(handle, &json("2"), None, ONCE).await.unwrap();

    assert_eq!(outcome, DataUpdate::Stored(2));
    assert_eq!(stored(fixture, handle).await, (Some(json("2")), 2));
    assert_eq!(bytes_in_rows(fixture, handle).await, (None, Some(1)));
}

async fn an_expected_version_is_compared_with_that_of_the_log_ins_data(fixture: &Fixture) {
    let handle = logged_in_with(fixture, 1, &json("\"first\"")).await;
    let update = async |text: &str, expected| {
        fixture.store.update_session_data(handle, &json(text), Some(expected), ONCE).await.unwrap()
    };

    assert_eq!(update("0", 0).await, DataUpdate::Conflict(1));
    assert_eq!(update("0", 2).await, DataUpdate::Conflict(1));
    assert_eq!(stored(fixture, handle).await, (Some(json("\"first\"")), 1));
    assert_eq!(update("1", 1).await, DataUpdate::Stored(2));
    assert_eq!(update("0", 1).await, DataUpdate::Conflict(2));
    assert_eq!(stored(fixture, handle).await, (Some(json("1")), 2));
}

async fn of_many_writes_over_the_log_ins_data_with_its_version_exactly_one_is_stored(
    fixture: &Fixture,
) {
    let outcomes = race(fixture, Some(1)).await;

    let stored = outcomes.iter().filter(|outcome| **outcome == DataUpdate::Stored(2)).count();
    let lost = outcomes.iter().filter(|outcome| **outcome == DataUpdate::Conflict(2)).count();
    assert_eq!((stored, lost), (1, 31));
}

async fn many_writes_over_the_log_ins_data_are_all_counted(fixture: &Fixture) {
    let mut versions: Vec<_> = race(fixture, None)
        .await
        .into_iter()
        .map(|outcome| match outcome {
            DataUpdate::Stored(version) => version,
            other => panic!("{other:?}"),
        })
        .collect();

    versions.sort_unstable();
    assert_eq!(versions, (2..34).collect::<Vec<_>>());
}

/// What becomes of 32 writes at once.
async fn race(fixture: &Fixture, expected: Option<u64>) -> Vec<DataUpdate> {
    let handle = logged_in_with(fixture, 1, &json("\"first\"")).await;
    let racers: Vec<_> = (0..32)
        .map(|number| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                let data = Json::parse(number.to_string()).unwrap();
                store.update_session_data(handle, &data, expected, ONCE).await.unwrap()
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for racer in racers {
        outcomes.push(racer.await.unwrap());
    }
    outcomes
}

async fn a_refresh_leaves_the_log_ins_data_alone(fixture: &Fixture) {
    let handle = logged_in_with(fixture, 1, &json("\"first\"")).await;

    fixture.store.rotate(rotate(handle, 1, 2)).await.unwrap();

    assert_eq!(stored(fixture, handle).await, (Some(json("\"first\"")), 1));
}

async fn the_end_of_a_session_is_the_end_of_the_log_ins_data(fixture: &Fixture) {
    let handle = logged_in_with(fixture, 1, &json("\"first\"")).await;

    assert!(fixture.store.revoke_session(handle, ENDING).await.unwrap());

    assert!(fixture.store.session_data(handle).await.unwrap().is_none());
    let outcome = fixture.store.update_session_data(handle, &json("2"), None, ONCE).await.unwrap();
    assert_eq!(outcome, DataUpdate::NoSession);
    assert_eq!((rows(fixture, "sessions").await, rows(fixture, "session_data").await), (0, 0));
}

async fn the_removal_of_an_expired_session_removes_the_log_ins_data(fixture: &Fixture) {
    let handle = logged_in_with(fixture, 1, &json("\"first\"")).await;
    fixture.clock.advance(VALIDITY);
    assert!(fixture.store.session_data(handle).await.unwrap().is_none());
    let outcome = fixture.store.update_session_data(handle, &json("2"), None, ONCE).await.unwrap();
    assert_eq!(outcome, DataUpdate::NoSession);

    assert_eq!(fixture.store.remove_expired(None, 10).await.unwrap().removed, 1);

    assert_eq!((rows(fixture, "sessions").await, rows(fixture, "session_data").await), (0, 0));
}
