//! Signing keys: made on time, once, whichever origin is first.

use super::{
    error::KeysError,
    key_ring::{KeyRing, place_of},
    key_schedule::{KeySettings, Term},
};
use crate::{
    random,
    seal::Sealer,
    store::{NewSigningKey, Store},
};
use base64ct::{Base64UrlUnpadded, Encoding};
use std::sync::{Arc, PoisonError, RwLock};
use wayleave_shared::{
    claims::AccessClaims,
    key_set::JsonWebKeySet,
    time::UnixMilliseconds,
    token,
    token::{TokenPolicy, TokenRefusal, VerifiedToken},
};
use zeroize::Zeroizing;

/// The signing keys of a deployment, as this origin knows them.
pub struct Keys {
    store: Arc<dyn Store>,
    sealer: Sealer,
    settings: KeySettings,
    ring: RwLock<Arc<KeyRing>>,
}

impl Keys {
    /// Loads the keys, and makes the first one where there is none.
    ///
    /// # Errors
    ///
    /// Any [`KeysError`]; in particular [`KeysError::Stored`] where none of `master_keys` opens what is stored.
    pub async fn load(
        store: Arc<dyn Store>,
        master_keys: &[Zeroizing<[u8; 32]>],
        settings: KeySettings,
        now: UnixMilliseconds,
    ) -> Result<Self, KeysError> {
        let sealer = Sealer::new(master_keys.iter().map(|key| &**key));
        let keys = Self { store, sealer, settings, ring: RwLock::default() };
        keys.keep_current(now).await?;
        keys.ring().signing(now).ok_or(KeysError::NoActiveKey)?;
        Ok(keys)
    }

    /// Makes the next key where it is due, forgets those whose tokens have all expired, and takes over what other origins did. Safe to run on any
    /// number of origins at once: they end with the same keys.
    ///
    /// # Errors
    ///
    /// Any [`KeysError`]; the keys known so far stay in use.
    pub async fn keep_current(&self, now: UnixMilliseconds) -> Result<(), KeysError> {
        let ring = self.reload().await?;
        if let Some(term) = self.settings.due(ring.newest(), now) {
            self.make(term).await?;
            self.reload().await?;
        }
        if let Some(generation) = ring.forgotten(&self.settings, now) {
            self.store.remove_signing_keys_up_to(generation).await?;
            self.reload().await?;
            tracing::info!(key.generation = generation, "forgot signing keys up to a generation");
        }
        Ok(())
    }

    /// Signs an access token with the key whose time it is.
    ///
    /// # Errors
    ///
    /// [`KeysError::NoActiveKey`].
    pub(super) fn sign(
        &self,
        claims: &AccessClaims,
        now: UnixMilliseconds,
    ) -> Result<String, super::SessionError> {
        let ring = self.ring();
        let key = ring.signing(now).ok_or(KeysError::NoActiveKey)?;
        Ok(key.sign(claims)?)
    }

    /// Verifies an access token.
    ///
    /// # Errors
    ///
    /// Any [`TokenRefusal`].
    pub(super) fn verify(
        &self,
        token: &str,
        policy: &TokenPolicy,
        now: UnixMilliseconds,
    ) -> Result<VerifiedToken, TokenRefusal> {
        token::verify(token, self.ring().public(), policy, now.whole_seconds())
    }

    /// The public keys in their published form.
    #[must_use]
    pub fn published(&self) -> JsonWebKeySet {
        self.ring().public().to_published()
    }

    async fn make(&self, term: Term) -> Result<(), KeysError> {
        let key_id = Base64UrlUnpadded::encode_string(&random::bytes::<9>()?);
        let seed = Zeroizing::new(random::bytes::<32>()?);
        let sealed_seed = self.sealer.seal(&place_of(term.generation, &key_id), seed.as_slice())?;
        let key = NewSigningKey {
            generation: term.generation,
            key_id: key_id.clone(),
            sealed_seed,
            signs_from: term.signs_from,
            signs_until: term.signs_until,
        };
        if self.store.add_signing_key(key).await? {
            tracing::info!(key.id = key_id, key.generation = term.generation, "made a signing key");
        }
        Ok(())
    }

    async fn reload(&self) -> Result<Arc<KeyRing>, KeysError> {
        let ring = Arc::new(KeyRing::open(&self.sealer, &self.store.signing_keys().await?)?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&ring);
        Ok(ring)
    }

    fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Keys").field("ring", &self.ring()).finish_non_exhaustive()
    }
}
