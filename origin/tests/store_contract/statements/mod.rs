//! Promises about the statements themselves: each that touches sessions or their data finds its rows by the primary key, and the tables need nothing but that.
//!
//! What is looked at is what is executed: the statements come from the driver's own log while every operation of the store runs.

mod capture;
mod plan;

use crate::{
    Promise,
    engine::{Fixture, START},
    imported_sessions::imported,
    promises,
    rotation::rotate,
    sessions::{
        ENDING, ONCE, VALIDITY, alice, created_with_data, handle, hash, json_of, new_session,
    },
};
use capture::Capture;
use sqlx::Row;
use std::{future::Future, pin::Pin};
use wayleave_origin::store::{
    Ending, EventId, ImportMode, NewSession, NewSigningKey, RemoveKey, Rotate, SqlStore, Store,
    StoreClock, Use,
};
use wayleave_shared::{
    claims::RefreshHashPrefix, client::Client, json::Json, time::UnixMilliseconds,
    wire::Confirmation,
};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        every_statement_about_sessions_and_their_data_carries_the_primary_key,
        every_statement_about_sessions_and_their_data_is_planned_by_the_primary_key,
        the_tables_have_no_foreign_key_no_sequence_and_sessions_no_second_index,
        nothing_but_log_ins_and_what_is_about_data_names_the_log_ins_data,
        a_log_in_with_little_data_is_one_statement_and_with_much_one_transaction,
    ]
}

type Operation<'store> = (&'static str, Pin<Box<dyn Future<Output = ()> + Send + 'store>>);

/// Everything that a store does, in an order in which everything finds what it works on.
fn operations(store: &SqlStore) -> Vec<Operation<'_>> {
    let json = || Json::parse("1").unwrap();
    let at = |number| handle(&alice(), number);
    let confirmation =
        move |number| Confirmation { handle: at(number), refresh_hash: RefreshHashPrefix([1; 16]) };
    let with_event = Ending { event: true, ..ENDING };
    let create = NewSession {
        jwt_payload: Some(json()),
        data: Some(json()),
        client: Some(Client { name: Some("x".to_owned()), address: None }),
        ..new_session(&alice(), 100)
    };
    let much = NewSession { data: Some(json_of(1025)), ..new_session(&alice(), 102) };
    let imports = [imported(201), imported(202)];
    let (refreshed_at, expires_at) = (START.after(VALIDITY), START.after(2 * VALIDITY));
    let rotation = Rotate { refreshed_at, expires_at, ..rotate(at(1), 1, 2) };
    let noted = Use { handle: at(1), token: hash(2), refreshed_at, expires_at };
    macro_rules! operations {
        ($($name:literal: $call:expr),+ $(,)?) => {
            vec![$(($name, Box::pin(async move { drop($call.await.map(|done| vec![done]).unwrap()) }))),+]
        };
    }
    operations![
        "create": store.create_session(create),
        "create without data": store.create_session(new_session(&alice(), 101)),
        "create with much data": store.create_session(much),
        "read": store.session(at(1)),
        "rotate": store.rotate(rotation),
        "note use": store.note_use(noted),
        "confirm": store.confirm(&[confirmation(2), confirmation(3), confirmation(4)]),
        "list": store.sessions_of_user(&alice(), None, 100),
        "list on": store.sessions_of_user(&alice(), Some(at(2)), 100),
        "payload": store.update_payload(at(1), Some(&json())),
        "read data": store.session_data(at(1)),
        "first data": store.update_session_data(at(101), &json(), None, ONCE),
        "data after the log-in's": store.update_session_data(at(100), &json(), None, ONCE),
        "more data": store.update_session_data(at(1), &json(), Some(1), ONCE),
        "revoke one": store.revoke_session(at(1), with_event),
        "revoke surplus": store.revoke_surplus(&alice(), 8, with_event),
        "revoke all but one": store.revoke_user(&alice(), Some(at(100)), with_event),
        "revoke all": store.revoke_user(&alice(), None, with_event),
        "remove expired": store.remove_expired(None, 1000),
        "import": store.import_sessions(&imports, ImportMode::Keep),
        "imported token": store.session_of_imported_token(hash(101)),
        "take back": store.take_back_imports(None, 10),
        "remove import": store.remove_import(imported(201).source),
        "forget imports": store.forget_imports(10),
        "report": store.report(&alice(), at(1)),
        "take events": store.take_events(10, VALIDITY),
        "postpone event": store.postpone_event(EventId([1; 16]), VALIDITY),
        "finish event": store.finish_event(EventId([1; 16])),
        "feed": store.revocations(None, 10),
        "forget revocations": store.forget_revocations(10),
        "hold lease": store.hold_lease("work", [1; 16], VALIDITY),
        "release lease": store.release_lease("work", [1; 16]),
        "add key": store.add_signing_key(key(1)),
        "keys": store.signing_keys(),
        "raise validity": store.raise_validity(1, VALIDITY),
        "remove key": store.remove_signing_key(removal()),
        "forget keys": store.forget_signing_keys(&[1]),
        "ping": store.ping(),
    ]
}

