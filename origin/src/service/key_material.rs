//! What signing keys are made from, and sealed for the store.

use super::{error::KeysError, key_ring::place_of, key_schedule::Term};
use crate::{random, seal::Sealer, store::NewSigningKey};
use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};
use wayleave_shared::{
    key_set::{InvalidKey, KeyId},
    sign::SigningKey,
};
use zeroize::Zeroizing;

/// The secrets of a deployment that its signing keys depend on.
#[derive(Clone, Copy)]
pub struct KeySecrets<'settings> {
    /// The first seals the private halves, all open them.
    pub master_keys: &'settings [Zeroizing<[u8; 32]>],
    /// The seed of the key that signs; without it keys are drawn at random and rotate.
    pub signing_key: Option<&'settings Zeroizing<[u8; 32]>>,
}

/// A key that was given to us. Its id says which key it is, so that every origin and every restart finds the same.
pub(super) fn supplied(seed: &[u8; 32]) -> Result<SigningKey, InvalidKey> {
    let public = SigningKey::from_seed("unnamed".parse()?, seed).public_key();
    // RFC 7638 section 3, with the members that RFC 8037 section 2 names.
    let x = Base64UrlUnpadded::encode_string(&public.to_bytes());
    let json = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    let thumbprint = Base64UrlUnpadded::encode_string(&Sha256::digest(json));
    Ok(SigningKey::from_seed(thumbprint.parse()?, seed))
}

/// A new random key.
pub(super) fn drawn() -> Result<SigningKey, KeysError> {
    let id = Base64UrlUnpadded::encode_string(&random::bytes::<9>()?);
    let id: KeyId = id.parse().map_err(|error: InvalidKey| KeysError::stored(0, &error))?;
    Ok(SigningKey::from_seed(id, &Zeroizing::new(random::bytes::<32>()?)))
}

/// The key as the store keeps it, for this term.
pub(super) fn sealed(
    sealer: &Sealer,
    key: &SigningKey,
    term: Term,
) -> Result<NewSigningKey, KeysError> {
    let place = place_of(term.generation, key.id());
    Ok(NewSigningKey {
        generation: term.generation,
        key_id: key.id().clone(),
        sealed_seed: sealer.seal(&place, key.seed().as_slice())?,
        signs_from: term.signs_from,
        signs_until: term.signs_until,
        longest_validity: term.longest_validity,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037 appendix A.1 and A.3.
    #[test]
    fn a_supplied_key_is_named_by_its_thumbprint() {
        let mut seed = [0; 32];
        Base64UrlUnpadded::decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", &mut seed)
            .unwrap();

        let key = supplied(&seed).unwrap();

        assert_eq!(key.id().as_str(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}
