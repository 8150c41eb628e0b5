//! Many writes of one session's data: those that arrive while one is under way are done together, and nobody can tell.

use crate::{
    Promise,
    capture::Capture,
    engine::Fixture,
    locked::{lock_one, until},
    origin::{Answer, Origin, path},
    promises,
};
use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe, Executor};
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
    time::Duration,
};
use tokio::{task::JoinSet, time::timeout};
use wayleave_origin::store::Store;

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        many_writers_at_two_origins_get_each_version_once_and_the_last_stays,
        sixty_four_writes_that_wait_take_few_statements_and_have_versions_in_order_of_arrival,
        writes_that_wait_while_the_session_is_ended_are_all_refused,
        writes_that_wait_for_what_stays_locked_are_all_unavailable,
        a_session_that_many_write_to_leaves_connections_to_others,
        a_write_whose_caller_leaves_is_done_and_the_others_lose_nothing,
    ]
}

type Request = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A session whose data was written once since the log-in: version 2.
async fn written(origin: &Origin) -> Value {
    let issued = origin.log_in("alice").await;
    assert_eq!(write(origin, &issued, 0).await.good()["version"], 2);
    issued
}

/// Replaces the data, whatever it is.
fn write(origin: &Origin, issued: &Value, value: u64) -> Request {
    let (origin, route) = (origin.clone(), format!("{}/data", path(issued)));
    Box::pin(async move { origin.call("PUT", &route, &json!({ "data": value })).await })
}

async fn data(origin: &Origin, issued: &Value) -> Value {
    origin.call("GET", &format!("{}/data", path(issued)), &Value::Null).await.good()
}

/// Holds what a write to this session needs, until the end of its transaction.
async fn hold(fixture: &Fixture, engine: &str, issued: &Value) -> AnyConnection {
    let mut holder = fixture.connection().await;
    if engine == "sqlite" {
        holder.execute("BEGIN IMMEDIATE").await.unwrap();
    } else {
        holder.execute("BEGIN").await.unwrap();
        lock_one(&mut holder, issued).await;
    }
    holder
}

/// As many writes, in this order: begun, and not answered. The first value is 1.
async fn begun(origin: &Origin, issued: &Value, writes: u64) -> Vec<Request> {
    let mut requests = Vec::new();
    for value in 1..=writes {
        let mut request = write(origin, issued, value);
        // The first look takes a request to where it waits: for its own write, or somebody else's.
        let is_waiting =
            poll_fn(|context| Poll::Ready(request.as_mut().poll(context).is_pending())).await;
        assert!(is_waiting);
        requests.push(request);
    }
    requests
}

async fn answers(requests: Vec<Request>) -> Vec<Answer> {
    let mut answers = Vec::new();
    for request in requests {
        answers.push(request.await);
    }
    answers
}

fn versions(answers: Vec<Answer>) -> Vec<u64> {
    answers.into_iter().map(|answer| answer.good()["version"].as_u64().unwrap()).collect()
}

async fn many_writers_at_two_origins_get_each_version_once_and_the_last_stays(
    fixture: &Fixture,
    _: &str,
) {
    let mut origins = Vec::new();
    for _ in 0..2 {
        origins.push(Origin::connect(&fixture.url, 4, "10s").await);
    }
    // Version 1 is the log-in's.
    let issued = origins[0].log_in("alice").await;
    let mut writes = JoinSet::new();
    for value in 0..200 {
        let write = write(&origins[value % 2], &issued, value as u64);
        writes.spawn(async move { (write.await.good()["version"].as_u64().unwrap(), value) });
    }
    let mut written = writes.join_all().await;

    written.sort_unstable();
    let versions: Vec<_> = written.iter().map(|(version, _)| *version).collect();
    assert_eq!(versions, (2..=201).collect::<Vec<_>>());
    let (version, value) = written[199];
    assert_eq!(data(&origins[0], &issued).await, json!({"data": value, "version": version}));
    for origin in origins {
        origin.close().await;
    }
}

