//! Which log-in it is.

use crate::{base64url, user_id::UserId};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;

/// Names one log-in. The primary key of a session, and the `sid` claim.
///
/// Shape: 16 bytes, on the wire 22 characters of unpadded base64url. The first 4 bytes are the beginning of SHA-256 of the user id, so that
/// the sessions of one user lie together in the store; the other 12 are random. A handle is a name, not a secret: knowing one
/// gives no power over the session.
///
/// ```
/// use wayleave_shared::{session_handle::SessionHandle, user_id::UserId};
///
/// let alice = UserId::text("alice").unwrap();
/// let handle = SessionHandle::new(&alice, [7; 12]);
/// assert_eq!(handle.to_string().len(), 22);
/// assert_eq!(handle.to_string().parse::<SessionHandle>().unwrap(), handle);
/// assert!(handle.as_bytes().starts_with(&SessionHandle::prefix_of(&alice)));
/// ```
#[derive(Clone, Copy, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "String")]
pub struct SessionHandle([u8; 16]);

/// The text is not 22 characters of base64url.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a session handle is 22 characters of base64url")]
pub struct InvalidSessionHandle;

impl SessionHandle {
    /// The handle of a new session of `user_id`. `random` comes from the operating system's generator.
    #[must_use]
    pub fn new(user_id: &UserId, random: [u8; 12]) -> Self {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&Self::prefix_of(user_id));
        bytes[4..].copy_from_slice(&random);
        Self(bytes)
    }

    /// What every handle of this user begins with. Other users may share it: compare the user id too.
    #[must_use]
    pub fn prefix_of(user_id: &UserId) -> [u8; 4] {
        let digest = Sha256::digest(user_id.to_bytes());
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// The handle with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl std::str::FromStr for SessionHandle {
    type Err = InvalidSessionHandle;

    fn from_str(text: &str) -> Result<Self, InvalidSessionHandle> {
        base64url::decode_exact(text).map(Self).ok_or(InvalidSessionHandle)
    }
}

impl TryFrom<String> for SessionHandle {
    type Error = InvalidSessionHandle;

    fn try_from(text: String) -> Result<Self, InvalidSessionHandle> {
        text.parse()
    }
}

impl fmt::Display for SessionHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(base64url::encode_into(&self.0, &mut [0; TEXT_BYTES]))
    }
}

/// Stands in every answer about a session, so without the machinery of [`fmt`].
impl Serialize for SessionHandle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(base64url::encode_into(&self.0, &mut [0; TEXT_BYTES]))
    }
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SessionHandle({self})")
    }
}

/// How long the text is.
const TEXT_BYTES: usize = 22;
