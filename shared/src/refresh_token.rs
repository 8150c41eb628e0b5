//! Refresh tokens: what only the origin makes and reads.
//!
//! The wire form is unpadded base64url of
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version, 1 |
//! | 4 | id of the refresh key |
//! | 16 | session handle |
//! | 32 | secret |
//! | 16 | the first half of HMAC-SHA-256 by the refresh key over all of the above |
//!
//! A token whose code fails is refused before the database is asked, so nobody who merely knows a handle can make the store work
//! or end a session. The store holds only SHA-256 of the secret.

use crate::{
    anti_csrf::AntiCsrfToken, base64url, claims::RefreshHashPrefix, session_handle::SessionHandle,
};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The key behind refresh tokens, grown from a master key. Wiped when dropped, never printed.
///
/// ```
/// use wayleave_shared::{refresh_token::{RefreshKeys, RefreshToken}, session_handle::SessionHandle};
///
/// let keys = RefreshKeys::derive([&[1; 32]]).unwrap();
/// let token = keys.issue(SessionHandle::from_bytes([2; 16]), [3; 32]);
/// let text = keys.write(&token);
/// assert_eq!(text.len(), 92);
/// assert_eq!(keys.read(&text).unwrap().handle(), token.handle());
///
/// let others = RefreshKeys::derive([&[9; 32]]).unwrap();
/// assert!(others.read(&text).is_none());
/// ```
#[derive(Clone)]
pub struct RefreshKeys {
    /// The first issues; all are accepted.
    keys: Vec<RefreshKey>,
}

#[derive(Clone)]
struct RefreshKey {
    id: RefreshKeyId,
    key: Zeroizing<[u8; 32]>,
}

/// No master key was given, so that nothing can be issued.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("at least one master key is needed")]
pub struct NoMasterKey;

/// A refresh token that we made: its code has been checked, or it is new.
#[derive(Clone)]
pub struct RefreshToken {
    key_id: RefreshKeyId,
    handle: SessionHandle,
    secret: Zeroizing<[u8; 32]>,
}

/// Names a refresh key. Not a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RefreshKeyId(pub [u8; 4]);

/// How a token's successor is made of it. Kept beside the successor's hash, so that the same successor can be made again; useless without the
/// refresh key and the token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Derivation {
    /// Which refresh key.
    pub key: RefreshKeyId,
    /// Random, so that no two successors of one token are the same.
    pub nonce: [u8; 16],
}

/// SHA-256 of a refresh token's secret: what the store keeps.
#[derive(Clone, Copy)]
pub struct RefreshHash(pub [u8; 32]);

