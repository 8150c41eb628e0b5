//! What an operator does beside running origins, on their database.

use crate::{
    clock::{Clock, SystemClock},
    config::Settings,
    server::keys_of,
    service::{self, KeyState, KeysError},
    store::{SqlStore, StoreClock, StoreError},
};
use std::{
    fmt::Write,
    time::{Duration, UNIX_EPOCH},
};
use wayleave_shared::{key_set::KeyId, time::UnixMilliseconds};

/// Why a command did nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The signing keys failed.
    #[error("the signing keys: {0}")]
    Keys(#[from] KeysError),
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

async fn connect(settings: &Settings) -> Result<SqlStore, StoreError> {
    SqlStore::connect(&settings.database_url, CONNECTIONS, StoreClock::Database).await
}

fn date(time: UnixMilliseconds) -> humantime::Rfc3339Timestamp {
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(time.0))
}

/// A migration takes one beside the one that holds its lock.
const CONNECTIONS: u32 = 2;
