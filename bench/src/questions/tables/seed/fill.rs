//! Brings rows into a schema: files that the server reads.

use super::{
    Population,
    row::{DATA_COLUMNS, Line, SESSION_COLUMNS, mixed},
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, MySqlConnection, mysql::MySqlConnectOptions,
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tokio::{sync::mpsc, task};

/// Where rows go.
#[derive(Clone, Debug)]
pub(crate) struct Filling {
    /// The database, with its schema.
    pub(crate) connect: MySqlConnectOptions,
    /// A folder that the server may read.
    pub(crate) folder: PathBuf,
    /// What the words about progress begin with.
    pub(crate) name: String,
}

impl Filling {
    /// Writes all rows of a population, and says on standard error how far it is.
    ///
    /// # Errors
    ///
    /// Whatever the database or the file system says.
    pub(crate) async fn fill(&self, population: &Population) -> Result<(), FillError> {
        let mut connection = self.connect.connect().await?;
        for setting in ["unique_checks = 0", "foreign_key_checks = 0", "sql_log_bin = 0"] {
            let statement = format!("SET SESSION {setting}");
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
        }
        let now = sqlx::query_scalar("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED)");
        let now = now.fetch_one(&mut connection).await?;

        let (sender, mut chunks) = mpsc::channel(1);
        let (writer, population) = (self.clone(), population.clone());
        let count = population.count();
        let writing = task::spawn_blocking(move || writer.write(&population, now, &sender));
        let mut done = 0;
        while let Some(Chunk { rows, sessions, data }) = chunks.recv().await {
            load(&mut connection, &sessions, "sessions", SESSION_COLUMNS).await?;
            load(&mut connection, &data, "session_data", DATA_COLUMNS).await?;
            done += rows;
            if done % SAY_EVERY < CHUNK as u64 || done == count {
                eprintln!("{}: {done} of {count} rows", self.name);
            }
        }
        writing.await.map_err(io::Error::other)??;
        Ok(connection.close().await?)
    }

    fn write(
        &self,
        population: &Population,
        now: u64,
        chunks: &mpsc::Sender<Chunk>,
    ) -> io::Result<()> {
        let mut number = 0;
        for pass in population.passes() {
            for some in pass.chunks(CHUNK) {
                let (mut sessions, mut data) = (Line::default(), Line::default());
                for index in some {
                    let row = population.row(*index);
                    row.write_session(&mut sessions, now);
                    if row.has_data() {
                        row.write_data(&mut data);
                    }
                }
                let file = |table: &str| self.folder.join(format!("{number}.{table}"));
                let chunk = Chunk {
                    rows: some.len() as u64,
                    sessions: file("sessions"),
                    data: file("data"),
                };
                fs::write(&chunk.sessions, sessions.as_bytes())?;
                fs::write(&chunk.data, data.as_bytes())?;
                number += 1;
                if chunks.blocking_send(chunk).is_err() {
                    // Whoever loads has failed, and says why.
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Writes what an hour of sign-outs leaves in the feed: sessions that are gone, their positions given.
///
/// # Errors
///
/// Whatever the database says.
pub(crate) async fn revocations(
    connection: &mut MySqlConnection,
    count: u64,
) -> Result<(), FillError> {
    for first in (0..count).step_by(1000) {
        let values: Vec<_> = (first..count.min(first + 1000))
            .map(|number| {
                let [id, other] = [mixed(number, REVOKED), mixed(number, REVOKED + 1)];
                format!(
                    "(UNHEX('{id:016x}{other:016x}'), 1, UNHEX('{id:016x}{id:016x}'), (UNIX_TIMESTAMP() + 3660) * 1000, {})",
                    number + 1
                )
            })
            .collect();
        let statement = format!(
            "INSERT INTO revocations (id, kind, subject, forget_at, position) VALUES {}",
            values.join(", ")
        );
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *connection).await?;
    }
    let statement = format!("UPDATE feed_state SET position = {count}");
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}

/// Why a schema could not be filled.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FillError {
    /// The database refused.
    #[error("seeding: {0}")]
    Database(#[from] sqlx::Error),
    /// A file could not be written.
    #[error("seeding: {0}")]
    File(#[from] io::Error),
}

/// Files that are ready to be read.
struct Chunk {
    rows: u64,
    sessions: PathBuf,
    data: PathBuf,
}

async fn load(
    connection: &mut MySqlConnection,
    file: &Path,
    table: &str,
    columns: &str,
) -> Result<(), FillError> {
    let statement = format!(
        "LOAD DATA INFILE '{}' INTO TABLE {table} CHARACTER SET binary ({columns})",
        file.display()
    );
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
    Ok(fs::remove_file(file)?)
}

/// Rows in a file: a transaction each.
const CHUNK: usize = 100_000;
const SAY_EVERY: u64 = 1_000_000;

/// What the ids of revocations are drawn for. Beyond the purposes of rows.
const REVOKED: u64 = 2000;