impl RefreshKeys {
    /// Grows a refresh key from each master key (HKDF-SHA-256, RFC 5869). The first issues, all are accepted.
    ///
    /// # Errors
    ///
    /// [`NoMasterKey`].
    pub fn derive<'key>(
        master_keys: impl IntoIterator<Item = &'key [u8; 32]>,
    ) -> Result<Self, NoMasterKey> {
        let keys: Vec<_> = master_keys.into_iter().map(RefreshKey::derive).collect();
        if keys.is_empty() { Err(NoMasterKey) } else { Ok(Self { keys }) }
    }

    /// A new token of this session. `secret` comes from the operating system's generator.
    #[must_use]
    pub fn issue(&self, handle: SessionHandle, secret: [u8; 32]) -> RefreshToken {
        RefreshToken { key_id: self.issuing().id, handle, secret: Zeroizing::new(secret) }
    }

    /// How the next successor is made: by the key that issues. `nonce` comes from the operating system's generator.
    #[must_use]
    pub fn derivation(&self, nonce: [u8; 16]) -> Derivation {
        Derivation { key: self.issuing().id, nonce }
    }

    /// The token that takes this one's place: for one derivation always the same. `None` where the key of the derivation is no longer listed.
    ///
    /// ```
    /// use wayleave_shared::{refresh_token::RefreshKeys, session_handle::SessionHandle};
    ///
    /// let keys = RefreshKeys::derive([&[1; 32]]).unwrap();
    /// let parent = keys.issue(SessionHandle::from_bytes([2; 16]), [3; 32]);
    /// let derivation = keys.derivation([4; 16]);
    /// let first = keys.successor(&parent, derivation).unwrap();
    /// let again = keys.successor(&parent, derivation).unwrap();
    /// assert_eq!(keys.write(&first), keys.write(&again));
    /// ```
    #[must_use]
    pub fn successor(&self, parent: &RefreshToken, derivation: Derivation) -> Option<RefreshToken> {
        let key = self.keys.iter().find(|key| key.id == derivation.key)?;
        let message = Zeroizing::new([parent.secret.as_slice(), &derivation.nonce].concat());
        let secret = Zeroizing::new(key.digest(b"successor v1", &message));
        Some(RefreshToken { key_id: key.id, handle: parent.handle, secret })
    }

    /// The token's wire form: 92 characters of base64url.
    #[must_use]
    pub fn write(&self, token: &RefreshToken) -> String {
        let mut bytes = Zeroizing::new([0; TOKEN_BYTES]);
        bytes[0] = VERSION;
        bytes[1..5].copy_from_slice(&token.key_id.0);
        bytes[5..21].copy_from_slice(token.handle.as_bytes());
        bytes[21..53].copy_from_slice(token.secret.as_slice());
        let code = self.key_of(token).code(b"token v1", &bytes[..53]);
        bytes[53..].copy_from_slice(&code);
        base64url::encode(bytes.as_slice())
    }

    /// Reads a wire form that one of these keys wrote; `None` for everything else. Costs no database call.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<RefreshToken> {
        let bytes = Zeroizing::new(base64url::decode_exact::<TOKEN_BYTES>(text)?);
        let (version, rest) = bytes.split_first()?;
        let (key_id, rest) = rest.split_first_chunk::<4>()?;
        let (handle, rest) = rest.split_first_chunk::<16>()?;
        let (secret, code) = rest.split_first_chunk::<32>()?;
        let key = self.keys.iter().find(|key| key.id.0 == *key_id)?;
        let expected = key.code(b"token v1", &bytes[..53]);
        if *version != VERSION || !bool::from(expected.ct_eq(code)) {
            return None;
        }
        Some(RefreshToken {
            key_id: key.id,
            handle: SessionHandle::from_bytes(*handle),
            secret: Zeroizing::new(*secret),
        })
    }

    /// The anti-CSRF token that goes with a refresh token: the same every time, so that parallel answers agree.
    #[must_use]
    pub fn anti_csrf_token(&self, token: &RefreshToken) -> AntiCsrfToken {
        AntiCsrfToken::from_bytes(self.key_of(token).code(b"anti-csrf v1", token.secret.as_slice()))
    }

    /// What marks, for JavaScript, the generation that a refresh token belongs to. Not a secret.
    #[must_use]
    pub fn marker(&self, token: &RefreshToken) -> Uuid {
        let bytes = self.key_of(token).code(b"id-refresh-token v1", token.secret.as_slice());
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    fn issuing(&self) -> &RefreshKey {
        // `derive` refuses an empty list, and nothing else makes this type.
        &self.keys[0]
    }

    fn key_of(&self, token: &RefreshToken) -> &RefreshKey {
        self.keys.iter().find(|key| key.id == token.key_id).unwrap_or_else(|| self.issuing())
    }
}

impl RefreshKey {
    fn derive(master_key: &[u8; 32]) -> Self {
        let source = Hkdf::<Sha256>::new(None, master_key);
        let (mut id, mut key) = ([0; 4], Zeroizing::new([0; 32]));
        for (purpose, output) in [
            ("wayleave refresh key id v1", id.as_mut_slice()),
            ("wayleave refresh key v1", key.as_mut_slice()),
        ] {
            source
                .expand(purpose.as_bytes(), output)
                .expect("32 bytes are within what HKDF-SHA-256 can give (RFC 5869 section 2.3)");
        }
        Self { id: RefreshKeyId(id), key }
    }

    /// The first 16 bytes of a keyed hash.
    fn code(&self, purpose: &[u8], message: &[u8]) -> [u8; 16] {
        let digest = Zeroizing::new(self.digest(purpose, message));
        let mut code = [0; 16];
        code.copy_from_slice(&digest[..16]);
        code
    }

    /// A keyed hash. `purpose` keeps uses apart: no output of one can pass for another's.
    fn digest(&self, purpose: &[u8], message: &[u8]) -> [u8; 32] {
        let mut hash = Hmac::<Sha256>::new_from_slice(self.key.as_slice())
            .expect("HMAC takes a key of any length (RFC 2104 section 2)");
        hash.update(purpose);
        hash.update(&[0]);
        hash.update(message);
        hash.finalize().into_bytes().into()
    }
}

impl RefreshToken {
    /// The session that it refreshes.
    #[must_use]
    pub const fn handle(&self) -> SessionHandle {
        self.handle
    }

    /// What the store knows it by.
    #[must_use]
    pub fn hash(&self) -> RefreshHash {
        RefreshHash(Sha256::digest(self.secret.as_slice()).into())
    }
}

impl RefreshHash {
    /// What the access token repeats of it.
    #[must_use]
    pub fn prefix(&self) -> RefreshHashPrefix {
        let mut prefix = [0; 16];
        prefix.copy_from_slice(&self.0[..16]);
        RefreshHashPrefix(prefix)
    }
}