async fn sixty_four_writes_that_wait_take_few_statements_and_have_versions_in_order_of_arrival(
    fixture: &Fixture,
    engine: &str,
) {
    let origin = Origin::connect(&fixture.url, 1, "10s").await;
    let issued = written(&origin).await;
    let mut holder = hold(fixture, engine, &issued).await;
    let capture = Capture::begin();

    let requests = capture.around(begun(&origin, &issued, 64)).await;
    holder.execute("COMMIT").await.unwrap();
    let answers = capture.around(answers(requests)).await;

    assert_eq!(versions(answers), (3..=66).collect::<Vec<_>>());
    assert_eq!(data(&origin, &issued).await, json!({"data": 64, "version": 66}));
    // SQLite's thread tells a statement after its answer, but before it begins the next.
    origin.store.ping().await.unwrap();
    let statements = capture.statements();
    let updates = statements.iter().filter(|one| one.starts_with("UPDATE session_data"));
    // One for the first, one for all others. On a machine that stands still for seconds each may meet the end of its wait for the lock five times.
    let updates = updates.count();
    assert!((1..=12).contains(&updates), "{updates} statements");
    origin.close().await;
}

async fn writes_that_wait_while_the_session_is_ended_are_all_refused(
    fixture: &Fixture,
    engine: &str,
) {
    let origin = Origin::connect(&fixture.url, 4, "10s").await;
    let issued = written(&origin).await;
    let mut holder = hold(fixture, engine, &issued).await;

    let requests = begun(&origin, &issued, 20).await;
    // As whoever ends it does; there is no other session.
    for table in ["sessions", "session_data"] {
        let delete = AssertSqlSafe(format!("DELETE FROM {table}"));
        assert_eq!(holder.execute(delete).await.unwrap().rows_affected(), 1);
    }
    holder.execute("COMMIT").await.unwrap();

    for answer in answers(requests).await {
        assert!(answer.is_unauthorised(), "{} {}", answer.status, answer.body);
    }
    origin.close().await;
}

async fn writes_that_wait_for_what_stays_locked_are_all_unavailable(
    fixture: &Fixture,
    engine: &str,
) {
    let origin = Origin::connect(&fixture.url, 4, "10s").await;
    let issued = written(&origin).await;
    let mut holder = hold(fixture, engine, &issued).await;

    // A statement is seen when it has failed. So the first write is under way, and all others wait for it.
    let capture = Capture::begin();
    let mut requests = capture.around(begun(&origin, &issued, 1)).await;
    until(async || !capture.statements().is_empty()).await;
    requests.extend(begun(&origin, &issued, 20).await);
    for answer in answers(requests).await {
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert_eq!(answer.body["code"], "unavailable");
        assert_eq!(answer.headers["retry-after"], "1");
    }
    holder.execute("ROLLBACK").await.unwrap();

    assert_eq!(data(&origin, &issued).await, json!({"data": 0, "version": 2}));
    assert_eq!(write(&origin, &issued, 1).await.good()["version"], 3);
    origin.close().await;
}

async fn a_session_that_many_write_to_leaves_connections_to_others(
    fixture: &Fixture,
    engine: &str,
) {
    let origin = Origin::connect(&fixture.url, 2, "10s").await;
    let other = origin.log_in("bob").await;
    let issued = written(&origin).await;
    let mut holder = hold(fixture, engine, &issued).await;

    let requests = begun(&origin, &issued, 20).await;
    let read = timeout(Duration::from_mins(1), data(&origin, &other)).await.unwrap();

    assert_eq!(read, json!({"data": {}, "version": 1}));
    holder.execute("COMMIT").await.unwrap();
    assert_eq!(versions(answers(requests).await), (3..=22).collect::<Vec<_>>());
    origin.close().await;
}

async fn a_write_whose_caller_leaves_is_done_and_the_others_lose_nothing(
    fixture: &Fixture,
    engine: &str,
) {
    let origin = Origin::connect(&fixture.url, 2, "10s").await;
    let issued = written(&origin).await;
    let mut holder = hold(fixture, engine, &issued).await;

    let mut requests = begun(&origin, &issued, 6).await;
    // The one that all others wait for, one in the middle, and the one whose data is to stay.
    for left in [5, 2, 0] {
        drop(requests.remove(left));
    }
    holder.execute("COMMIT").await.unwrap();

    assert_eq!(versions(answers(requests).await), [4, 6, 7]);
    assert_eq!(data(&origin, &issued).await, json!({"data": 6, "version": 8}));
    origin.close().await;
}
