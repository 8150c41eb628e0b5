//! Sealing private keys for the store: XChaCha20-Poly1305 with a key grown from a master key.
//!
//! What is sealed is bound to its place: table and row are the associated data, so a sealed value that is moved to another row does not open.
//! Rolling a whole row back to an older one is not noticed.
//!
//! Shape: version (1 byte, 1), id of the master key (4), nonce (24), ciphertext with its tag.

use crate::random::{self, NoRandomness};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// Seals with the first master key, opens with any.
pub(crate) struct Sealer {
    keys: Vec<SealingKey>,
}

struct SealingKey {
    id: [u8; 4],
    cipher: XChaCha20Poly1305,
}

/// Why a value could not be sealed or opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum SealError {
    /// It was changed, moved, or sealed for another place.
    #[error("a sealed value does not open: it was changed or belongs elsewhere")]
    Broken,
    /// The operating system gave no random bytes.
    #[error("the operating system's random generator failed")]
    NoRandomness,
    /// None of the master keys sealed it.
    #[error("a sealed value needs a master key that WAYLEAVE_MASTER_KEY does not list")]
    UnknownMasterKey,
}

impl From<NoRandomness> for SealError {
    fn from(_: NoRandomness) -> Self {
        Self::NoRandomness
    }
}

impl Sealer {
    pub(crate) fn new<'key>(master_keys: impl IntoIterator<Item = &'key [u8; 32]>) -> Self {
        Self { keys: master_keys.into_iter().map(SealingKey::derive).collect() }
    }

    pub(crate) fn seal(&self, place: &str, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        let key = self.keys.first().ok_or(SealError::UnknownMasterKey)?;
        let nonce = random::bytes::<24>()?;
        let payload = Payload { msg: secret, aad: place.as_bytes() };
        let ciphertext =
            key.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Broken)?;
        Ok([&[VERSION], key.id.as_slice(), &nonce, &ciphertext].concat())
    }

    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (version, rest) = sealed.split_first().ok_or(SealError::Broken)?;
        let (id, rest) = rest.split_first_chunk::<4>().ok_or(SealError::Broken)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<24>().ok_or(SealError::Broken)?;
        if *version != VERSION {
            return Err(SealError::Broken);
        }
        let key = self.keys.iter().find(|key| key.id == *id).ok_or(SealError::UnknownMasterKey)?;
        let payload = Payload { msg: ciphertext, aad: place.as_bytes() };
        let opened = key.cipher.decrypt(&XNonce::from(*nonce), payload);
        opened.map(Zeroizing::new).map_err(|_| SealError::Broken)
    }
}

impl SealingKey {
    fn derive(master_key: &[u8; 32]) -> Self {
        let source = Hkdf::<Sha256>::new(None, master_key);
        let (mut id, mut key) = ([0; 4], Zeroizing::new([0; 32]));
        for (purpose, output) in [
            ("wayleave sealing key id v1", id.as_mut_slice()),
            ("wayleave sealing key v1", key.as_mut_slice()),
        ] {
            source
                .expand(purpose.as_bytes(), output)
                .expect("32 bytes are within what HKDF-SHA-256 can give (RFC 5869 section 2.3)");
        }
        Self { id, cipher: XChaCha20Poly1305::new((&*key).into()) }
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sealer({} keys)", self.keys.len())
    }
}

const VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_in_its_place_only() {
        let keys = Sealer::new([&[1; 32]]);
        let sealed = keys.seal("signing_keys/1/a", b"secret").unwrap();

        assert_eq!(keys.open("signing_keys/1/a", &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(keys.open("signing_keys/2/a", &sealed).unwrap_err(), SealError::Broken);
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let keys = Sealer::new([&[1; 32]]);
        let sealed = keys.seal("p", b"secret").unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(keys.open("p", &changed).is_err(), "byte {index}");
        }
        assert_eq!(keys.open("p", &[]).unwrap_err(), SealError::Broken);
        assert_eq!(keys.open("p", &sealed[..20]).unwrap_err(), SealError::Broken);
    }

    #[test]
    fn a_new_first_master_key_opens_what_the_old_one_sealed() {
        let sealed = Sealer::new([&[1; 32]]).seal("p", b"secret").unwrap();
        let rolled = Sealer::new([&[2; 32], &[1; 32]]);

        assert_eq!(rolled.open("p", &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(
            Sealer::new([&[2; 32]]).open("p", &sealed).unwrap_err(),
            SealError::UnknownMasterKey
        );
    }
}