fn key(generation: u64) -> NewSigningKey {
    NewSigningKey {
        generation,
        key_id: "a".parse().unwrap(),
        sealed_seed: vec![1],
        signs_from: UnixMilliseconds(1),
        signs_until: UnixMilliseconds(2),
        longest_validity: VALIDITY,
    }
}

fn removal() -> RemoveKey {
    RemoveKey { key: "a".parse().unwrap(), successor: None, remember: VALIDITY }
}

/// What each operation executes: its name, and one line per statement.
async fn executed(fixture: &Fixture) -> Vec<(&'static str, String)> {
    // Two that will have expired, and more live ones than the limit of the operation that enforces one.
    let bob = wayleave_shared::user_id::UserId::text("bob").unwrap();
    for number in 0..2 {
        fixture.store.create_session(new_session(&bob, number)).await.unwrap();
    }
    fixture.clock.advance(VALIDITY);
    for number in 1..10 {
        created_with_data(fixture, number).await;
    }
    let clock = StoreClock::Given(fixture.clock.clone());
    let store = SqlStore::connect(&fixture.url, 1, clock).await.unwrap();

    let mut all = Vec::new();
    for (name, operation) in operations(&store) {
        let capture = Capture::begin();
        capture.around(operation).await;
        // SQLite's thread tells a statement after its answer, but before it begins the next.
        store.ping().await.unwrap();
        let statements = capture.statements();
        assert!(!statements.is_empty(), "{name} executed nothing that was seen");
        all.extend(statements.into_iter().map(|statement| (name, statement)));
    }
    store.close().await;
    all
}

