//! Signing access tokens. Only the origin enables this.

use crate::{
    claims::AccessClaims,
    key_set::{KeyId, PublicKey},
    token::{ACCESS_TOKEN_TYPE, jws::StrictEd25519},
};
use jwt_compact::{AlgorithmExt, Claims, Header};
use serde::Serialize;
use std::fmt;
use zeroize::Zeroizing;

/// An Ed25519 private key with its id. Wiped from memory when dropped; `Debug` shows the id only.
///
/// ```
/// use wayleave_shared::sign::SigningKey;
///
/// let key = SigningKey::from_seed("k1".parse().unwrap(), &[7; 32]);
/// assert_eq!(format!("{key:?}"), "SigningKey(k1)");
/// ```
#[derive(Clone)]
pub struct SigningKey {
    id: KeyId,
    key: ed25519_dalek::SigningKey,
}

/// Claims that cannot be written. Does not happen with claims made of our own types.
#[derive(Debug, thiserror::Error)]
#[error("the access token could not be written: {0}")]
pub struct SigningFailed(String);

impl SigningKey {
    /// The key that grows from these 32 bytes (RFC 8032 section 5.1.5), which must come from the operating system's generator.
    #[must_use]
    pub fn from_seed(id: KeyId, seed: &[u8; 32]) -> Self {
        Self { id, key: ed25519_dalek::SigningKey::from_bytes(seed) }
    }

    /// The 32 bytes that [`SigningKey::from_seed`] takes, to be sealed.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes())
    }

    /// The key's id.
    #[must_use]
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// The half that verifies.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey::of(&self.key.verifying_key())
    }

    /// Writes and signs an access token.
    ///
    /// # Errors
    ///
    /// [`SigningFailed`].
    ///
    /// # Examples
    ///
    /// See the [module's test](crate::token::verify): what is signed here verifies there.
    pub fn sign(&self, claims: &AccessClaims) -> Result<String, SigningFailed> {
        self.sign_as(ACCESS_TOKEN_TYPE, claims)
    }

    /// Writes and signs a token of any type.
    pub(crate) fn sign_as(
        &self,
        token_type: &str,
        payload: &impl Serialize,
    ) -> Result<String, SigningFailed> {
        let header = Header::empty().with_token_type(token_type).with_key_id(self.id.as_str());
        StrictEd25519
            .token(&header, &Claims::new(payload), &self.key)
            .map_err(|failed| SigningFailed(failed.to_string()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.id)
    }
}
