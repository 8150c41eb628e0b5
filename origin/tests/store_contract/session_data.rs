//! Promises about session data.

use crate::{
    Promise,
    engine::Fixture,
    promises,
    rotation::rotate,
    sessions::{ENDING, ONCE, VALIDITY, alice, created, handle, new_session, rows},
};
use std::num::NonZeroU64;
use wayleave_origin::store::{DataUpdate, NewSession, Store};
use wayleave_shared::json::Json;

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        a_session_without_data_has_version_0,
        each_write_counts_also_of_the_same_value,
        a_write_that_counts_as_many_raises_the_version_by_as_many,
        a_write_with_the_stored_version_succeeds_and_with_another_changes_nothing,
        data_of_no_session_is_neither_read_nor_written,
        data_of_an_expired_session_is_neither_read_nor_written,
        a_refresh_leaves_the_data_alone,
        of_many_writes_with_one_version_exactly_one_is_stored,
        many_writes_without_a_version_are_all_counted,
        a_write_racing_a_revocation_leaves_no_data_behind,
        data_of_a_mebibyte_is_kept,
        every_kind_of_json_comes_back_byte_for_byte,
    ]
}

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

async fn a_session_without_data_has_version_0(fixture: &Fixture) {
    let handle = created(fixture, 1).await;

    let data = fixture.store.session_data(handle).await.unwrap().unwrap();

    assert_eq!((data.data, data.version), (None, 0));
}

async fn each_write_counts_also_of_the_same_value(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    for version in 1..=3 {
        let outcome =
            fixture.store.update_session_data(handle, &json("[1]"), None, ONCE).await.unwrap();
        assert_eq!(outcome, DataUpdate::Stored(version));
    }
    let data = fixture.store.session_data(handle).await.unwrap().unwrap();
    assert_eq!((data.data, data.version), (Some(json("[1]")), 3));
}

async fn a_write_that_counts_as_many_raises_the_version_by_as_many(fixture: &Fixture) {
    let without = created(fixture, 1).await;
    let with = NewSession { data: Some(json("0")), ..new_session(&alice(), 2) };
    let with_first_data = with.handle;
    fixture.store.create_session(with).await.unwrap();
    let update = async |handle, text: &str, expected, writes| {
        let writes = NonZeroU64::new(writes).unwrap();
        fixture.store.update_session_data(handle, &json(text), expected, writes).await.unwrap()
    };

    assert_eq!(update(without, "1", None, 3).await, DataUpdate::Stored(3));
    assert_eq!(update(without, "2", None, 5).await, DataUpdate::Stored(8));
    assert_eq!(update(without, "3", Some(7), 2).await, DataUpdate::Conflict(8));
    assert_eq!(update(without, "4", Some(8), 2).await, DataUpdate::Stored(10));
    assert_eq!(update(with_first_data, "5", None, 64).await, DataUpdate::Stored(65));

    for (handle, text, version) in [(without, "4", 10), (with_first_data, "5", 65)] {
        let data = fixture.store.session_data(handle).await.unwrap().unwrap();
        assert_eq!((data.data, data.version), (Some(json(text)), version));
    }
}

async fn a_write_with_the_stored_version_succeeds_and_with_another_changes_nothing(
    fixture: &Fixture,
) {
    let handle = created(fixture, 1).await;
    let update = async |text: &str, expected| {
        fixture.store.update_session_data(handle, &json(text), Some(expected), ONCE).await.unwrap()
    };

    assert_eq!(update("1", 1).await, DataUpdate::Conflict(0));
    assert_eq!(update("1", 0).await, DataUpdate::Stored(1));
    assert_eq!(update("2", 0).await, DataUpdate::Conflict(1));
    assert_eq!(update("3", 1).await, DataUpdate::Stored(2));
    assert_eq!(update("4", 1).await, DataUpdate::Conflict(2));
    assert_eq!(update("4", 3).await, DataUpdate::Conflict(2));

    let data = fixture.store.session_data(handle).await.unwrap().unwrap();
    assert_eq!(data.data, Some(json("3")));
}