/// Whether it reads or writes rows of the table, not only a column of the same name.
fn is_about(statement: &str, table: &str) -> bool {
    ["FROM", "INTO", "JOIN", "UPDATE"].iter().any(|word| {
        statement
            .split(&format!("{word} {table}"))
            .skip(1)
            .any(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_'))
    })
}

fn carries_the_primary_key(statement: &str) -> bool {
    match statement.split_once(" WHERE ") {
        Some((_, conditions)) => {
            ["handle = ?", "handle IN (?", "handle BETWEEN ? AND ?", "handle > ?"]
                .iter()
                .any(|condition| conditions.contains(condition))
        }
        None => statement.starts_with("INSERT INTO") && statement.contains("handle"),
    }
}

async fn every_statement_about_sessions_and_their_data_carries_the_primary_key(fixture: &Fixture) {
    let executed = executed(fixture).await;

    let touching: Vec<_> = executed
        .iter()
        .filter(|(_, statement)| {
            is_about(statement, "sessions") || is_about(statement, "session_data")
        })
        .collect();
    assert!(touching.len() > 25, "{} statements", touching.len());
    for (name, statement) in touching {
        assert!(carries_the_primary_key(statement), "{name}: {statement}");
    }
}

async fn every_statement_about_sessions_and_their_data_is_planned_by_the_primary_key(
    fixture: &Fixture,
) {
    let mut executed = executed(fixture).await;
    executed.retain(|(_, statement)| {
        !statement.starts_with("INSERT")
            && (is_about(statement, "sessions") || is_about(statement, "session_data"))
    });
    plan::fill(fixture).await;

    let mut planned = 0;
    for (name, statement) in &executed {
        for step in plan::explain(fixture, statement).await {
            assert!(step.is_by_primary_key(), "{name}: {statement}\n{step:?}");
            planned += 1;
        }
    }
    assert!(planned > 20, "{planned} steps");
}

async fn the_tables_have_no_foreign_key_no_sequence_and_sessions_no_second_index(
    fixture: &Fixture,
) {
    let statements = if fixture.url.starts_with("sqlite:") {
        [
            "SELECT COUNT(*) AS count FROM sqlite_master WHERE sql LIKE '%REFERENCES%' OR sql LIKE '%FOREIGN%'",
            "SELECT COUNT(*) AS count FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'",
            // The primary key's own index has no text.
            "SELECT COUNT(*) AS count FROM sqlite_master
              WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('sessions', 'session_data')",
        ]
    } else {
        [
            "SELECT COUNT(*) AS count FROM information_schema.key_column_usage
              WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL",
            "SELECT COUNT(*) AS count FROM information_schema.columns
              WHERE table_schema = DATABASE() AND extra LIKE '%auto_increment%'",
            "SELECT COUNT(*) AS count FROM information_schema.statistics
              WHERE table_schema = DATABASE() AND index_name <> 'PRIMARY' AND table_name IN ('sessions', 'session_data')",
        ]
    };
    let mut connection = fixture.connection().await;
    for statement in statements {
        let found = sqlx::query(statement).fetch_one(&mut connection).await.unwrap();
        assert_eq!(found.get::<i64, _>("count"), 0, "{statement}");
    }
}

/// A refresh or a list does not carry up to a kibibyte for each session that nobody asked for.
async fn nothing_but_log_ins_and_what_is_about_data_names_the_log_ins_data(fixture: &Fixture) {
    let mut naming: Vec<_> = executed(fixture)
        .await
        .into_iter()
        .filter(|(_, statement)| statement.contains("first_data") || statement.contains("SELECT *"))
        .map(|(name, _)| name)
        .collect();

    naming.sort_unstable();
    naming.dedup();
    let expected = [
        "create",
        "create with much data",
        "create without data",
        "data after the log-in's",
        "first data",
        "more data",
        "read data",
    ];
    // The servers tell the version of what has a row of its own without looking.
    let looks_first = |name: &&str| fixture.url.starts_with("sqlite:") || *name != "more data";
    assert_eq!(naming, expected.into_iter().filter(looks_first).collect::<Vec<_>>());
}

/// A round trip each.
async fn a_log_in_with_little_data_is_one_statement_and_with_much_one_transaction(
    fixture: &Fixture,
) {
    let clock = StoreClock::Given(fixture.clock.clone());
    let store = SqlStore::connect(&fixture.url, 1, clock).await.unwrap();
    store.ping().await.unwrap();
    let log_in = async |number, data| {
        let capture = Capture::begin();
        let new = NewSession { data, ..new_session(&alice(), number) };
        capture.around(store.create_session(new)).await.unwrap();
        store.ping().await.unwrap();
        let words = |statement: String| {
            statement.split(' ').take(3).collect::<Vec<_>>().join(" ").to_uppercase()
        };
        capture.statements().into_iter().map(words).collect::<Vec<_>>()
    };

    for (number, data) in [(1, None), (2, Some(json_of(2))), (3, Some(json_of(1024)))] {
        assert_eq!(log_in(number, data).await, ["INSERT INTO SESSIONS"]);
    }
    let begin = if fixture.url.starts_with("sqlite:") { "BEGIN IMMEDIATE" } else { "BEGIN" };
    assert_eq!(
        log_in(4, Some(json_of(1025))).await,
        [begin, "INSERT INTO SESSIONS", "INSERT INTO SESSION_DATA", "COMMIT"]
    );
    store.close().await;
}
