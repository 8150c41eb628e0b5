//! What a row of SuperTokens 4.0.X says.

use crate::{
    service::{Candidate, Unfit},
    store::SourceId,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use wayleave_shared::{
    json::Json,
    refresh_token::RefreshHash,
    time::UnixMilliseconds,
    user_id::{InvalidUserId, UserId},
};

/// A row of the table of sessions, as it was read.
#[derive(Clone, Debug)]
pub struct OldRow {
    /// The session's name there, by custom a UUID of version 1.
    pub handle: String,
    /// A string as it is, a number as `{"i":7}`.
    pub user_id: String,
    /// 64 hexadecimal digits: SHA-256 of the hexadecimal digits of the refresh token's SHA-256.
    pub token_hash: String,
    /// JSON; nothing where the app gave none.
    pub data: String,
    /// The same for what access tokens carry.
    pub jwt_payload: String,
    /// When the session ends.
    pub expires_at: UnixMilliseconds,
}

/// Why a row is not imported.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Skip {
    /// The session data cannot be read.
    #[error("its session data is not JSON")]
    Data,
    /// The payload cannot be read.
    #[error("its JWT payload is not JSON")]
    Payload,
    /// One reader of the payload takes the first, another the last.
    #[error("its JWT payload has an object with two members of one name")]
    PayloadMembers,
    /// The hash of the refresh token is none.
    #[error("what it keeps of its refresh token is not 64 hexadecimal digits")]
    TokenHash,
    /// Our rules for sessions.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Our rules for user ids.
    #[error(transparent)]
    UserId(#[from] InvalidUserId),
}

impl OldRow {
    /// The session that it is.
    ///
    /// With `digits_are_numbers` a user id of digits is the number, as that system took it before its version 4.2.0, which kept both alike.
    ///
    /// # Errors
    ///
    /// Any [`Skip`] but [`Skip::Unfit`].
    pub fn candidate(&self, digits_are_numbers: bool) -> Result<Candidate, Skip> {
        let jwt_payload = json(&self.jwt_payload).map_err(|_| Skip::Payload)?;
        if jwt_payload.as_ref().is_some_and(|payload| !payload.has_unique_members()) {
            return Err(Skip::PayloadMembers);
        }
        let mut source = [0; 16];
        source.copy_from_slice(&Sha256::digest(self.handle.as_bytes())[..16]);
        Ok(Candidate {
            source: SourceId(source),
            token_hash: RefreshHash(from_hex(&self.token_hash).ok_or(Skip::TokenHash)?),
            user_id: user_id(&self.user_id, digits_are_numbers)?,
            jwt_payload,
            data: json(&self.data).map_err(|_| Skip::Data)?,
            created_at: made_at(&self.handle),
            expires_at: self.expires_at,
        })
    }
}

fn json(text: &str) -> Result<Option<Json>, serde_json::Error> {
    if text.is_empty() { Ok(None) } else { Json::parse(text).map(Some) }
}

fn user_id(text: &str, digits_are_numbers: bool) -> Result<UserId, InvalidUserId> {
    /// What stands for a number.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Number {
        i: serde_json::Value,
    }

    if let Ok(Number { i }) = serde_json::from_str(text) {
        return match i.as_i64() {
            Some(number) => UserId::integer(number),
            None if i.as_f64().is_some_and(|number| number.fract() == 0.0) => {
                Err(InvalidUserId::IntegerOutOfRange)
            }
            None => Err(InvalidUserId::NotTextNorInteger),
        };
    }
    // Of an integer this makes a number, of everything else a string; but a string that begins with a quotation mark is read as JSON, which it is not here.
    if digits_are_numbers && !text.starts_with('"') {
        return UserId::from_text(text);
    }
    UserId::text(text)
}

fn from_hex(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let digits = digits.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = [pair[0], pair[1]].map(|digit| char::from(digit).to_digit(16));
        *byte = u8::try_from(high? << 4 | low?).ok()?;
    }
    Some(bytes)
}

/// When a UUID of version 1 was made (RFC 9562 section 5.1): that system names sessions so. `None` for any other text.
fn made_at(handle: &str) -> Option<UnixMilliseconds> {
    let parts: Vec<_> = handle.split('-').collect();
    let [low, middle, high, sequence, node] = parts.as_slice() else { return None };
    let lengths = [low, middle, high, sequence, node].map(|part| part.len());
    let high = high.strip_prefix('1')?;
    if lengths != [8, 4, 4, 4, 12] {
        return None;
    }
    let number = |part| u64::from_str_radix(part, 16).ok();
    let ticks = number(high)? << 48 | number(middle)? << 32 | number(low)?;
    Some(UnixMilliseconds(ticks.checked_sub(TICKS_BEFORE_1970)? / TICKS_PER_MILLISECOND))
}

