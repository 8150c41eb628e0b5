//! The public keys that verify access tokens, and their published form (RFC 7517, RFC 8037).

mod multiples;
mod public_key;

pub use public_key::PublicKey;

use crate::base64url;
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};
use std::fmt;

/// Names a signing key: 1 to 64 characters of the base64url alphabet. The `kid` of a token's header.
///
/// ```
/// use wayleave_shared::key_set::KeyId;
///
/// assert!("k-2026_1".parse::<KeyId>().is_ok());
/// assert!("../key".parse::<KeyId>().is_err());
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

/// A key id or key that cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidKey {
    /// The id has another length or alphabet.
    #[error("a key id is 1 to {MAX_KEY_ID_BYTES} characters of A-Z, a-z, 0-9, - and _")]
    Id,
    /// The bytes are no Ed25519 public key, or one of small order, under which anybody can sign.
    #[error("not a usable Ed25519 public key")]
    Point,
}

impl KeyId {
    /// Whether a text could be a key's id at all: looked at before any key is looked for.
    #[must_use]
    pub fn is_valid(text: &str) -> bool {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=MAX_KEY_ID_BYTES).contains(&text.len()) && text.bytes().all(known)
    }

    /// The id as it stands in a header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for KeyId {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        if Self::is_valid(text) { Ok(Self(text.to_owned())) } else { Err(InvalidKey::Id) }
    }
}

impl TryFrom<String> for KeyId {
    type Error = InvalidKey;

    fn try_from(text: String) -> Result<Self, InvalidKey> {
        text.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The keys that verify now, by id. A handful; looked up by scanning.
///
/// ```
/// use wayleave_shared::key_set::{JsonWebKeySet, KeySet};
///
/// let published: JsonWebKeySet = serde_json::from_str(
///     r#"{"keys":[{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","kid":"a",
///         "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
/// ).unwrap();
/// let keys = KeySet::from_published(&published);
/// assert_eq!(keys.len(), 1);
/// assert!(keys.find("a").is_some());
/// ```
#[derive(Clone, Debug, Default)]
pub struct KeySet(Vec<(KeyId, PublicKey)>);

impl KeySet {
    /// The set of these keys.
    #[must_use]
    pub fn new(keys: Vec<(KeyId, PublicKey)>) -> Self {
        Self(keys)
    }

    /// The usable keys of a published set. Keys of another type or use are left out, as RFC 7517 section 5 asks.
    #[must_use]
    pub fn from_published(published: &JsonWebKeySet) -> Self {
        Self(published.keys.iter().filter_map(JsonWebKey::usable).collect())
    }

    /// The published form.
    #[must_use]
    pub fn to_published(&self) -> JsonWebKeySet {
        JsonWebKeySet { keys: self.0.iter().map(|(id, key)| JsonWebKey::new(id, key)).collect() }
    }

    /// The key with this id; none if the id stands twice, for then nobody can say which is meant.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&PublicKey> {
        let mut of_this_id = self.0.iter().filter(|(known, _)| known.as_str() == id);
        let (_, key) = of_this_id.next()?;
        of_this_id.next().is_none().then_some(key)
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no key, so that no token can be verified.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What `/.well-known/jwks.json` holds (RFC 7517 section 5).
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct JsonWebKeySet {
    /// The keys. Members and kinds of key that we do not know are left alone.
    pub keys: Vec<JsonWebKey>,
}

/// One published key (RFC 7517 section 4, RFC 8037 section 2).
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct JsonWebKey {
    /// The key type; ours are `OKP`.
    pub kty: String,
    /// The curve; ours is `Ed25519`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// What it is for; ours are `sig`.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub key_use: Option<String>,
    /// The algorithm; ours is `EdDSA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// The key's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The public key in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// What it may be used for; ours do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_ops: Option<Vec<String>>,
    /// Whether the private half stands there too: then everybody can sign with it.
    #[serde(default, rename = "d", deserialize_with = "is_there", skip_serializing)]
    pub(crate) is_private: bool,
}

impl JsonWebKey {
    fn new(id: &KeyId, key: &PublicKey) -> Self {
        Self {
            kty: "OKP".to_owned(),
            crv: Some("Ed25519".to_owned()),
            key_use: Some("sig".to_owned()),
            alg: Some("EdDSA".to_owned()),
            kid: Some(id.to_string()),
            x: Some(base64url::encode(&key.to_bytes())),
            key_ops: None,
            is_private: false,
        }
    }

    fn usable(&self) -> Option<(KeyId, PublicKey)> {
        let is_ours = self.kty == "OKP"
            && self.crv.as_deref() == Some("Ed25519")
            && self.key_use.as_deref().is_none_or(|key_use| key_use == "sig")
            && self.alg.as_deref().is_none_or(|alg| alg == "EdDSA")
            && self.key_ops.as_ref().is_none_or(|uses| uses.iter().any(|name| name == "verify"))
            && !self.is_private;
        if !is_ours {
            return None;
        }
        let bytes = base64url::decode_exact(self.x.as_deref()?)?;
        Some((self.kid.as_deref()?.parse().ok()?, PublicKey::from_bytes(bytes).ok()?))
    }
}

fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

const MAX_KEY_ID_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_under_which_anybody_can_sign_are_refused() {
        let identity = {
            let mut bytes = [0; 32];
            bytes[0] = 1;
            bytes
        };
        assert_eq!(PublicKey::from_bytes(identity), Err(InvalidKey::Point));
        assert_eq!(PublicKey::from_bytes([0; 32]), Err(InvalidKey::Point));
        assert_eq!(PublicKey::from_bytes([0xff; 32]), Err(InvalidKey::Point));
    }

    #[test]
    fn keys_of_another_kind_are_left_out_of_the_set() {
        let published = serde_json::json!({"keys": [
            {"kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB"},
            {"kty": "OKP", "crv": "X25519", "kid": "x", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty": "OKP", "crv": "Ed25519", "use": "enc", "kid": "e", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty": "OKP", "crv": "Ed25519", "kid": "bad id", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty": "OKP", "crv": "Ed25519", "kid": "ours", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        ]});
        let published: JsonWebKeySet = serde_json::from_value(published).unwrap();

        let keys = KeySet::from_published(&published);

        assert_eq!(keys.len(), 1);
        assert!(keys.find("ours").is_some());
    }
}
