//! The database server that all sides share.

use crate::{
    failure::Failure,
    run::Run,
    side::{Process, free_port},
};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection};
use std::{
    env,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tokio::time::sleep;

/// A MariaDB of its own. Only where its files are and who may log in is set: how durable a commit is, and how much memory it has, is its own default.
#[derive(Debug)]
pub(super) struct Database {
    // Dropping it ends the server.
    _process: Process,
    url: String,
}

impl Database {
    /// Starts it with empty data.
    ///
    /// # Errors
    ///
    /// [`Failure::Missing`] if it is not installed; [`Failure::Start`] if it does not answer within a minute.
    pub(super) async fn start(run: &Run) -> Result<Self, Failure> {
        let (program, installed) = installed()?;
        let folder = run.folder("mariadb")?;
        let data = folder.join("data");
        // Each question has a run's folder for itself in turn.
        if data.exists() {
            fs::remove_dir_all(&data).map_err(Failure::file("remove", &data))?;
        }
        copy(&installed.join("template"), &data)?;
        let password = password()?;
        let init = folder.join("init.sql");
        let users = format!(
            "CREATE USER '{USER}'@'%' IDENTIFIED BY '{password}';\nGRANT ALL ON *.* TO '{USER}'@'%';\n"
        );
        fs::write(&init, users).map_err(Failure::file("write", &init))?;
        let port = free_port()?;
        let mut command = Command::new(program);
        command
            .arg("--no-defaults")
            .arg(format!("--basedir={}", installed.join("usr").display()))
            .arg(format!("--plugin-dir={}", installed.join("usr/lib/mysql/plugin").display()))
            .arg(format!("--lc-messages-dir={}", installed.join("usr/share/mysql").display()))
            .arg(format!(
                "--character-sets-dir={}",
                installed.join("usr/share/mysql/charsets").display()
            ))
            .args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--socket=server.sock"])
            // Three pools of 50.
            .arg("--max-connections=500")
            // It refuses to run as root unless told that it is meant, and minds it from nobody else.
            .arg("--user=root")
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--init-file={}", init.display()))
            .arg(format!("--port={port}"));
        let mut process = Process::start(NAME, command, &folder.join("server.log"), None)?;
        let url = format!("mysql://{USER}:{password}@127.0.0.1:{port}/");
        for _ in 0..ATTEMPTS {
            process.check()?;
            if MySqlConnection::connect(&url).await.is_ok() {
                return Ok(Self { _process: process, url });
            }
            sleep(STEP).await;
        }
        let sentence = "it does not answer".to_owned();
        Err(Failure::Start { side: NAME.to_owned(), sentence })
    }

    /// An empty schema, as a URL.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub(super) async fn schema(&self, name: &str) -> Result<String, Failure> {
        let failed = |error: sqlx::Error| Failure::Other(format!("{NAME}: {error}"));
        let mut connection = MySqlConnection::connect(&self.url).await.map_err(failed)?;
        let statement = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        connection.execute(statement).await.map_err(failed)?;
        Ok(format!("{}{name}", self.url))
    }
}

/// The server's program, and the folder of its installation.
#[expect(
    clippy::disallowed_methods,
    reason = "the set-up tells where the server is in no other way"
)]
fn installed() -> Result<(PathBuf, PathBuf), Failure> {
    let program = env::var_os(VARIABLE).map(PathBuf::from).unwrap_or_default();
    match program.ancestors().nth(2) {
        Some(installed) if program.exists() => Ok((program.clone(), installed.to_owned())),
        _ => Err(Failure::Missing { what: NAME.to_owned(), path: PathBuf::from(VARIABLE) }),
    }
}

fn password() -> Result<String, Failure> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Failure::Other(error.to_string()))?;
    Ok(random.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).map_err(Failure::file("make", to))?;
    for entry in fs::read_dir(from).map_err(Failure::file("read", from))?.flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target)?;
        } else {
            fs::copy(&source, &target).map_err(Failure::file("copy", &source))?;
        }
    }
    Ok(())
}

const NAME: &str = "MariaDB";
const USER: &str = "bench";

/// Where `tools/env.sh` says that the server is.
const VARIABLE: &str = "WAYLEAVE_MARIADBD";

const ATTEMPTS: usize = 600;
const STEP: Duration = Duration::from_millis(100);
