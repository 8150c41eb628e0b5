//! What the machine offers.

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use std::sync::atomic::{AtomicU32, Ordering};

/// A MariaDB server.
#[derive(Clone, Debug)]
pub(crate) struct Server(String);

impl Server {
    /// The one that the environment names; `None` where none is wanted.
    pub(crate) fn find() -> Result<Option<Self>, String> {
        match (environment("WAYLEAVE_TEST_MARIADB_URL"), environment("WAYLEAVE_TEST").as_deref()) {
            (Some(url), _) => Ok(Some(Self(url))),
            (None, Some("all")) => Err(
                "WAYLEAVE_TEST_MARIADB_URL must name a MariaDB server: \"make test\" starts one"
                    .to_owned(),
            ),
            (None, _) => Ok(None),
        }
    }

    /// The URL of a new, empty database.
    pub(crate) async fn create_database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("wayleave_import_{}_{count}", std::process::id());
        self.execute(format!("CREATE DATABASE {name}")).await;
        self.url_of(&name)
    }

    /// Removes a database that [`Server::create_database`] made.
    pub(crate) async fn drop_database(&self, url: &str) {
        let name = url.rsplit('/').next().unwrap();
        self.execute(format!("DROP DATABASE {name}")).await;
    }

    fn url_of(&self, name: &str) -> String {
        format!("{}/{name}", self.0.trim_end_matches('/'))
    }

    async fn execute(&self, statement: String) {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&self.0).await.unwrap();
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
        connection.close().await.unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "where the servers are is the environment's to say")]
fn environment(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}
