//! A fresh database for each system.

use crate::environment;
use sqlx::{Connection, Executor, MySqlConnection};
use std::fmt::{self, Write};
use tempfile::TempDir;

/// What a system keeps its sessions in.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Engine {
    /// The server of `WAYLEAVE_TEST_MARIADB_URL`.
    MariaDb,
    /// The server of `WAYLEAVE_TEST_MYSQL_URL`.
    MySql,
    /// A file.
    Sqlite,
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::MariaDb => "mariadb",
            Self::MySql => "mysql",
            Self::Sqlite => "sqlite",
        })
    }
}

/// An empty database of its own. [`drop_it`](Self::drop_it) removes it again.
#[derive(Debug)]
pub struct Database {
    kind: Kind,
    url: String,
}

#[derive(Debug)]
enum Kind {
    File { _folder: TempDir },
    Server { url: String, name: String },
}

impl Database {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// A sentence: a server that is missing is a failure, never a reason to skip.
    pub async fn create(engine: Engine) -> Result<Self, String> {
        let variable = match engine {
            Engine::MariaDb => "WAYLEAVE_TEST_MARIADB_URL",
            Engine::MySql => "WAYLEAVE_TEST_MYSQL_URL",
            Engine::Sqlite => {
                let folder = tempfile::tempdir()
                    .map_err(|error| format!("cannot make a folder for SQLite: {error}"))?;
                let url = format!("sqlite:{}", folder.path().join("sessions.sqlite").display());
                return Ok(Self { kind: Kind::File { _folder: folder }, url });
            }
        };
        let url = environment::required(variable)?;
        let name = format!("wayleave_test_{}", random_name());
        execute(&url, &format!("CREATE DATABASE {name}")).await.map_err(|error| {
            format!("cannot make a database on the server of {variable}: {error}")
        })?;
        Ok(Self { url: with_database(&url, &name), kind: Kind::Server { url, name } })
    }

    /// What the origin is told.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Removes it.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub async fn drop_it(self) -> Result<(), String> {
        match self.kind {
            Kind::File { .. } => Ok(()),
            Kind::Server { url, name } => execute(&url, &format!("DROP DATABASE {name}"))
                .await
                .map_err(|error| format!("cannot remove the database {name}: {error}")),
        }
    }
}

async fn execute(url: &str, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = MySqlConnection::connect(url).await?;
    connection.execute(sqlx::AssertSqlSafe(statement)).await?;
    connection.close().await
}

/// The server's URL with this database instead of whichever it names.
fn with_database(url: &str, name: &str) -> String {
    let (url, options) = url.split_once('?').map_or((url, ""), |(url, options)| (url, options));
    let server = url.find("://").map_or(url, |scheme| {
        let host = scheme + 3;
        url[host..].find('/').map_or(url, |path| &url[..host + path])
    });
    let question = if options.is_empty() { "" } else { "?" };
    format!("{server}/{name}{question}{options}")
}

fn random_name() -> String {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_replaces_whatever_the_url_names() {
        for (url, expected) in [
            ("mysql://root:p@127.0.0.1:3306/", "mysql://root:p@127.0.0.1:3306/new"),
            ("mysql://root:p@127.0.0.1:3306", "mysql://root:p@127.0.0.1:3306/new"),
            ("mysql://root@host/old", "mysql://root@host/new"),
            ("mysql://root@host/old?ssl-mode=disabled", "mysql://root@host/new?ssl-mode=disabled"),
        ] {
            assert_eq!(with_database(url, "new"), expected);
        }
    }
}
