//! The servers' data: seeded once, and used by all questions about one engine.

use super::{
    seed::{Filling, Population, revocations},
    server::{Engine, Server, database},
};
use crate::{
    failure::Failure,
    run::Run,
    side::{Origin, OriginSettings},
};
use base64ct::{Base64UrlUnpadded, Encoding};
use sqlx::ConnectOptions;
use std::{
    cell::{Cell, RefCell},
    fs, io,
    path::{Path, PathBuf},
};
use wayleave_shared::refresh_token::RefreshKeys;

/// The data of one engine. It is removed in the end unless it is to be kept.
#[derive(Debug)]
pub(super) struct Data {
    /// Whose.
    pub(super) engine: Engine,
    folder: RefCell<Option<PathBuf>>,
    is_kept: Cell<bool>,
}

/// Two tables in one server, an origin in front of each.
#[derive(Debug)]
pub(super) struct Sizes {
    /// The server.
    pub(super) server: Server,
    /// The small table and the large one.
    pub(super) sides: [Size; 2],
    folder: PathBuf,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Size {
    /// Its name in the results.
    pub(super) side: String,
    /// Its schema.
    pub(super) schema: &'static str,
    /// Its seeded rows.
    pub(super) population: Population,
    /// How many draws of its rows earlier runs have used.
    pub(super) used: u64,
    /// Its origin.
    pub(super) origin: Origin,
}

impl Data {
    /// No data yet.
    pub(super) const fn of(engine: Engine) -> Self {
        Self { engine, folder: RefCell::new(None), is_kept: Cell::new(false) }
    }

    /// Starts the server, on new data where the large table is not there, and an origin for each table. The small table is always new.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    pub(super) async fn sizes(&self, run: &Run) -> Result<Sizes, Failure> {
        let folder = self.folder(run)?;
        let mark = folder.join(MARK);
        if used(&mark, run.rows).is_none() {
            remove(&folder)?;
            let server = Server::start(self.engine, &folder).await?;
            self.seed(run, &server, LARGE, &[Population::ordinary(run.rows)]).await?;
            // So that nothing of it is left to be written while something is measured.
            server.stop().await?;
            write_mark(&mark, run.rows, 0)?;
        }
        let used = used(&mark, run.rows).unwrap_or_default();
        let server = Server::start(self.engine, &folder).await?;
        run.say(&format!("{}: reading the large table into memory", self.engine.name()));
        server.run(&format!("SELECT SUM(generation) FROM {LARGE}.sessions; SELECT SUM(version) FROM {LARGE}.session_data")).await?;
        let small = Population::ordinary(SMALL_ROWS.min(run.rows));
        self.seed(run, &server, SMALL, std::slice::from_ref(&small)).await?;
        let large = Population::ordinary(run.rows);
        let sides = [
            Size::start(run, &server, SMALL, small, 0).await?,
            Size::start(run, &server, LARGE, large, used).await?,
        ];
        Ok(Sizes { server, sides, folder })
    }

    /// Starts the server, and fills a new schema with these rows.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    pub(super) async fn schema(
        &self,
        run: &Run,
        schema: &str,
        rows: &[Population],
    ) -> Result<Server, Failure> {
        let folder = self.folder(run)?;
        let server = Server::start(self.engine, &folder).await?;
        self.seed(run, &server, schema, rows).await?;
        server.stop().await?;
        Server::start(self.engine, &folder).await
    }

    fn folder(&self, run: &Run) -> Result<PathBuf, Failure> {
        let all = run.repository.root().join("target/bench/tables");
        let folder = all.join(self.engine.file_name());
        self.is_kept.set(run.keep_tables);
        if !run.keep_tables {
            // One at a time: they are large.
            for other in fs::read_dir(&all).into_iter().flatten().flatten() {
                if other.path() != folder {
                    remove(&other.path())?;
                }
            }
        }
        fs::create_dir_all(&folder).map_err(Failure::file("make", &folder))?;
        *self.folder.borrow_mut() = Some(folder.clone());
        Ok(folder)
    }

    async fn seed(
        &self,
        run: &Run,
        server: &Server,
        schema: &str,
        rows: &[Population],
    ) -> Result<(), Failure> {
        server.run(&format!("DROP DATABASE IF EXISTS {schema}; CREATE DATABASE {schema}")).await?;
        // It makes the tables. What it keeps in them itself stays.
        drop(origin(run, server, schema, &[]).await?);
        let filling = Filling {
            connect: server.options(schema),
            folder: server.files().to_owned(),
            name: format!("bench: {}, {schema}", self.engine.name()),
        };
        for population in rows {
            filling.fill(population).await.map_err(|error| Failure::Other(error.to_string()))?;
        }
        let mut connection = server.options(schema).connect().await.map_err(database)?;
        let count: u64 = rows.iter().map(Population::count).sum();
        revocations(&mut connection, count / REVOKED_OF)
            .await
            .map_err(|error| Failure::Other(error.to_string()))
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if let Some(folder) = self.folder.borrow().as_ref().filter(|_| !self.is_kept.get()) {
            let _ = remove(folder);
        }
    }
}