/// From the first day of the Gregorian calendar to the Unix epoch, in ticks of 100 ns.
const TICKS_BEFORE_1970: u64 = 0x01b2_1dd2_1381_4000;
const TICKS_PER_MILLISECOND: u64 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> OldRow {
        OldRow {
            handle: "c232ab00-9414-11ec-b3c8-9f6bdeced846".to_owned(),
            user_id: "alice".to_owned(),
            token_hash: "0123456789abcdef".repeat(4),
            data: String::new(),
            jwt_payload: String::new(),
            expires_at: UnixMilliseconds(1),
        }
    }

    #[test]
    fn a_row_says_who_with_what_and_since_when() {
        let row =
            OldRow { data: r#"{"a": 1}"#.to_owned(), jwt_payload: "null".to_owned(), ..row() };

        let candidate = row.candidate(false).unwrap();

        assert_eq!(candidate.user_id, UserId::text("alice").unwrap());
        assert_eq!(candidate.data.unwrap().text(), r#"{"a": 1}"#);
        assert_eq!(candidate.jwt_payload.unwrap().text(), "null");
        assert_eq!(candidate.token_hash.0[..2], [0x01, 0x23]);
        // The example of RFC 9562, appendix A.1: 2022-02-22 19:22:22 UTC.
        assert_eq!(candidate.created_at, Some(UnixMilliseconds(1_645_557_742_000)));
    }

    #[test]
    fn nothing_stands_for_absent() {
        let candidate = row().candidate(false).unwrap();
        assert!(candidate.data.is_none() && candidate.jwt_payload.is_none());
    }

    #[test]
    fn numbers_and_strings_are_kept_apart_as_that_system_did() {
        let (text, integer) = (|text: &str| UserId::text(text), UserId::integer);
        for (stored, digits_are_numbers, expected) in [
            (r#"{"i":7}"#, false, integer(7)),
            (r#"{"i":-7}"#, false, integer(-7)),
            (r#"{"i":7}"#, true, integer(7)),
            ("7", false, text("7")),
            ("7", true, integer(7)),
            ("007", true, text("007")),
            ("Alice ", false, text("Alice ")),
            (r#""alice""#, true, text(r#""alice""#)),
            (r#"{"i":7,"j":8}"#, false, text(r#"{"i":7,"j":8}"#)),
            (r#"{"j":8}"#, false, text(r#"{"j":8}"#)),
            (r#"{"i":1.5}"#, false, Err(InvalidUserId::NotTextNorInteger)),
            (r#"{"i":1e+21}"#, false, Err(InvalidUserId::IntegerOutOfRange)),
            (r#"{"i":9007199254740992}"#, false, Err(InvalidUserId::IntegerOutOfRange)),
            (r#"{"i":null}"#, false, Err(InvalidUserId::NotTextNorInteger)),
            ("", false, Err(InvalidUserId::Empty)),
        ] {
            assert_eq!(user_id(stored, digits_are_numbers), expected, "{stored}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_named() {
        for (row, expected) in [
            (
                OldRow { user_id: "é".repeat(128), ..row() },
                "a user id is at most 255 bytes, this one has 256",
            ),
            (
                OldRow { token_hash: "0".repeat(63), ..row() },
                "what it keeps of its refresh token is not 64 hexadecimal digits",
            ),
            (
                OldRow { token_hash: "g".repeat(64), ..row() },
                "what it keeps of its refresh token is not 64 hexadecimal digits",
            ),
            (OldRow { data: "{oops".to_owned(), ..row() }, "its session data is not JSON"),
            (OldRow { jwt_payload: "{oops".to_owned(), ..row() }, "its JWT payload is not JSON"),
            (
                OldRow { jwt_payload: r#"{"a":1,"a":2}"#.to_owned(), ..row() },
                "its JWT payload has an object with two members of one name",
            ),
        ] {
            assert_eq!(row.candidate(false).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn only_a_uuid_of_version_1_tells_when_it_was_made() {
        for name in [
            "",
            "session",
            "c232ab00-9414-41ec-b3c8-9f6bdeced846",
            "c232ab00-9414-11ec-b3c8",
            "c232ab0-9414-11ec-b3c8-9f6bdeced846",
            "g232ab00-9414-11ec-b3c8-9f6bdeced846",
            "00000000-0000-1000-b3c8-9f6bdeced846",
        ] {
            assert_eq!(made_at(name), None, "{name}");
        }
    }
}
