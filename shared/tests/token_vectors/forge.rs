//! Makes tokens of any shape, most of which nobody should make.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

/// The key that the files trust as `k1`.
pub(crate) fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// Somebody else's key.
pub(crate) fn foreign_key() -> SigningKey {
    SigningKey::from_bytes(&[8; 32])
}

/// A published key as the origin writes it.
pub(crate) fn published(id: &str, key: &SigningKey) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": id,
        "x": encode(key.verifying_key().as_bytes())})
}

/// The set with `k1` alone.
pub(crate) fn key_set() -> Value {
    json!({"keys": [published("k1", &key())]})
}

/// A JSON object as a list of members whose values are any text.
#[derive(Clone)]
pub(crate) struct Members(Vec<(String, String)>);

impl Members {
    /// With this value in place of the member's, or at the end if it has none.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => return self.and(name, value),
        }
        self
    }

    /// With one member more, whether or not there is one of this name.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        let before = self.0.len();
        self.0.retain(|(known, _)| known != name);
        assert!(self.0.len() < before, "there is no {name}");
        self
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        &self.0.iter().find(|(known, _)| known == name).unwrap().1
    }

    /// Names are written as they are given, so they may hold escapes.
    pub(crate) fn text(&self) -> String {
        let members: Vec<_> =
            self.0.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    }
}

pub(crate) fn header() -> Members {
    Members(vec![]).and("alg", "\"EdDSA\"").and("typ", "\"at+jwt\"").and("kid", "\"k1\"")
}

pub(crate) fn claims() -> Members {
    Members(vec![])
        .and("iss", "\"https://id.example\"")
        .and("sub", "\"alice\"")
        .and("sid", "\"AgICAgICAgICAgICAgICAg\"")
        .and("iat", "1700000000")
        .and("exp", "1700003600")
        .and("csrf", "\"AwMDAwMDAwMDAwMDAwMDAw\"")
        .and("rth", "\"BAQEBAQEBAQEBAQEBAQEBA\"")
        .and("gen", "0")
        .and("p", r#"{"role":"admin"}"#)
}

/// A good token.
pub(crate) fn token() -> String {
    signed(header().text(), claims().text())
}

/// Any header and claims under a good signature of `k1`.
pub(crate) fn signed(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
    signed_by(&key(), header, claims)
}

pub(crate) fn signed_by(
    key: &SigningKey,
    header: impl AsRef<[u8]>,
    claims: impl AsRef<[u8]>,
) -> String {
    sign_text(key, &format!("{}.{}", encode(header.as_ref()), encode(claims.as_ref())))
}

/// The text, whatever it is, and a signature of exactly that text.
pub(crate) fn sign_text(key: &SigningKey, text: &str) -> String {
    with_signature(text, &key.sign(text.as_bytes()).to_bytes())
}

pub(crate) fn with_signature(text: &str, signature: &[u8]) -> String {
    format!("{text}.{}", encode(signature))
}

/// What is signed of a good token.
pub(crate) fn message() -> String {
    format!("{}.{}", encode(header().text().as_bytes()), encode(claims().text().as_bytes()))
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// In the ordinary alphabet, without padding.
pub(crate) fn encode_ordinary(bytes: &[u8]) -> String {
    Base64::encode_string(bytes).trim_end_matches('=').to_owned()
}

/// The same text with the last character's unused bits set to `bits`.
pub(crate) fn with_trailing_bits(text: &str, bits: usize) -> String {
    let (rest, last) = text.split_at(text.len() - 1);
    let value = ALPHABET.find(last).unwrap();
    let character = &ALPHABET[value + bits..=value + bits];
    format!("{rest}{character}")
}

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
