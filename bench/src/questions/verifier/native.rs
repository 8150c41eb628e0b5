//! Tokens of one key, and who verifies them natively. For the question and for Criterion.

use crate::failure::Failure;
use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, VerifyingKey};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use std::cell::RefCell;
use wayleave_edge::token_memory::{Recalled, TokenMemory};
use wayleave_shared::{
    anti_csrf::AntiCsrfToken,
    claims::{AccessClaims, RefreshHashPrefix},
    json::Json,
    key_set::{JsonWebKeySet, KeySet},
    session_handle::SessionHandle,
    sign::SigningKey,
    time::UnixSeconds,
    token::{TokenPolicy, verify},
    user_id::UserId,
};

/// What is verified. Every method says whether the token with this index was good.
pub struct Tokens {
    texts: Vec<String>,
    signatures: Vec<Signature>,
    published: JsonWebKeySet,
    keys: KeySet,
    policy: TokenPolicy,
    now: UnixSeconds,
    strict: VerifyingKey,
    decoding: DecodingKey,
    validation: Validation,
    memory: RefCell<TokenMemory>,
}

impl Tokens {
    /// So many tokens as the origin signs them, valid from now on.
    ///
    /// # Errors
    ///
    /// [`Failure::Other`].
    pub fn mint(count: u8, now: UnixSeconds) -> Result<Self, Failure> {
        Self::try_mint(count, now).ok_or_else(|| Failure::Other("no tokens".to_owned()))
    }

    fn try_mint(count: u8, now: UnixSeconds) -> Option<Self> {
        let key = SigningKey::from_seed("bench-key".parse().ok()?, &[7; 32]);
        let token = |number| key.sign(&claims(number, now)?).ok();
        let texts = (0..count).map(token).collect::<Option<Vec<_>>>()?;
        let signatures = texts.iter().map(|text| signature(text)).collect::<Option<_>>()?;
        let keys = KeySet::new(vec![(key.id().clone(), key.public_key())]);
        let bytes = key.public_key().to_bytes();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        Some(Self {
            texts,
            signatures,
            published: keys.to_published(),
            keys,
            policy: TokenPolicy {
                issuer: ISSUER.to_owned(),
                audience: None,
                max_validity_s: VALIDITY_S,
            },
            now,
            strict: VerifyingKey::from_bytes(&bytes).ok()?,
            decoding: DecodingKey::from_ed_der(&bytes),
            validation,
            memory: RefCell::default(),
        })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The whole token, with keys that have verified others before.
    #[must_use]
    pub fn verify(&self, index: usize) -> bool {
        verify(&self.texts[index], &self.keys, &self.policy, self.now).is_ok()
    }

    /// The whole token, with a key set that was just fetched.
    #[must_use]
    pub fn verify_with_new_key(&self, index: usize) -> bool {
        let keys = KeySet::from_published(&self.published);
        verify(&self.texts[index], &keys, &self.policy, self.now).is_ok()
    }

    /// The token out of the edge's memory, once it has been there.
    #[must_use]
    pub fn recall(&self, index: usize) -> bool {
        let mut memory = self.memory.borrow_mut();
        let text = &self.texts[index];
        if let Recalled::Known(_) = memory.recall(text, GENERATION, self.now) {
            return true;
        }
        let verified = verify(text, &self.keys, &self.policy, self.now);
        verified.is_ok_and(|verified| memory.remember(text, verified, GENERATION).generation == 0)
    }

    /// The signature alone, by `ed25519-dalek`.
    #[must_use]
    pub fn verify_strict(&self, index: usize) -> bool {
        let text = self.texts[index].as_bytes();
        let signed = &text[..text.len() - SIGNATURE_CHARACTERS - 1];
        self.strict.verify_strict(signed, &self.signatures[index]).is_ok()
    }

    /// The whole token, by `jsonwebtoken`.
    #[must_use]
    pub fn jsonwebtoken(&self, index: usize) -> bool {
        jsonwebtoken::decode::<Claims>(&self.texts[index], &self.decoding, &self.validation)
            .is_ok_and(|token| !token.claims.sub.is_empty())
    }

    /// All that others need in order to verify the same, as JSON.
    #[must_use]
    pub fn for_others(&self) -> serde_json::Value {
        serde_json::json!({"keySet": self.published, "issuer": ISSUER, "now": self.now.0, "tokens": self.texts})
    }
}

/// What a service would read of it.
#[derive(Deserialize)]
struct Claims {
    sub: String,
}

fn claims(number: u8, now: UnixSeconds) -> Option<AccessClaims> {
    let user_id = UserId::text("018f2b5c-7a1e-7c3d-9a55-0242ac120002").ok()?;
    Some(AccessClaims {
        issuer: ISSUER.to_owned(),
        audience: None,
        session: SessionHandle::new(&user_id, [number; 12]),
        user_id,
        issued_at: now,
        expires_at: UnixSeconds(now.0 + VALIDITY_S),
        anti_csrf: Some(AntiCsrfToken::from_bytes([0xa5; 16])),
        refresh_hash: RefreshHashPrefix([0x3c; 16]),
        generation: 0,
        payload: Json::parse(r#"{"role":"admin"}"#).ok(),
    })
}

fn signature(token: &str) -> Option<Signature> {
    let (_, encoded) = token.rsplit_once('.')?;
    let bytes = Base64UrlUnpadded::decode_vec(encoded).ok()?;
    Signature::from_slice(&bytes).ok()
}

const ISSUER: &str = "https://id.example";
const VALIDITY_S: u64 = 3600;
const GENERATION: u64 = 0;
/// 64 bytes in base64url.
const SIGNATURE_CHARACTERS: usize = 86;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_takes_the_tokens_and_refuses_changed_ones() {
        let mut tokens = Tokens::mint(2, now()).unwrap();
        let everybody = [
            Tokens::verify,
            Tokens::verify_with_new_key,
            Tokens::recall,
            Tokens::verify_strict,
            Tokens::jsonwebtoken,
        ];
        for verify in everybody {
            assert!(verify(&tokens, 0) && verify(&tokens, 1));
        }
        let second = tokens.texts[1].clone();
        let dot = second.rfind('.').unwrap();
        tokens.texts[1] = format!("{}{}", &tokens.texts[0][..dot], &second[dot..]);
        for verify in everybody {
            assert!(verify(&tokens, 0) && !verify(&tokens, 1));
        }
    }

    /// jsonwebtoken looks at the real time.
    #[expect(clippy::disallowed_methods, reason = "a peer looks at the real time")]
    fn now() -> UnixSeconds {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        UnixSeconds(since.unwrap().as_secs())
    }
}
