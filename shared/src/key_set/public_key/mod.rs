//! A key that verifies, and how it does.

use super::{
    InvalidKey,
    multiples::{Multiples, combine},
};
use crate::base64url;
use curve25519_dalek::{
    EdwardsPoint, Scalar, constants::ED25519_BASEPOINT_POINT, edwards::CompressedEdwardsY,
};
#[cfg(feature = "sign")]
use ed25519_dalek::VerifyingKey;
use ed25519_dalek::{Digest, Sha512};
use std::{
    fmt,
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// An Ed25519 public key (RFC 8032) that is safe to verify with: on the curve, canonical, not of small order.
///
/// It lives long and verifies often: after a few signatures it makes itself tables of 80 KiB, with which the next ones take half of the time. Clones share them.
#[derive(Clone)]
pub struct PublicKey(Arc<Key>);

struct Key {
    bytes: [u8; 32],
    negated: EdwardsPoint,
    signatures: AtomicU32,
    multiples: OnceLock<Multiples>,
}

impl PublicKey {
    /// Takes the 32 bytes of a public key.
    ///
    /// # Errors
    ///
    /// [`InvalidKey::Point`].
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, InvalidKey> {
        let point = CompressedEdwardsY(bytes).decompress().ok_or(InvalidKey::Point)?;
        if point.is_small_order() || point.compress().to_bytes() != bytes {
            return Err(InvalidKey::Point);
        }
        Ok(Self::new(bytes, point))
    }

    /// The key of somebody who signs.
    #[cfg(feature = "sign")]
    pub(crate) fn of(key: &VerifyingKey) -> Self {
        Self::new(key.to_bytes(), key.to_edwards())
    }

    fn new(bytes: [u8; 32], point: EdwardsPoint) -> Self {
        let (signatures, multiples) = (AtomicU32::new(0), OnceLock::new());
        Self(Arc::new(Key { bytes, negated: -point, signatures, multiples }))
    }

    /// The 32 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.bytes
    }

    /// Whether the key has signed this message, strictly: `S` below the group's order, `R` not of small order and in its only spelling, the equation
    /// without a cofactor (RFC 8032 section 5.1.7). Accepts exactly what `ed25519_dalek::VerifyingKey::verify_strict` does.
    ///
    /// `R` is never decoded: it is compared with the encoding of what it must be, and that point is what must not be of small order.
    pub(crate) fn verifies(&self, signature: &[u8; 64], message: &[u8]) -> bool {
        let mut scalar = [0; 32];
        let (commitment, response) = signature.split_at(32);
        scalar.copy_from_slice(response);
        let Some(response) = Scalar::from_canonical_bytes(scalar).into_option() else {
            return false;
        };
        let hash = Sha512::new()
            .chain_update(commitment)
            .chain_update(self.0.bytes)
            .chain_update(message)
            .finalize();
        let challenge = Scalar::from_bytes_mod_order_wide(&hash.into());

        let expected = self.0.commitment(&challenge, &response);
        expected.compress().as_bytes() == commitment && !expected.is_small_order()
    }

    /// Before their time.
    #[cfg(test)]
    pub(crate) fn make_multiples(&self) {
        self.0.multiples();
    }
}

impl Key {
    /// The base point times the response, less the key times the challenge. In variable time: all of it is public.
    fn commitment(&self, challenge: &Scalar, response: &Scalar) -> EdwardsPoint {
        if let Some(multiples) = self.multiples.get() {
            return combine([(multiples, challenge), (&BASE, response)]);
        }
        // Whoever verifies only a few tokens, or must answer the first one soon, does not pay for the rest.
        if self.signatures.fetch_add(1, Ordering::Relaxed) + 1 >= SIGNATURES_BEFORE_TABLES {
            self.multiples();
        }
        EdwardsPoint::vartime_double_scalar_mul_basepoint(challenge, &self.negated, response)
    }

    fn multiples(&self) -> &Multiples {
        self.multiples.get_or_init(|| Multiples::new(self.negated))
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.bytes == other.0.bytes
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({})", base64url::encode(&self.0.bytes))
    }
}

/// As many as the tables cost: with them the next ones have earned it, and nobody ever pays more than twice.
const SIGNATURES_BEFORE_TABLES: u32 = 16;

/// The base point's, for all keys.
static BASE: LazyLock<Multiples> = LazyLock::new(|| Multiples::new(ED25519_BASEPOINT_POINT));

#[cfg(test)]
mod tests;