async fn data_of_no_session_is_neither_read_nor_written(fixture: &Fixture) {
    let nobody = handle(&alice(), 1);

    let outcome = fixture.store.update_session_data(nobody, &json("1"), None, ONCE).await.unwrap();

    assert_eq!(outcome, DataUpdate::NoSession);
    assert!(fixture.store.session_data(nobody).await.unwrap().is_none());
    assert_eq!(rows(fixture, "session_data").await, 0);
}

async fn data_of_an_expired_session_is_neither_read_nor_written(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    fixture.clock.advance(VALIDITY);

    let outcome = fixture.store.update_session_data(handle, &json("1"), None, ONCE).await.unwrap();

    assert_eq!(outcome, DataUpdate::NoSession);
    assert!(fixture.store.session_data(handle).await.unwrap().is_none());
}

async fn a_refresh_leaves_the_data_alone(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    fixture.store.update_session_data(handle, &json("1"), None, ONCE).await.unwrap();

    fixture.store.rotate(rotate(handle, 1, 2)).await.unwrap();

    let data = fixture.store.session_data(handle).await.unwrap().unwrap();
    assert_eq!((data.data, data.version), (Some(json("1")), 1));
}

async fn of_many_writes_with_one_version_exactly_one_is_stored(fixture: &Fixture) {
    let outcomes = race(fixture, Some(0)).await;

    let stored = outcomes.iter().filter(|outcome| **outcome == DataUpdate::Stored(1)).count();
    let lost = outcomes.iter().filter(|outcome| **outcome == DataUpdate::Conflict(1)).count();
    assert_eq!((stored, lost), (1, 31));
}

async fn many_writes_without_a_version_are_all_counted(fixture: &Fixture) {
    let outcomes = race(fixture, None).await;

    let mut versions: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| match outcome {
            DataUpdate::Stored(version) => version,
            other => panic!("{other:?}"),
        })
        .collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=32).collect::<Vec<_>>());
}

async fn race(fixture: &Fixture, expected: Option<u64>) -> Vec<DataUpdate> {
    let handle = created(fixture, 1).await;
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

async fn a_write_racing_a_revocation_leaves_no_data_behind(fixture: &Fixture) {
    for number in 0..20 {
        let handle = created(fixture, number).await;
        let writer = fixture.store.clone();
        let write = tokio::spawn(async move {
            writer
                .update_session_data(handle, &Json::parse("1").unwrap(), None, ONCE)
                .await
                .unwrap()
        });
        fixture.store.revoke_session(handle, ENDING).await.unwrap();
        write.await.unwrap();
    }
    assert_eq!(rows(fixture, "session_data").await, 0);
}

async fn data_of_a_mebibyte_is_kept(fixture: &Fixture) {
    // With its quotes exactly 2^20 bytes, of two and of four bytes a character.
    for (number, text) in (0..).zip(["é".repeat((1 << 19) - 1), "😀".repeat((1 << 18) - 1) + "xx"])
    {
        let large = json(&format!("\"{text}\""));
        assert_eq!(large.text().len(), 1 << 20);
        let from_the_start =
            NewSession { data: Some(large.clone()), ..new_session(&alice(), number) };
        let (first, later) = (from_the_start.handle, created(fixture, number + 10).await);

        fixture.store.create_session(from_the_start).await.unwrap();
        fixture.store.update_session_data(later, &large, None, ONCE).await.unwrap();

        for handle in [first, later] {
            let data = fixture.store.session_data(handle).await.unwrap().unwrap();
            assert!(data.data.as_ref() == Some(&large));
            assert_eq!(data.version, 1);
        }
    }
}

async fn every_kind_of_json_comes_back_byte_for_byte(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    for text in
        ["null", "false", "0", "-0.0", "1e400", "\"\"", "[]", "{}", "{ \"é😀\" : [\"\\u0000\"] }"]
    {
        fixture.store.update_session_data(handle, &json(text), None, ONCE).await.unwrap();

        let data = fixture.store.session_data(handle).await.unwrap().unwrap();
        assert_eq!(data.data, Some(json(text)));
    }
}
