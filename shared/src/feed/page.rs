//! What a page of the feed says.

use crate::{
    base64url, claims::AccessClaims, key_set::KeyId, session_handle::SessionHandle,
    time::UnixSeconds, user_id::UserId,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// One page of the feed, as it is signed.
///
/// Entries are tuples, for there may be many of them: see [`RevokedSession`], [`RevokedUser`], [`RevokedKey`].
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct FeedPage {
    /// Who issued it: the `iss` of the access tokens it is about.
    #[serde(rename = "iss")]
    pub issuer: String,
    /// When it was signed, by the origin's clock.
    #[serde(rename = "iat")]
    pub issued_at: UnixSeconds,
    /// The cursor that it answers; absent where the asker had none. Ties the answer to the question: a page of another question is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<FeedCursor>,
    /// What to ask from next.
    pub cursor: FeedCursor,
    /// Whether the cursor asked from was not known, so that this is the first page of everything.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub restart: bool,
    /// Whether there is more after this page already.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Sessions that were ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<RevokedSession>,
    /// Users all of whose sessions were ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<RevokedUser>,
    /// Signing keys that were removed in an emergency.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<RevokedKey>,
}

/// A session that was ended: `[handle, forget_at]`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(into = "(SessionHandle, UnixSeconds)")]
pub struct RevokedSession {
    /// Which.
    pub handle: SessionHandle,
    /// When its last access token has expired on every clock, so that the entry can go.
    pub forget_at: UnixSeconds,
}

/// A user all of whose sessions were ended: `[user, issued_before, forget_at]`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(into = "(UserDigest, UnixSeconds, UnixSeconds)")]
pub struct RevokedUser {
    /// Whose.
    pub user: UserDigest,
    /// Tokens issued before this second are refused. It lies as far before the end as clocks may differ, so that no new log-in is refused; the sessions that were
    /// ended are also listed one by one.
    pub issued_before: UnixSeconds,
    /// When the entry can go.
    pub forget_at: UnixSeconds,
}

/// A signing key that was removed: `[key, forget_at]`. Nothing that it signed is accepted any more.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(into = "(KeyId, UnixSeconds)")]
pub struct RevokedKey {
    /// Which.
    pub key: KeyId,
    /// When its last access token would have expired.
    pub forget_at: UnixSeconds,
}

/// Names a user in the feed without telling who it is: the first 16 bytes of SHA-256 of the id.
///
/// ```
/// use wayleave_shared::{feed::UserDigest, user_id::UserId};
///
/// let number = UserId::integer(1).unwrap();
/// let text = UserId::text("1").unwrap();
/// assert_ne!(UserDigest::of(&number), UserDigest::of(&text));
/// ```
#[derive(Clone, Copy, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserDigest(pub [u8; 16]);

impl UserDigest {
    /// The digest of this id.
    #[must_use]
    pub fn of(user_id: &UserId) -> Self {
        let digest = Sha256::digest(user_id.to_bytes());
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        Self(first)
    }

    /// The digest of a token's user.
    #[must_use]
    pub fn of_claims(claims: &AccessClaims) -> Self {
        Self::of(&claims.user_id)
    }
}

impl FromStr for UserDigest {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        base64url::decode_exact(text).map(Self).ok_or("a user digest is 22 characters of base64url")
    }
}

impl TryFrom<String> for UserDigest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<UserDigest> for String {
    fn from(digest: UserDigest) -> Self {
        base64url::encode(&digest.0)
    }
}

impl fmt::Debug for UserDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "UserDigest({})", base64url::encode(&self.0))
    }
}

/// How far a feed was read: the history that it belongs to, and a position in it. Text form: `<22 characters>.<position>`.
///
/// ```
/// use wayleave_shared::feed::FeedCursor;
///
/// let cursor: FeedCursor = "AAAAAAAAAAAAAAAAAAAAAA.17".parse().unwrap();
/// assert_eq!(cursor.position, 17);
/// assert_eq!(cursor.to_string(), "AAAAAAAAAAAAAAAAAAAAAA.17");
/// assert!("17".parse::<FeedCursor>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct FeedCursor {
    /// Which history: drawn at random when a database is set up.
    pub epoch: [u8; 16],
    /// The position of the last entry that was read; 0 before the first.
    pub position: u64,
}

/// The text is not `<22 characters of base64url>.<position>`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a feed cursor is 22 characters of base64url, a dot and a position")]
pub struct InvalidFeedCursor;

impl FromStr for FeedCursor {
    type Err = InvalidFeedCursor;

    fn from_str(text: &str) -> Result<Self, InvalidFeedCursor> {
        let (epoch, position) = text.split_once('.').ok_or(InvalidFeedCursor)?;
        let cursor = Self {
            epoch: base64url::decode_exact(epoch).ok_or(InvalidFeedCursor)?,
            position: position.parse().map_err(|_| InvalidFeedCursor)?,
        };
        // One spelling: no plus sign, no leading zero.
        if cursor.to_string() == text { Ok(cursor) } else { Err(InvalidFeedCursor) }
    }
}

impl TryFrom<String> for FeedCursor {
    type Error = InvalidFeedCursor;

    fn try_from(text: String) -> Result<Self, InvalidFeedCursor> {
        text.parse()
    }
}

impl From<FeedCursor> for String {
    fn from(cursor: FeedCursor) -> Self {
        cursor.to_string()
    }
}

impl fmt::Display for FeedCursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", base64url::encode(&self.epoch), self.position)
    }
}

impl From<RevokedSession> for (SessionHandle, UnixSeconds) {
    fn from(entry: RevokedSession) -> Self {
        (entry.handle, entry.forget_at)
    }
}

impl From<RevokedUser> for (UserDigest, UnixSeconds, UnixSeconds) {
    fn from(entry: RevokedUser) -> Self {
        (entry.user, entry.issued_before, entry.forget_at)
    }
}

impl From<RevokedKey> for (KeyId, UnixSeconds) {
    fn from(entry: RevokedKey) -> Self {
        (entry.key, entry.forget_at)
    }
}
