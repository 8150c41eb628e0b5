//! Rows that somebody else has locked, and deadlocks: MySQL's errors 1205 and 1213, from real servers.

use crate::{
    Promise,
    engine::Fixture,
    origin::{Answer, Origin, feed, path, token},
    promises,
    whole::{assert_whole, count},
};
use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe, Executor};
use std::time::Duration;
use tokio::{
    sync::{Mutex, MutexGuard},
    task::JoinHandle,
};
use wayleave_origin::store::Store;
use wayleave_shared::session_handle::SessionHandle;

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        what_waited_too_long_for_a_lock_is_tried_again_and_succeeds,
        what_stays_locked_is_unavailable_and_nothing_is_written,
        the_victim_of_a_deadlock_is_tried_again_and_succeeds,
    ]
}

/// Who counts what happens on a server must not count what another test of this file makes happen.
async fn alone(engine: &str) -> MutexGuard<'static, ()> {
    static MARIADB: Mutex<()> = Mutex::const_new(());
    static MYSQL: Mutex<()> = Mutex::const_new(());
    if engine == "mysql" { MYSQL.lock().await } else { MARIADB.lock().await }
}

const TIMEOUTS: &str = "lock_timeouts";
const DEADLOCKS: &str = "lock_deadlocks";

/// What is done to a session, each over its row or its data's.
const WRITES: [Write; 6] =
    [Write::Data, Write::DataAgain, Write::Patch, Write::Payload, Write::Refresh, Write::Revoke];

#[derive(Clone, Copy, Debug)]
enum Write {
    /// Over what the log-in brought, which stands in the session's row.
    Data,
    /// Over what was written before, which has a row of its own.
    DataAgain,
    Patch,
    Payload,
    Refresh,
    Revoke,
}

impl Write {
    /// What it is done to.
    async fn prepare(self, origin: &Origin) -> Value {
        let issued = origin.log_in("alice").await;
        if matches!(self, Self::DataAgain) {
            let (route, body) = (format!("{}/data", path(&issued)), json!({"data": "old"}));
            origin.call("PUT", &route, &body).await.good();
        }
        issued
    }

    /// In a task of its own.
    fn start(self, origin: &Origin, issued: &Value) -> JoinHandle<Answer> {
        let (origin, issued) = (origin.clone(), issued.clone());
        tokio::spawn(async move {
            let (session, data) = (path(&issued), format!("{}/data", path(&issued)));
            match self {
                Self::Data | Self::DataAgain => {
                    origin.call("PUT", &data, &json!({"data": {"new": 1}})).await
                }
                Self::Patch => origin.call("PATCH", &data, &json!({"new": 1})).await,
                Self::Payload => {
                    let body = json!({"jwtPayload": "new"});
                    origin.call("PUT", &format!("{session}/payload"), &body).await
                }
                Self::Refresh => origin.refresh(token(&issued, "refreshToken")).await,
                Self::Revoke => origin.call("DELETE", &session, &Value::Null).await,
            }
        })
    }

    /// Whether it was done.
    async fn is_done(self, origin: &Origin, issued: &Value) -> bool {
        let session = path(issued);
        let found = origin.call("GET", &session, &Value::Null).await;
        let data = origin.call("GET", &format!("{session}/data"), &Value::Null).await;
        match self {
            Self::Data | Self::DataAgain | Self::Patch => data.good()["data"] == json!({"new": 1}),
            Self::Payload => found.good()["jwtPayload"] == "new",
            Self::Refresh => {
                let handle = issued["session"]["handle"].as_str().unwrap().parse().unwrap();
                origin.store.session(handle).await.unwrap().unwrap().generation == 1
            }
            Self::Revoke => {
                let told = feed(origin).await.iter().any(|one| session.ends_with(one));
                assert_eq!(told, found.is_unauthorised());
                told
            }
        }
    }
}

/// Locks the row of each of these sessions, and its data's if there is one, until it commits.
async fn lock(fixture: &Fixture, sessions: &[Value]) -> AnyConnection {
    let mut connection = fixture.connection().await;
    connection.execute("BEGIN").await.unwrap();
    for issued in sessions {
        lock_one(&mut connection, issued).await;
    }
    connection
}

pub(crate) async fn lock_one(connection: &mut AnyConnection, issued: &Value) {
    let rows = connection.fetch_all(AssertSqlSafe(locking(issued))).await.unwrap();
    assert_eq!(rows.len(), 1);
}

fn locking(issued: &Value) -> String {
    let handle = issued["session"]["handle"].as_str().unwrap();
    // Without a column of it in the answer MariaDB leaves the joined row out, and does not lock it.
    format!(
        "SELECT generation, version FROM sessions LEFT JOIN session_data ON session_data.handle = sessions.handle
          WHERE sessions.handle = FROM_BASE64('{}==') FOR UPDATE",
        handle.replace('-', "+").replace('_', "/")
    )
}

