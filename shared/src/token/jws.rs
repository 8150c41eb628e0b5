//! Opening a compact JWS: whose signature it bears, before anything is made of its payload.
//!
//! Access tokens and pages of the revocation feed are both opened here. Their `typ` keeps them apart.

use super::TokenRefusal;
use crate::{
    base64url,
    key_set::{KeyId, KeySet, PublicKey},
    members::Members,
};
use ed25519_dalek::{Signature, SigningKey};
use jwt_compact::{Algorithm, AlgorithmSignature};
use std::borrow::Cow;

/// The payload of a token of this type and at most this length, whose signature holds.
///
/// # Errors
///
/// [`TokenRefusal::TooLarge`], [`TokenRefusal::Malformed`], [`TokenRefusal::HeaderMalformed`], [`TokenRefusal::WrongAlgorithm`],
/// [`TokenRefusal::WrongType`], [`TokenRefusal::UnknownKey`] or [`TokenRefusal::BadSignature`], looked for in this order.
pub(crate) fn open(
    token: &str,
    token_type: &str,
    max_bytes: usize,
    keys: &KeySet,
) -> Result<Vec<u8>, TokenRefusal> {
    let parts = Parts::split(token, max_bytes)?;
    let header_json = base64url::decode(parts.header).ok_or(TokenRefusal::Malformed)?;
    let signature =
        base64url::decode_exact::<64>(parts.signature).ok_or(TokenRefusal::Malformed)?;
    let payload = base64url::decode(parts.payload).ok_or(TokenRefusal::Malformed)?;

    let key = key_for(&header_json, token_type, keys)?;
    let signature = <Signature as AlgorithmSignature>::try_from_slice(&signature)
        .map_err(|_| TokenRefusal::BadSignature)?;
    if StrictEd25519.verify_signature(&signature, key, parts.signed.as_bytes()) {
        Ok(payload)
    } else {
        Err(TokenRefusal::BadSignature)
    }
}

fn key_for<'keys>(
    header_json: &[u8],
    token_type: &str,
    keys: &'keys KeySet,
) -> Result<&'keys PublicKey, TokenRefusal> {
    let header = Header::read(header_json).ok_or(TokenRefusal::HeaderMalformed)?;
    if header.alg != StrictEd25519.name() {
        return Err(TokenRefusal::WrongAlgorithm);
    }
    if header.typ != token_type {
        return Err(TokenRefusal::WrongType);
    }
    // What could be no key's id makes nobody look for a newer key set.
    if !KeyId::is_valid(header.kid) {
        return Err(TokenRefusal::HeaderMalformed);
    }
    keys.find(header.kid).ok_or(TokenRefusal::UnknownKey)
}

/// The three parts of a compact JWS, still encoded.
struct Parts<'token> {
    header: &'token str,
    payload: &'token str,
    signature: &'token str,
    signed: &'token str,
}

impl<'token> Parts<'token> {
    fn split(token: &'token str, max_bytes: usize) -> Result<Self, TokenRefusal> {
        if token.len() > max_bytes {
            return Err(TokenRefusal::TooLarge);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenRefusal::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenRefusal::Malformed)?;
        if header.is_empty() || payload.is_empty() || signature.is_empty() {
            return Err(TokenRefusal::Malformed);
        }
        Ok(Self { header, payload, signature, signed })
    }
}

/// Exactly these members: `crit`, `b64`, `jwk`, `jku`, `x5u`, `x5c` and `zip` have no place here. Borrowed, so an escaped spelling is refused too.
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
}

impl<'a> Header<'a> {
    fn read(json: &'a [u8]) -> Option<Self> {
        let members = Members::read_strictly(json, &["alg", "typ", "kid"]).ok()?;
        Some(Self {
            alg: members.plain("alg").ok()?,
            typ: members.plain("typ").ok()?,
            kid: members.plain("kid").ok()?,
        })
    }
}

/// `EdDSA` with Ed25519 as `jwt-compact` has it, but verified strictly: canonical `S` and `R`, no point of small order (RFC 8032 section 5.1.7).
#[derive(Clone, Copy, Debug)]
pub(crate) struct StrictEd25519;

impl Algorithm for StrictEd25519 {
    type SigningKey = SigningKey;
    type VerifyingKey = PublicKey;
    type Signature = Signature;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed("EdDSA")
    }

    fn sign(&self, signing_key: &SigningKey, message: &[u8]) -> Signature {
        jwt_compact::alg::Ed25519.sign(signing_key, message)
    }

    fn verify_signature(&self, signature: &Signature, key: &PublicKey, message: &[u8]) -> bool {
        key.verifies(&signature.to_bytes(), message)
    }
}
