//! What an operator does beside running origins, on their database.

use crate::{
    clock::{Clock, SystemClock},
    config::Settings,
    import::{self, ImportError, Report, SuperTokens},
    server::{self, ServerError, keys_of},
    service::{self, KeyState, KeysError, SessionError, Sessions},
    store::{ImportMode, SqlStore, StoreClock, StoreError},
};
use std::{
    fmt::Write,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};
use wayleave_shared::{key_set::KeyId, time::UnixMilliseconds};

/// Why a command did nothing, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// An import stopped on its way.
    #[error(
        "the import stopped after {read} sessions, of which it had imported {imported}: {source}\nrun it again: it goes on from there"
    )]
    Import {
        /// How many it had read.
        read: u64,
        /// How many it had imported.
        imported: u64,
        /// Why.
        source: ImportError,
    },
    /// The signing keys failed.
    #[error("the signing keys: {0}")]
    Keys(#[from] KeysError),
    /// The origin's parts cannot be put together.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// Sessions failed.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The store cannot be used.
    #[error("the database cannot be used (WAYLEAVE_DATABASE_URL): {0}")]
    Store(#[from] StoreError),
    /// No signing key has this id.
    #[error(
        "there is no signing key {0:?}: \"wayleave-origin keys list\" shows all; nothing was removed"
    )]
    UnknownKey(String),
}

/// All signing keys, one a line, oldest first.
///
/// # Errors
///
/// Any [`CommandError`].
pub async fn list_keys(settings: &Settings) -> Result<String, CommandError> {
    let store = connect(settings).await?;
    let keys = service::list_keys(&store, SystemClock.now()).await;
    store.close().await;
    let mut text = String::new();
    for key in keys? {
        let state = match key.state {
            KeyState::Published => "published, signs from",
            KeyState::Signing => "signing since",
            KeyState::Verifying => "verifying, signed from",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}  {state} {}", key.id, date(key.signs_from));
    }
    Ok(text)
}

/// Removes a signing key for ever, and tells what that means.
///
/// # Errors
///
/// Any [`CommandError`], and then nothing was removed.
pub async fn remove_key(settings: &Settings, kid: &str) -> Result<String, CommandError> {
    let unknown = || CommandError::UnknownKey(kid.to_owned());
    let key: KeyId = kid.parse().map_err(|_| unknown())?;
    let store = connect(settings).await?;
    let (secrets, key_settings) = keys_of(settings);
    let removed = service::remove_key(&store, secrets, key_settings, &key, SystemClock.now()).await;
    store.close().await;
    let removed = removed?.ok_or_else(unknown)?;
    let mut text = format!(
        "removed {key} for ever: origins stop to publish and to use it within seconds, edges refuse its tokens as fast as the revocation feed goes\n"
    );
    // Writing to a string cannot fail.
    let _ = match removed.successor {
        Some(successor) => writeln!(text, "{successor} signs in its place"),
        None => writeln!(text, "it did not sign now: the key that does goes on"),
    };
    Ok(text)
}

/// Imports the sessions of SuperTokens 4.0.X, and tells what became of them. `tell` gets the report on the way.
///
/// # Errors
///
/// Any [`CommandError`]. What was imported before it stays.
pub async fn import_supertokens(
    settings: &Settings,
    source: SuperTokens,
    mode: ImportMode,
    tell: &mut (dyn FnMut(&Report) + Send),
) -> Result<String, CommandError> {
    let (store, sessions) = sessions(settings).await?;
    let mut report = Report::default();
    let outcome = import::run(source, &sessions, &SystemClock, mode, &mut report, tell).await;
    store.close().await;
    let (read, imported) = (report.read, report.imported);
    outcome.map_err(|source| CommandError::Import { read, imported, source })?;
    Ok(match mode {
        ImportMode::DryRun => format!("a dry run, nothing was written\n{report}"),
        ImportMode::Keep => report.to_string(),
    })
}

/// Takes back all sessions that were imported. `tell` gets how many they are on the way.
///
/// # Errors
///
/// Any [`CommandError`]. What was taken back before it stays so.
pub async fn undo_import(
    settings: &Settings,
    tell: &mut (dyn FnMut(u64) + Send),
) -> Result<String, CommandError> {
    let (store, sessions) = sessions(settings).await?;
    let taken = import::undo(&sessions, tell).await;
    store.close().await;
    Ok(format!("took back {} imported sessions\n", taken?))
}

/// The rules of sessions, outside of a server.
async fn sessions(settings: &Settings) -> Result<(SqlStore, Sessions), CommandError> {
    let store = connect(settings).await?;
    let state = server::state(settings, Arc::new(store.clone()), Arc::new(SystemClock)).await?;
    Ok((store, state.sessions.clone()))
}

async fn connect(settings: &Settings) -> Result<SqlStore, StoreError> {
    SqlStore::connect(&settings.database_url, CONNECTIONS, StoreClock::Database).await
}

fn date(time: UnixMilliseconds) -> humantime::Rfc3339Timestamp {
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(time.0))
}

/// A migration takes one beside the one that holds its lock.
const CONNECTIONS: u32 = 2;