impl Sizes {
    /// Stops all, and remembers how many draws were used of the large table's rows.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    pub(super) async fn stop(self, used: u64) -> Result<(), Failure> {
        let [small, large] = self.sides;
        let rows = large.population.count();
        drop((small, large));
        self.server.stop().await?;
        write_mark(&self.folder.join(MARK), rows, used)
    }
}

impl Size {
    async fn start(
        run: &Run,
        server: &Server,
        schema: &'static str,
        population: Population,
        used: u64,
    ) -> Result<Self, Failure> {
        let origin = origin(run, server, schema, &[]).await?;
        let side = format!("{} rows", grouped(population.count()));
        Ok(Self { side, schema, population, used, origin })
    }
}

/// Starts an origin on a schema: with its own settings but for what is set here.
///
/// # Errors
///
/// [`Failure`].
pub(super) async fn origin(
    run: &Run,
    server: &Server,
    schema: &str,
    further: &[(&str, &str)],
) -> Result<Origin, Failure> {
    let (url, master_key) = (server.url(schema), Base64UrlUnpadded::encode_string(&MASTER_KEY));
    let mut variables = vec![
        ("WAYLEAVE_MASTER_KEY", master_key.as_str()),
        ("WAYLEAVE_EXPIRED_REMOVAL_INTERVAL", "never"),
        // So that every refresh is a rotation, also the next one of the same session.
        ("WAYLEAVE_REFRESH_REUSE_WINDOW", "0s"),
    ];
    variables.extend_from_slice(further);
    let settings = OriginSettings {
        name: schema,
        database_url: Some(&url),
        core: None,
        variables: &variables,
    };
    Origin::start(run, settings).await
}

/// What makes the refresh tokens of seeded sessions.
///
/// # Errors
///
/// [`Failure`], never.
pub(super) fn refresh_keys() -> Result<RefreshKeys, Failure> {
    RefreshKeys::derive([&MASTER_KEY]).map_err(|error| Failure::Other(error.to_string()))
}

/// A number as people read it.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many draws earlier runs have used, if the large table of so many rows is there.
fn used(mark: &Path, rows: u64) -> Option<u64> {
    let text = fs::read_to_string(mark).ok()?;
    let (there, used) = text.trim().split_once(' ')?;
    (there.parse() == Ok(rows)).then(|| used.parse().ok())?
}

fn write_mark(mark: &Path, rows: u64, used: u64) -> Result<(), Failure> {
    fs::write(mark, format!("{rows} {used}\n")).map_err(Failure::file("write", mark))
}

fn remove(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::file("remove", folder)(error))
        }
        _ => Ok(()),
    }
}

const SMALL: &str = "small";
const LARGE: &str = "large";
const SMALL_ROWS: u64 = 100_000;
const MARK: &str = "seeded";

/// One session of so many was signed out of in the last hour.
const REVOKED_OF: u64 = 1000;

/// No secret: the database lives as long as the bench.
const MASTER_KEY: [u8; 32] = [7; 32];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_groups_of_three() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(100_000), "100,000");
        assert_eq!(grouped(10_000_000), "10,000,000");
    }

    #[test]
    fn a_table_of_another_size_is_not_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join(MARK);
        assert_eq!(used(&mark, 10), None);

        write_mark(&mark, 10, 3).unwrap();

        assert_eq!(used(&mark, 10), Some(3));
        assert_eq!(used(&mark, 11), None);
    }
}
