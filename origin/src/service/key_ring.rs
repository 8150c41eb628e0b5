//! The signing keys in memory, opened.

use super::{
    error::KeysError,
    key_schedule::{KeySettings, Term},
};
use crate::{seal::Sealer, store::SealedSigningKey};
use wayleave_shared::{
    key_set::{InvalidKey, KeySet},
    sign::SigningKey,
    time::UnixMilliseconds,
};

/// All keys that sign or verify now, oldest first. Replaced as a whole.
#[derive(Debug, Default)]
pub(super) struct KeyRing {
    terms: Vec<Term>,
    keys: Vec<SigningKey>,
    public: KeySet,
}

impl KeyRing {
    /// Opens what the store holds.
    pub(super) fn open(sealer: &Sealer, stored: &[SealedSigningKey]) -> Result<Self, KeysError> {
        let (mut terms, mut keys) = (Vec::new(), Vec::new());
        for one in stored {
            keys.push(open_one(sealer, one)?);
            terms.push(Term {
                generation: one.generation,
                signs_from: one.signs_from,
                signs_until: one.signs_until,
            });
        }
        let public = keys.iter().map(|key| (key.id().clone(), key.public_key())).collect();
        Ok(Self { terms, keys, public: KeySet::new(public) })
    }

    /// The key that signs now.
    pub(super) fn signing(&self, now: UnixMilliseconds) -> Option<&SigningKey> {
        self.keys.get(KeySettings::signing(&self.terms, now)?)
    }

    /// The public halves, those not yet signing included.
    pub(super) const fn public(&self) -> &KeySet {
        &self.public
    }

    /// The newest key's term.
    pub(super) fn newest(&self) -> Option<Term> {
        self.terms.last().copied()
    }

    /// The newest generation that can be forgotten.
    pub(super) fn forgotten(&self, settings: &KeySettings, now: UnixMilliseconds) -> Option<u64> {
        let forgotten = self.terms.iter().rev().find(|term| settings.is_forgotten(**term, now));
        forgotten.map(|term| term.generation)
    }
}

fn open_one(sealer: &Sealer, stored: &SealedSigningKey) -> Result<SigningKey, KeysError> {
    let place = place_of(stored.generation, &stored.key_id);
    let seed = sealer
        .open(&place, &stored.sealed_seed)
        .map_err(|error| KeysError::stored(stored.generation, &error))?;
    let id = stored
        .key_id
        .parse()
        .map_err(|error: InvalidKey| KeysError::stored(stored.generation, &error))?;
    let seed = seed.as_slice().try_into().map_err(|_| {
        KeysError::stored(stored.generation, &"the sealed seed is not 32 bytes long")
    })?;
    Ok(SigningKey::from_seed(id, seed))
}

/// What a stored seed is bound to.
pub(super) fn place_of(generation: u64, key_id: &str) -> String {
    format!("signing_keys/{generation}/{key_id}")
}
