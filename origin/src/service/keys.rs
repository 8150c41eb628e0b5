//! Signing keys: made on time, once, whichever origin is first.

use super::{
    error::{KeysError, SessionError},
    key_material::{KeySecrets, drawn, sealed, supplied},
    key_ring::{KeyRing, terms},
    key_schedule::{CLOCK_SKEW, KeySettings, Term},
};
use crate::{
    seal::Sealer,
    store::{KeyAddition, Store},
};
use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use wayleave_shared::{
    claims::AccessClaims,
    feed::FeedPage,
    key_set::JsonWebKeySet,
    sign::SigningKey,
    time::UnixMilliseconds,
    token,
    token::{TokenPolicy, TokenRefusal, VerifiedToken},
};

/// The signing keys of a deployment, as this origin knows them.
pub struct Keys {
    store: Arc<dyn Store>,
    sealer: Sealer,
    settings: KeySettings,
    supplied: Option<SigningKey>,
    /// Whether the supplied key was removed in an emergency, and so is not used.
    supplied_is_removed: AtomicBool,
    ring: RwLock<Arc<KeyRing>>,
}

impl Keys {
    /// Loads the keys, and makes the first one where there is none.
    ///
    /// # Errors
    ///
    /// Any [`KeysError`]; in particular [`KeysError::Stored`] where none of the master keys opens what is stored.
    pub async fn load(
        store: Arc<dyn Store>,
        secrets: KeySecrets<'_>,
        settings: KeySettings,
        now: UnixMilliseconds,
    ) -> Result<Self, KeysError> {
        let sealer = Sealer::new(secrets.master_keys.iter().map(|key| &**key));
        let given = secrets.signing_key.map(|seed| supplied(seed));
        let supplied = given.transpose().map_err(|error| KeysError::stored(0, &error))?;
        let keys = Self {
            store,
            sealer,
            settings,
            supplied,
            supplied_is_removed: AtomicBool::new(false),
            ring: RwLock::default(),
        };
        keys.keep_current(now).await?;
        keys.ring().signing(now).ok_or(KeysError::NoActiveKey)?;
        Ok(keys)
    }

    /// Takes over what other origins did, makes the next key where it is due, and forgets those whose tokens have all expired. Safe to run on any
    /// number of origins at once: they end with the same keys.
    ///
    /// # Errors
    ///
    /// Any [`KeysError`]; the keys known so far stay in use.
    pub async fn keep_current(&self, now: UnixMilliseconds) -> Result<(), KeysError> {
        let mut ring = self.reload(now).await?;
        if self.make_due(&ring, now).await? {
            ring = self.reload(now).await?;
        }
        let forgotten = self.settings.forgotten(ring.terms(), now);
        if !forgotten.is_empty() {
            self.store.forget_signing_keys(&forgotten).await?;
            self.reload(now).await?;
            tracing::info!(key.generations = ?forgotten, "forgot signing keys");
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
    ) -> Result<String, SessionError> {
        let ring = self.ring();
        let key = ring.signing(now).ok_or(KeysError::NoActiveKey)?;
        Ok(key.sign(claims)?)
    }

    /// Signs a page of the revocation feed with the key whose time it is.
    ///
    /// # Errors
    ///
    /// [`KeysError::NoActiveKey`].
    pub(super) fn sign_feed(
        &self,
        page: &FeedPage,
        now: UnixMilliseconds,
    ) -> Result<String, SessionError> {
        let ring = self.ring();
        let key = ring.signing(now).ok_or(KeysError::NoActiveKey)?;
        Ok(key.sign_feed(page)?)
    }

    /// How long the feed tells of something that is ended now: until its last access token has expired on every clock. Tokens that were signed while
    /// the setting was longer count too.
    pub(super) fn remember(&self) -> Duration {
        let noted = self.ring().terms().iter().map(|term| term.longest_validity).max();
        noted.unwrap_or_default().max(self.settings.access_validity) + CLOCK_SKEW
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

    /// Adds the key that is due, if one is. Tells whether there may be a new key.
    async fn make_due(&self, ring: &KeyRing, now: UnixMilliseconds) -> Result<bool, KeysError> {
        let newest = ring.newest();
        let newest_term = newest.map(|(term, _)| term);
        let supplied = self.supplied.as_ref();
        if let Some(supplied) =
            supplied.filter(|_| !self.supplied_is_removed.load(Ordering::Relaxed))
        {
            if newest.is_some_and(|(_, id)| id == supplied.id()) {
                return Ok(false);
            }
            let Some(term) = self.settings.handover(newest_term, now) else { return Ok(false) };
            if self.add(supplied, term).await? != KeyAddition::Removed {
                return Ok(true);
            }
            self.supplied_is_removed.store(true, Ordering::Relaxed);
            // What was removed does not come back because a setting still names it: this origin goes on with keys of its own.
            tracing::warn!(key.id = %supplied.id(), "the key of WAYLEAVE_SIGNING_KEY was removed and is not used");
        }
        let Some(term) = self.settings.due(newest_term, now) else { return Ok(false) };
        self.add(&drawn()?, term).await?;
        Ok(true)
    }

    async fn add(&self, key: &SigningKey, term: Term) -> Result<KeyAddition, KeysError> {
        let added = self.store.add_signing_key(sealed(&self.sealer, key, term)?).await?;
        if added == KeyAddition::Added {
            tracing::info!(key.id = %key.id(), key.generation = term.generation, "made a signing key");
        }
        Ok(added)
    }

    /// Takes over what the store holds. Where this origin's tokens live longer than a key is noted for, that is noted before it signs with the key.
    async fn reload(&self, now: UnixMilliseconds) -> Result<Arc<KeyRing>, KeysError> {
        let mut stored = self.store.signing_keys().await?;
        for generation in self.settings.understated(&terms(&stored), now) {
            self.store.raise_validity(generation, self.settings.access_validity).await?;
            for key in stored.iter_mut().filter(|key| key.generation == generation) {
                key.longest_validity = self.settings.access_validity;
            }
        }
        let known = self.ring();
        if known.is_of(&stored) {
            return Ok(known);
        }
        let ring = Arc::new(KeyRing::open(&self.sealer, stored)?);
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
