//! Promises about connecting.

use crate::{Promise, engine::Fixture, promises};
use sqlx::Executor;
use wayleave_origin::store::{SqlStore, Store, StoreClock, StoreError};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        stores_that_connect_together_to_an_empty_database_make_one_schema,
        connecting_again_changes_nothing,
        a_schema_that_is_newer_than_the_program_is_refused,
    ]
}

async fn stores_that_connect_together_to_an_empty_database_make_one_schema(fixture: &Fixture) {
    empty(fixture).await;
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let url = fixture.url.clone();
            tokio::spawn(async move {
                let store = SqlStore::connect(&url, 2, StoreClock::Database).await.unwrap();
                store.signing_keys().await.unwrap();
                store.close().await;
            })
        })
        .collect();
    for start in starts {
        start.await.unwrap();
    }
}

async fn connecting_again_changes_nothing(fixture: &Fixture) {
    for _ in 0..2 {
        let store = SqlStore::connect(&fixture.url, 1, StoreClock::Database).await.unwrap();
        store.ping().await.unwrap();
        store.close().await;
    }
}

async fn a_schema_that_is_newer_than_the_program_is_refused(fixture: &Fixture) {
    let mut connection = fixture.connection().await;
    connection
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'from the future', 1, 'x', 0)",
        )
        .await
        .unwrap();

    let refused = SqlStore::connect(&fixture.url, 1, StoreClock::Database).await;

    assert!(matches!(refused.map(|_| ()), Err(StoreError::Migration(_))));
}

async fn empty(fixture: &Fixture) {
    let mut connection = fixture.connection().await;
    for table in [
        "sessions",
        "session_data",
        "signing_keys",
        "removed_signing_keys",
        "revocations",
        "feed_state",
        "leases",
        "events",
        "imported_sessions",
        "_sqlx_migrations",
    ] {
        let statement = sqlx::AssertSqlSafe(format!("DROP TABLE {table}"));
        connection.execute(statement).await.unwrap();
    }
}