/// How often something has happened on the server, by the name that the server has for it.
async fn happened(watcher: &mut AnyConnection, what: &str) -> i64 {
    let statement =
        format!("SELECT count AS n FROM information_schema.innodb_metrics WHERE name = '{what}'");
    count(watcher, &statement).await
}

/// Looks until it is so: a server says what it does only when asked.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..450 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not within nine seconds");
}

async fn what_waited_too_long_for_a_lock_is_tried_again_and_succeeds(
    fixture: &Fixture,
    engine: &str,
) {
    let _alone = alone(engine).await;
    let origin = Origin::connect(&fixture.url, 10, "10s").await;
    let mut watcher = fixture.connection().await;
    let mut sessions = Vec::new();
    for write in WRITES {
        sessions.push(write.prepare(&origin).await);
    }
    let mut holder = lock(fixture, &sessions).await;
    let before = happened(&mut watcher, TIMEOUTS).await;

    let started: Vec<_> =
        WRITES.iter().zip(&sessions).map(|(write, issued)| write.start(&origin, issued)).collect();
    // Each of them has met error 1205.
    let all = before + i64::try_from(WRITES.len()).unwrap();
    until(async || happened(&mut watcher, TIMEOUTS).await >= all).await;
    holder.execute("COMMIT").await.unwrap();

    for ((write, issued), answer) in WRITES.iter().zip(&sessions).zip(started) {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status, 200, "{write:?}: {}", answer.body);
        assert!(write.is_done(&origin, issued).await, "{write:?}");
    }
    origin.close().await;
}

async fn what_stays_locked_is_unavailable_and_nothing_is_written(fixture: &Fixture, engine: &str) {
    let _alone = alone(engine).await;
    let origin = Origin::connect(&fixture.url, 10, "10s").await;
    let mut sessions = Vec::new();
    for write in WRITES {
        sessions.push(write.prepare(&origin).await);
    }
    let mut holder = lock(fixture, &sessions).await;

    let started: Vec<_> =
        WRITES.iter().zip(&sessions).map(|(write, issued)| write.start(&origin, issued)).collect();
    for ((write, issued), answer) in WRITES.iter().zip(&sessions).zip(started) {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status, 503, "{write:?}: {}", answer.body);
        assert_eq!(answer.body["code"], "unavailable");
        assert_eq!(answer.headers["retry-after"], "1");
        assert!(answer.body.get("browser").is_none());
        assert!(!write.is_done(&origin, issued).await, "{write:?}");
    }
    assert_whole(&mut fixture.connection().await).await;

    // Whoever comes again once the lock is gone is served.
    holder.execute("ROLLBACK").await.unwrap();
    for (write, issued) in WRITES.iter().zip(&sessions) {
        let answer = write.start(&origin, issued).await.unwrap();
        assert_eq!(answer.status, 200, "{write:?}: {}", answer.body);
        assert!(write.is_done(&origin, issued).await, "{write:?}");
    }
    assert_whole(&mut fixture.connection().await).await;
    origin.close().await;
}

async fn the_victim_of_a_deadlock_is_tried_again_and_succeeds(fixture: &Fixture, engine: &str) {
    let _alone = alone(engine).await;
    let origin = Origin::connect(&fixture.url, 4, "10s").await;
    let mut watcher = fixture.connection().await;
    let mut sessions = [origin.log_in("alice").await, origin.log_in("alice").await];
    // In the order in which the origin locks them.
    sessions.sort_by_key(|issued| {
        let handle: SessionHandle = issued["session"]["handle"].as_str().unwrap().parse().unwrap();
        *handle.as_bytes()
    });
    // Whoever has written more is not the victim.
    let mut other = fixture.connection().await;
    other.execute("CREATE TABLE written (number BIGINT) ENGINE = InnoDB").await.unwrap();
    other.execute("BEGIN").await.unwrap();
    for number in 0..50 {
        let insert = AssertSqlSafe(format!("INSERT INTO written VALUES ({number})"));
        other.execute(insert).await.unwrap();
    }
    lock_one(&mut other, &sessions[1]).await;
    let revoking = origin.clone();
    let answer = tokio::spawn(async move {
        revoking.call("DELETE", "/v1/users/alice/sessions", &Value::Null).await
    });
    let first = format!("{} SKIP LOCKED", locking(&sessions[0]));
    until(async || watcher.fetch_all(AssertSqlSafe(first.clone())).await.unwrap().is_empty()).await;
    let before = happened(&mut watcher, DEADLOCKS).await;

    // The origin has the first row and waits for the second, we have the second: we get the first only because the origin's transaction is rolled back.
    lock_one(&mut other, &sessions[0]).await;
    assert!(happened(&mut watcher, DEADLOCKS).await > before);
    other.execute("COMMIT").await.unwrap();

    let answer = answer.await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["revoked"].as_array().unwrap().len(), 2);
    assert_eq!(feed(&origin).await.len(), 2);
    origin.close().await;
}
