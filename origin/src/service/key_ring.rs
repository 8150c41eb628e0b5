//! The signing keys in memory, opened.

use super::{
    error::KeysError,
    key_schedule::{KeySettings, Term},
};
use crate::{seal::Sealer, store::SealedSigningKey};
use wayleave_shared::{
    key_set::{KeyId, KeySet, PublicKey},
    sign::SigningKey,
    time::UnixMilliseconds,
};

/// All keys that sign or verify now, oldest first. Replaced as a whole.
#[derive(Debug, Default)]
pub(super) struct KeyRing {
    stored: Vec<SealedSigningKey>,
    terms: Vec<Term>,
    keys: Vec<SigningKey>,
    public: KeySet,
}

impl KeyRing {
    /// Opens what the store holds.
    pub(super) fn open(sealer: &Sealer, stored: Vec<SealedSigningKey>) -> Result<Self, KeysError> {
        let mut keys = Vec::with_capacity(stored.len());
        let mut public: Vec<(KeyId, PublicKey)> = Vec::with_capacity(stored.len());
        for one in &stored {
            let key = open_one(sealer, one)?;
            // A key that is given to us may stand there twice, with others between; it is published once.
            if !public.iter().any(|(id, _)| id == key.id()) {
                public.push((key.id().clone(), key.public_key()));
            }
            keys.push(key);
        }
        let terms = terms(&stored);
        Ok(Self { stored, terms, keys, public: KeySet::new(public) })
    }

    /// Whether this is the ring of these keys.
    pub(super) fn is_of(&self, stored: &[SealedSigningKey]) -> bool {
        self.stored == stored
    }

    /// The key that signs now.
    pub(super) fn signing(&self, now: UnixMilliseconds) -> Option<&SigningKey> {
        self.keys.get(KeySettings::signing(&self.terms, now)?)
    }

    /// The public halves, those not yet signing included.
    pub(super) const fn public(&self) -> &KeySet {
        &self.public
    }

    /// When each key signs.
    pub(super) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The newest key's term and id.
    pub(super) fn newest(&self) -> Option<(Term, &KeyId)> {
        Some((*self.terms.last()?, self.keys.last()?.id()))
    }
}

/// When each of these keys signs.
pub(super) fn terms(stored: &[SealedSigningKey]) -> Vec<Term> {
    let term = |one: &SealedSigningKey| Term {
        generation: one.generation,
        signs_from: one.signs_from,
        signs_until: one.signs_until,
        longest_validity: one.longest_validity,
    };
    stored.iter().map(term).collect()
}

fn open_one(sealer: &Sealer, stored: &SealedSigningKey) -> Result<SigningKey, KeysError> {
    let place = place_of(stored.generation, &stored.key_id);
    let seed = sealer
        .open(&place, &stored.sealed_seed)
        .map_err(|error| KeysError::stored(stored.generation, &error))?;
    let seed = seed.as_slice().try_into().map_err(|_| {
        KeysError::stored(stored.generation, &"the sealed seed is not 32 bytes long")
    })?;
    Ok(SigningKey::from_seed(stored.key_id.clone(), seed))
}

/// What a stored seed is bound to.
pub(super) fn place_of(generation: u64, key_id: &KeyId) -> String {
    format!("signing_keys/{generation}/{key_id}")
}
