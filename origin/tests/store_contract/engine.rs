//! A fresh, empty database on each engine.

use libtest_mimic::Failed;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use tempfile::TempDir;
use wayleave_origin::{
    clock::ManualClock,
    store::{SqlStore, StoreClock},
};
use wayleave_shared::time::UnixMilliseconds;

/// A database engine to test on.
#[derive(Clone)]
pub(crate) struct Engine {
    /// As it stands before the test's name.
    pub name: &'static str,
    /// Where its server is; none for SQLite.
    server: Option<String>,
}

/// An empty database with our schema, and a clock that stands still.
pub(crate) struct Fixture {
    /// The store under test, on the fixture's clock.
    pub store: SqlStore,
    /// The store's time.
    pub clock: Arc<ManualClock>,
    /// For further stores on the same database.
    pub url: String,
    database: Database,
}

enum Database {
    Folder(TempDir),
    OnServer { server: String, name: String },
}

impl Engine {
    /// SQLite, and the servers that are there.
    pub(crate) fn all() -> Result<Vec<Self>, String> {
        let mut engines = vec![Self { name: "sqlite", server: None }];
        for (name, variable) in
            [("mariadb", "WAYLEAVE_TEST_MARIADB_URL"), ("mysql", "WAYLEAVE_TEST_MYSQL_URL")]
        {
            match (environment(variable), environment("WAYLEAVE_TEST").as_deref()) {
                (Some(server), _) => engines.push(Self { name, server: Some(server) }),
                (None, Some("all")) => {
                    return Err(format!(
                        "{variable} must name a {name} server: \"make test\" starts one"
                    ));
                }
                (None, _) => {
                    let _ = writeln!(
                        std::io::stderr(),
                        "the store's contract is tested on {name} only by \"make test\", which brings the server"
                    );
                }
            }
        }
        Ok(engines)
    }

    /// A fresh database.
    pub(crate) async fn fixture(&self) -> Result<Fixture, Failed> {
        sqlx::any::install_default_drivers();
        let (url, database) = match &self.server {
            None => {
                let folder = tempfile::tempdir()?;
                (format!("sqlite:{}/test.db", folder.path().display()), Database::Folder(folder))
            }
            Some(server) => {
                let name = fresh_name();
                let mut connection = AnyConnection::connect(server).await?;
                // Not utf8mb4, on purpose: what we store must not depend on the server's default.
                let create = format!("CREATE DATABASE {name} CHARACTER SET latin1");
                connection.execute(AssertSqlSafe(create)).await?;
                let url = with_database(server, &name);
                (url, Database::OnServer { server: server.clone(), name })
            }
        };
        let clock = Arc::new(ManualClock::at(START));
        let store = SqlStore::connect(&url, 10, StoreClock::Given(clock.clone())).await?;
        Ok(Fixture { store, clock, url, database })
    }
}

impl Fixture {
    /// Removes the database.
    pub(crate) async fn remove(self) {
        self.store.close().await;
        match self.database {
            Database::Folder(folder) => drop(folder),
            Database::OnServer { server, name } => {
                let mut connection = AnyConnection::connect(&server).await.unwrap();
                connection.execute(AssertSqlSafe(format!("DROP DATABASE {name}"))).await.unwrap();
            }
        }
    }

    /// A connection beside the store, to look at the tables.
    pub(crate) async fn connection(&self) -> AnyConnection {
        AnyConnection::connect(&self.url).await.unwrap()
    }
}

/// Where the fixture's clock stands at first.
pub(crate) const START: UnixMilliseconds = UnixMilliseconds(1_700_000_000_123);

fn with_database(server: &str, name: &str) -> String {
    let end_of_host = server
        .strip_prefix("mysql://")
        .and_then(|rest| rest.find('/'))
        .map_or(server.len(), |slash| slash + "mysql://".len());
    format!("{}/{name}", &server[..end_of_host])
}

fn fresh_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("wayleave_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

#[expect(clippy::disallowed_methods, reason = "where the servers are is the environment's to say")]
fn environment(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}