/// In constant time.
impl PartialEq for RefreshHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for RefreshHash {}

impl fmt::Debug for RefreshKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RefreshKeys({})", self.keys.len())
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RefreshToken(of {})", self.handle)
    }
}

impl fmt::Debug for RefreshHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RefreshHash(32 bytes)")
    }
}

const VERSION: u8 = 1;
const TOKEN_BYTES: usize = 69;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_single_bit_flip_of_a_token_is_refused() {
        let keys = RefreshKeys::derive([&[1; 32]]).unwrap();
        let text = keys.write(&keys.issue(SessionHandle::from_bytes([2; 16]), [3; 32]));
        let bytes = base64url::decode_exact::<TOKEN_BYTES>(&text).unwrap();

        for bit in 0..TOKEN_BYTES * 8 {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(keys.read(&base64url::encode(&flipped)).is_none(), "bit {bit}");
        }
    }

    #[test]
    fn other_lengths_and_alphabets_are_refused() {
        let keys = RefreshKeys::derive([&[1; 32]]).unwrap();
        let text = keys.write(&keys.issue(SessionHandle::from_bytes([2; 16]), [3; 32]));

        for refused in [
            "",
            "a",
            &text[1..],
            &format!("{text}A"),
            &format!("{text}="),
            &text.replace(&text[..1], "!"),
        ] {
            assert!(keys.read(refused).is_none(), "{refused}");
        }
    }

    #[test]
    fn a_token_of_an_older_master_key_is_accepted_while_that_key_is_listed() {
        let old = RefreshKeys::derive([&[1; 32]]).unwrap();
        let both = RefreshKeys::derive([&[2; 32], &[1; 32]]).unwrap();
        let token = old.issue(SessionHandle::from_bytes([2; 16]), [3; 32]);

        let read = both.read(&old.write(&token)).unwrap();

        assert_eq!(read.hash(), token.hash());
        assert_eq!(both.write(&read), old.write(&token));
        assert_eq!(both.anti_csrf_token(&read).to_text(), old.anti_csrf_token(&token).to_text());
    }

    #[test]
    fn what_is_derived_from_a_token_differs_by_purpose_and_by_token() {
        let keys = RefreshKeys::derive([&[1; 32]]).unwrap();
        let handle = SessionHandle::from_bytes([2; 16]);
        let (one, two) = (keys.issue(handle, [3; 32]), keys.issue(handle, [4; 32]));

        assert_ne!(keys.anti_csrf_token(&one).to_text(), keys.anti_csrf_token(&two).to_text());
        assert_ne!(keys.marker(&one), keys.marker(&two));
        assert_ne!(one.hash(), two.hash());
        assert_eq!(keys.marker(&one).get_version_num(), 4);
    }

    #[test]
    fn successors_differ_by_token_nonce_and_key() {
        let keys = RefreshKeys::derive([&[1; 32], &[2; 32]]).unwrap();
        let turned = RefreshKeys::derive([&[2; 32], &[1; 32]]).unwrap();
        let handle = SessionHandle::from_bytes([2; 16]);
        let (one, two) = (keys.issue(handle, [3; 32]), keys.issue(handle, [4; 32]));
        let hash = |parent, derivation| keys.successor(parent, derivation).unwrap().hash().0;

        let all = [
            one.hash().0,
            hash(&one, keys.derivation([5; 16])),
            hash(&two, keys.derivation([5; 16])),
            hash(&one, keys.derivation([6; 16])),
            hash(&one, turned.derivation([5; 16])),
        ];

        assert_eq!(std::collections::BTreeSet::from(all).len(), all.len());
    }

    #[test]
    fn a_successor_can_be_made_again_while_its_key_is_listed() {
        let old = RefreshKeys::derive([&[1; 32]]).unwrap();
        let parent = old.issue(SessionHandle::from_bytes([2; 16]), [3; 32]);
        let derivation = old.derivation([4; 16]);
        let successor = old.write(&old.successor(&parent, derivation).unwrap());

        let both = RefreshKeys::derive([&[2; 32], &[1; 32]]).unwrap();
        assert_eq!(both.write(&both.successor(&parent, derivation).unwrap()), successor);

        let new = RefreshKeys::derive([&[2; 32]]).unwrap();
        assert!(new.successor(&parent, derivation).is_none());
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let keys = RefreshKeys::derive([&[1; 32]]).unwrap();
        let token = keys.issue(SessionHandle::from_bytes([2; 16]), [3; 32]);
        assert_eq!(format!("{keys:?}"), "RefreshKeys(1)");
        assert_eq!(format!("{token:?}"), "RefreshToken(of AgICAgICAgICAgICAgICAg)");
        assert_eq!(format!("{:?}", token.hash()), "RefreshHash(32 bytes)");
    }
}
