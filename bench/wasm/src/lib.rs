//! The verifier in Wasm, in a loop, so that what is measured is not the call from JavaScript.

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, VerifyingKey};
use wasm_bindgen::{JsError, prelude::wasm_bindgen};
use wayleave_shared::{
    key_set::{JsonWebKeySet, KeySet},
    time::UnixSeconds,
    token::{TokenPolicy, verify},
};

/// Tokens of one key, to be verified any number of times. Every method gives how many of them were good.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Loop {
    published: JsonWebKeySet,
    keys: KeySet,
    key: VerifyingKey,
    policy: TokenPolicy,
    now: UnixSeconds,
    tokens: Vec<String>,
    signatures: Vec<Signature>,
}

#[wasm_bindgen]
impl Loop {
    /// These tokens, at one time, in Unix seconds.
    ///
    /// # Errors
    ///
    /// Throws an `Error` if the key set has not exactly one key, or a token has no signature.
    #[wasm_bindgen(constructor)]
    pub fn new(
        key_set_json: &str,
        issuer: String,
        now_seconds: u32,
        tokens: Vec<String>,
    ) -> Result<Self, JsError> {
        let published: JsonWebKeySet = serde_json::from_str(key_set_json)?;
        let [only] = published.keys.as_slice() else {
            return Err(JsError::new("there must be one key"));
        };
        let mut bytes = [0; 32];
        decode(only.x.as_deref().unwrap_or_default(), &mut bytes)?;
        let signatures = tokens.iter().map(|token| signature(token)).collect::<Result<_, _>>()?;
        Ok(Self {
            keys: KeySet::from_published(&published),
            published,
            key: VerifyingKey::from_bytes(&bytes).map_err(|_| JsError::new("no key"))?,
            policy: TokenPolicy { issuer, audience: None, max_validity_s: u64::from(u32::MAX) },
            now: UnixSeconds(u64::from(now_seconds)),
            tokens,
            signatures,
        })
    }

    /// Verifies whole tokens with one key set, as the edge does.
    #[must_use]
    pub fn verify(&self, times: u32) -> u32 {
        self.count(times, |index| self.is_good(index, &self.keys))
    }

    /// The same with a new key set for each, which has no tables.
    #[must_use]
    pub fn verify_with_new_keys(&self, times: u32) -> u32 {
        self.count(times, |index| self.is_good(index, &KeySet::from_published(&self.published)))
    }

    /// The signature alone, by `ed25519-dalek`.
    #[must_use]
    pub fn verify_strict(&self, times: u32) -> u32 {
        self.count(times, |index| {
            let token = self.tokens[index].as_bytes();
            let signed = &token[..token.len() - SIGNATURE_CHARACTERS - 1];
            self.key.verify_strict(signed, &self.signatures[index]).is_ok()
        })
    }

    fn is_good(&self, index: usize, keys: &KeySet) -> bool {
        verify(&self.tokens[index], keys, &self.policy, self.now).is_ok()
    }

    fn count(&self, times: u32, is_good: impl Fn(usize) -> bool) -> u32 {
        let indices = (0..self.tokens.len()).cycle().zip(0..times);
        indices.map(|(index, _)| u32::from(is_good(index))).sum()
    }
}

fn signature(token: &str) -> Result<Signature, JsError> {
    let (_, encoded) = token.rsplit_once('.').ok_or_else(|| JsError::new("not a token"))?;
    let mut bytes = [0; 64];
    decode(encoded, &mut bytes)?;
    Ok(Signature::from_bytes(&bytes))
}

fn decode(text: &str, bytes: &mut [u8]) -> Result<(), JsError> {
    Base64UrlUnpadded::decode(text, bytes).map_err(|_| JsError::new("no base64url"))?;
    Ok(())
}

/// 64 bytes in base64url.
const SIGNATURE_CHARACTERS: usize = 86;
