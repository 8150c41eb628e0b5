//! Takes over the sessions of another system, so that its users stay logged in. `docs/migrating-from-supertokens-4.md` says what an operator does.
//!
//! | file | what it does |
//! |---|---|
//! | `supertokens` | reads the table of SuperTokens 4.0.X, and never writes there |
//! | `row` | what a row of that table says |
//! | `report` | what became of the rows |

mod report;
mod row;
mod supertokens;

pub use report::Report;
pub use row::{OldRow, Skip};
pub use supertokens::{BadSource, SuperTokens};

use crate::{
    clock::Clock,
    service::{SessionError, Sessions, Unfit},
    store::{ImportMode, ImportedSession, SourceId},
};
use std::collections::HashMap;
use wayleave_shared::time::UnixMilliseconds;

/// Why an import stopped. What was imported before it stays, and the next one goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The other system's database.
    #[error("the database that sessions are read from: {0}")]
    Read(#[from] sqlx::Error),
    /// Ours.
    #[error(transparent)]
    Session(#[from] SessionError),
}

/// Imports all sessions of another system that are not over, in batches that each happen as a whole or not at all.
///
/// Running it again imports what is not yet here, and nothing twice. `report` is right after every batch, also where a later one fails; `tell` gets it then.
///
/// # Errors
///
/// Any [`ImportError`].
pub async fn run(
    source: SuperTokens,
    sessions: &Sessions,
    clock: &dyn Clock,
    mode: ImportMode,
    report: &mut Report,
    tell: &mut (dyn FnMut(&Report) + Send),
) -> Result<(), ImportError> {
    let mut pages = source.open().await?;
    while let Some(rows) = pages.next(ROWS_AT_A_TIME).await? {
        let now = clock.now();
        let mut batch = Batch::default();
        for row in rows {
            report.read += 1;
            match adopt(&row, source.digits_are_numbers, sessions, now)? {
                Err(Skip::Unfit(Unfit::Expired)) => report.expired += 1,
                Err(skip) => report.skip(&row.handle, &skip),
                Ok(session) => {
                    if batch.bytes + session.data_bytes() > BYTES_AT_A_TIME {
                        std::mem::take(&mut batch).keep(sessions, mode, report).await?;
                    }
                    batch.add(row.handle, session);
                }
            }
        }
        batch.keep(sessions, mode, report).await?;
        tell(report);
    }
    Ok(())
}

fn adopt(
    row: &OldRow,
    digits_are_numbers: bool,
    sessions: &Sessions,
    now: UnixMilliseconds,
) -> Result<Result<ImportedSession, Skip>, SessionError> {
    // Most of an old table may be over: that comes first, and nobody cares what else such a row holds.
    if row.expires_at <= now {
        return Ok(Err(Skip::Unfit(Unfit::Expired)));
    }
    match row.candidate(digits_are_numbers) {
        Err(skip) => Ok(Err(skip)),
        Ok(candidate) => Ok(sessions.adopt(candidate, now)?.map_err(Skip::Unfit)),
    }
}

/// Sessions that are kept in one transaction.
#[derive(Default)]
struct Batch {
    sessions: Vec<ImportedSession>,
    /// What they are called in the other system.
    names: HashMap<SourceId, String>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, name: String, session: ImportedSession) {
        self.bytes += session.data_bytes();
        self.names.insert(session.source, name);
        self.sessions.push(session);
    }

    async fn keep(
        self,
        sessions: &Sessions,
        mode: ImportMode,
        report: &mut Report,
    ) -> Result<(), SessionError> {
        let imported = sessions.import(&self.sessions, mode).await?;
        report.imported += imported.added;
        report.known += imported.known;
        for source in imported.moved_on {
            report.move_on(self.names.get(&source).map_or("", String::as_str));
        }
        Ok(())
    }
}

/// Takes back every session that was imported: those that were never refreshed here vanish, the others are ended. All can be imported again. `tell` gets how many
/// they are so far.
///
/// # Errors
///
/// [`SessionError`]. Running it again goes on.
pub async fn undo(
    sessions: &Sessions,
    tell: &mut (dyn FnMut(u64) + Send),
) -> Result<u64, SessionError> {
    let (mut taken, mut after) = (0, None);
    loop {
        let (more, next) = sessions.take_back_imports(after, ROWS_AT_A_TIME).await?;
        taken += more;
        tell(taken);
        if next.is_none() {
            return Ok(taken);
        }
        after = next;
    }
}

/// A batch waits for nobody longer than a blink, and holds no lock that anybody else wants.
const ROWS_AT_A_TIME: u32 = 500;

/// Well below what a server takes in one statement by default (16 MiB).
const BYTES_AT_A_TIME: usize = 4 << 20;
