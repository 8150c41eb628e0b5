//! What an operator sees of the signing keys, and removing one in an emergency.

use super::{
    error::KeysError,
    key_material::{KeySecrets, drawn, sealed},
    key_ring::terms,
    key_schedule::{CLOCK_SKEW, KeySettings},
};
use crate::{
    seal::Sealer,
    store::{KeyRemoval, RemoveKey, Store},
};
use wayleave_shared::{key_set::KeyId, time::UnixMilliseconds};

/// A signing key, for an operator.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListedKey {
    /// Its `kid`.
    pub id: KeyId,
    /// 1 for the first, then one more each.
    pub generation: u64,
    /// Since when it signs, or from when on.
    pub signs_from: UnixMilliseconds,
    /// What it does now.
    pub state: KeyState,
}

/// What a signing key does now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyState {
    /// It is published and signs later.
    Published,
    /// It signs.
    Signing,
    /// It verifies what it signed.
    Verifying,
}

/// What a removal did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RemovedKey {
    /// The key that signs from now on, where the removed one did.
    pub successor: Option<KeyId>,
}

/// All signing keys, oldest first.
///
/// # Errors
///
/// [`KeysError::Store`].
pub async fn list_keys(
    store: &dyn Store,
    now: UnixMilliseconds,
) -> Result<Vec<ListedKey>, KeysError> {
    let stored = store.signing_keys().await?;
    let signing = KeySettings::signing(&terms(&stored), now);
    let listed = stored.into_iter().enumerate().map(|(index, key)| ListedKey {
        id: key.key_id,
        generation: key.generation,
        signs_from: key.signs_from,
        state: match signing {
            Some(signing) if index == signing => KeyState::Signing,
            _ if key.signs_from > now => KeyState::Published,
            _ => KeyState::Verifying,
        },
    });
    Ok(listed.collect())
}

/// Removes a key for ever: from the store and so, within seconds, from every origin; the feed tells the edges to refuse what it signed. Where it signs
/// now, a new key does so at once, which the edges learn when they first meet it. `None` where there is no such key.
///
/// # Errors
///
/// Any [`KeysError`], and then nothing was removed.
pub async fn remove_key(
    store: &dyn Store,
    secrets: KeySecrets<'_>,
    settings: KeySettings,
    key: &KeyId,
    now: UnixMilliseconds,
) -> Result<Option<RemovedKey>, KeysError> {
    let sealer = Sealer::new(secrets.master_keys.iter().map(|key| &**key));
    loop {
        let stored = store.signing_keys().await?;
        let terms = terms(&stored);
        let Some(index) = stored.iter().rposition(|one| one.key_id == *key) else {
            return Ok(None);
        };
        let successor = match settings.substitute(&terms, index, now) {
            Some(term) => Some(sealed(&sealer, &drawn()?, term)?),
            None => None,
        };
        let validity = settings.longest_validity(terms[index]).max(settings.access_validity);
        let remove = RemoveKey {
            key: key.clone(),
            successor: successor.clone(),
            remember: validity + CLOCK_SKEW,
        };
        match store.remove_signing_key(remove).await? {
            KeyRemoval::Removed => {
                return Ok(Some(RemovedKey { successor: successor.map(|key| key.key_id) }));
            }
            KeyRemoval::Unknown => return Ok(None),
            // An origin made the next key at this moment; its number is taken, the one after it is not.
            KeyRemoval::SuccessorTaken => {}
        }
    }
}
