//! A database server of the bench's own, set up as an operator would for large tables.

use crate::{failure::Failure, side::free_port};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, MySqlConnection, mysql::MySqlConnectOptions,
};
use std::{
    fs::{self, File},
    io,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tokio::time::sleep;
use wayleave_dev::stopwatch::Stopwatch;

/// Which server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Engine {
    /// MariaDB 10.11.
    Mariadb,
    /// MySQL 9.
    Mysql,
}

impl Engine {
    /// As people write it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Mariadb => "MariaDB",
            Self::Mysql => "MySQL",
        }
    }

    /// What is for this one, of one for each: `MariaDB` first.
    pub(super) const fn pick(self, [mariadb, mysql]: [&'static str; 2]) -> &'static str {
        match self {
            Self::Mariadb => mariadb,
            Self::Mysql => mysql,
        }
    }

    /// As files are called.
    pub(super) const fn file_name(self) -> &'static str {
        match self {
            Self::Mariadb => "mariadb",
            Self::Mysql => "mysql",
        }
    }

    /// Where `tools/env.sh` says that the server is.
    const fn variable(self) -> &'static str {
        match self {
            Self::Mariadb => "WAYLEAVE_MARIADBD",
            Self::Mysql => "WAYLEAVE_MYSQLD",
        }
    }

    /// Everything that is not the server's own default, but for where its files are.
    pub(super) const fn settings(self) -> [&'static str; 2] {
        match self {
            Self::Mariadb => ["--innodb-buffer-pool-size=6G", "--innodb-log-file-size=1G"],
            Self::Mysql => ["--innodb-buffer-pool-size=6G", "--innodb-redo-log-capacity=1G"],
        }
    }

    /// The program and the folder of its installation.
    #[expect(
        clippy::disallowed_methods,
        reason = "the set-up tells where the servers are in no other way"
    )]
    fn installed(self) -> Result<(PathBuf, PathBuf), Failure> {
        let program = std::env::var_os(self.variable()).map(PathBuf::from).unwrap_or_default();
        // It stands in the folder `bin` of its installation.
        match program.ancestors().nth(2) {
            Some(folder) if program.exists() => Ok((program.clone(), folder.to_owned())),
            _ => {
                Err(Failure::Missing { what: self.name().to_owned(), path: self.variable().into() })
            }
        }
    }
}

/// A running server. Dropping it ends it at once.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    connect: MySqlConnectOptions,
    url: String,
    files: PathBuf,
}

impl Server {
    /// Starts a server on the data in a folder, or on new data where there is none.
    ///
    /// # Errors
    ///
    /// [`Failure`] if it is not installed, or does not answer within two minutes.
    pub(super) async fn start(engine: Engine, folder: &Path) -> Result<Self, Failure> {
        let (program, installed) = engine.installed()?;
        let (data, files) = (folder.join("data"), folder.join("files"));
        fs::create_dir_all(&files).map_err(Failure::file("make", &files))?;
        if !data.exists() {
            copy(&installed.join("template"), &data).map_err(Failure::file("write", &data))?;
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| Failure::Other(error.to_string()))?;
        let password = format!("{:032x}", u128::from_le_bytes(random));
        let (init, log) = (folder.join("init.sql"), folder.join("server.log"));
        let user = format!("'{USER}'@'%'");
        let statements = format!(
            "CREATE USER IF NOT EXISTS {user};\nALTER USER {user} IDENTIFIED BY '{password}';\nGRANT ALL ON *.* TO {user};\n"
        );
        fs::write(&init, statements).map_err(Failure::file("write", &init))?;
        let output = File::create(&log).map_err(Failure::file("write", &log))?;
        let errors = output.try_clone().map_err(Failure::file("write", &log))?;
        let port = free_port()?;
        let failed = |sentence: String| Failure::Start { side: engine.name().to_owned(), sentence };
        let child = Command::new(&program)
            .args(fixed(engine, &installed))
            .args(engine.settings())
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--init-file={}", init.display()))
            .arg(format!("--secure-file-priv={}", files.display()))
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let connect = MySqlConnectOptions::new()
            .host("127.0.0.1")
            .port(port)
            .username(USER)
            .password(&password);
        let url = format!("mysql://{USER}:{password}@127.0.0.1:{port}/");
        let mut server = Self { child, connect, url, files };
        let watch = Stopwatch::start();
        while server.connection().await.is_err() {
            if watch.elapsed() > PATIENCE || !matches!(server.child.try_wait(), Ok(None)) {
                return Err(failed(format!("see {}", log.display())));
            }
            sleep(STEP).await;
        }
        Ok(server)
    }

    /// A connection without a schema.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    pub(super) async fn connection(&self) -> Result<MySqlConnection, Failure> {
        self.connect.connect().await.map_err(database)
    }

    /// How to reach a schema, for us.
    pub(super) fn options(&self, schema: &str) -> MySqlConnectOptions {
        self.connect.clone().database(schema)
    }

    /// How to reach a schema, for an origin.
    pub(super) fn url(&self, schema: &str) -> String {
        format!("{}{schema}", self.url)
    }

    /// A folder that the server may read from.
    pub(super) fn files(&self) -> &Path {
        &self.files
    }

    /// Runs statements, one after the other.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    pub(super) async fn run(&self, statements: &str) -> Result<(), Failure> {
        let mut connection = self.connection().await?;
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
            .execute(&mut connection)
            .await
            .map_err(database)?;
        connection.close().await.map_err(database)
    }

    /// The version that it tells.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    pub(super) async fn version(&self) -> Result<String, Failure> {
        let mut connection = self.connection().await?;
        sqlx::query_scalar("SELECT VERSION()").fetch_one(&mut connection).await.map_err(database)
    }

    /// Stops it with all of its data written.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    pub(super) async fn stop(mut self) -> Result<(), Failure> {
        self.run("SHUTDOWN").await.ok();
        let watch = Stopwatch::start();
        while matches!(self.child.try_wait(), Ok(None)) && watch.elapsed() < PATIENCE {
            sleep(STEP).await;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After a stop these do nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A refusal of the database as a failure of the question.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn database(error: sqlx::Error) -> Failure {
    Failure::Other(format!("the database: {error}"))
}

/// What a private server needs in order to run at all, as `tools/databases` has it.
fn fixed(engine: Engine, installed: &Path) -> Vec<String> {
    let installed = installed.display();
    let mut fixed = vec![
        "--no-defaults".to_owned(),
        format!("--basedir={installed}/usr"),
        format!("--plugin-dir={installed}/usr/lib/mysql/plugin"),
        format!("--lc-messages-dir={installed}/usr/share/mysql"),
        "--bind-address=127.0.0.1".to_owned(),
        "--skip-name-resolve".to_owned(),
        "--socket=server.sock".to_owned(),
    ];
    match engine {
        Engine::Mariadb => {
            fixed.push(format!("--character-sets-dir={installed}/usr/share/mysql/charsets"));
        }
        Engine::Mysql => {
            fixed.remove(3);
            fixed.push("--mysqlx=OFF".to_owned());
        }
    }
    // Both refuse to run as root unless told that it is meant.
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        fixed.push("--user=root".to_owned());
    }
    fixed
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

const USER: &str = "bench";
const PATIENCE: Duration = Duration::from_mins(2);
const STEP: Duration = Duration::from_millis(200);
