//! Whose session it is.

use crate::{json, scan};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// Who is logged in, as the app named them.
///
/// A string and an integer are kept apart: `1` and `"1"` are two users. Strings compare by their bytes: `"alice"`, `"Alice"` and
/// `"alice "` are three users.
///
/// # Shapes and bounds
///
/// | kind | JSON | bound |
/// |---|---|---|
/// | integer | `7` | within ±9007199254740991, what every JSON reader keeps exactly (RFC 8259 section 6) |
/// | text | `"alice"` | 1 to 255 bytes of UTF-8 |
///
/// # Text form
///
/// Outside JSON (a URL path, a header) an id has one ASCII spelling, [`UserId::to_text`]:
///
/// ```
/// use wayleave_shared::user_id::UserId;
///
/// let number: UserId = serde_json::from_str("1").unwrap();
/// let text: UserId = serde_json::from_str("\"1\"").unwrap();
/// assert_ne!(number, text);
/// assert_eq!(number.to_text(), "1");
/// assert_eq!(text.to_text(), "\"1\"");
/// assert_eq!(UserId::from_text("\"1\"").unwrap(), text);
/// assert_eq!(UserId::from_text("alice").unwrap().to_text(), "alice");
/// ```
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct UserId(Kind);

#[derive(Clone, Eq, Hash, PartialEq)]
enum Kind {
    Integer(i64),
    Text(String),
}

/// Why something is not a user id.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidUserId {
    /// The string has no characters.
    #[error("a user id must not be empty")]
    Empty,
    /// The integer is beyond ±9007199254740991.
    #[error("an integer user id must lie within ±{MAX_INTEGER}")]
    IntegerOutOfRange,
    /// Neither a string nor an integer, or a text form that nothing is written in.
    #[error("a user id is a JSON string or integer")]
    NotTextNorInteger,
    /// The string is over 255 bytes.
    #[error("a user id is at most {MAX_TEXT_BYTES} bytes, this one has {0}")]
    TooLong(usize),
}

impl UserId {
    /// The id that is this string.
    ///
    /// # Errors
    ///
    /// [`InvalidUserId::Empty`] or [`InvalidUserId::TooLong`].
    pub fn text(text: impl Into<String>) -> Result<Self, InvalidUserId> {
        let text = text.into();
        match text.len() {
            0 => Err(InvalidUserId::Empty),
            1..=MAX_TEXT_BYTES => Ok(Self(Kind::Text(text))),
            longer => Err(InvalidUserId::TooLong(longer)),
        }
    }

    /// The id that is this integer.
    ///
    /// # Errors
    ///
    /// [`InvalidUserId::IntegerOutOfRange`].
    pub fn integer(number: i64) -> Result<Self, InvalidUserId> {
        if number.unsigned_abs() > MAX_INTEGER {
            return Err(InvalidUserId::IntegerOutOfRange);
        }
        Ok(Self(Kind::Integer(number)))
    }

    /// The id's only spelling outside JSON, in visible ASCII and spaces. See the type's documentation.
    #[must_use]
    pub fn to_text(&self) -> String {
        match &self.0 {
            Kind::Integer(number) => number.to_string(),
            Kind::Text(text) if is_plain(text) => text.clone(),
            Kind::Text(text) => json::ascii(&json::quote(text)),
        }
    }

    /// Reads the text form, and any other JSON spelling of the same string.
    ///
    /// # Errors
    ///
    /// Any [`InvalidUserId`].
    pub fn from_text(text: &str) -> Result<Self, InvalidUserId> {
        if text.starts_with('"') {
            let inner = scan::unquoted(text).ok_or(InvalidUserId::NotTextNorInteger)?;
            return Self::text(inner);
        }
        match text.parse::<i64>() {
            Ok(number) if is_integer(text) => Self::integer(number),
            _ if is_integer(text) => Err(InvalidUserId::IntegerOutOfRange),
            _ => Self::text(text),
        }
    }

    /// What the store keeps and compares: a byte for the kind (`i` or `s`), then the digits or the string. At most 256 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.0 {
            Kind::Integer(number) => format!("i{number}").into_bytes(),
            Kind::Text(text) => format!("s{text}").into_bytes(),
        }
    }

    /// Reads what [`UserId::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// Any [`InvalidUserId`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidUserId> {
        let text = std::str::from_utf8(bytes).map_err(|_| InvalidUserId::NotTextNorInteger)?;
        if let Some(digits) = text.strip_prefix('i') {
            let number = digits.parse().map_err(|_| InvalidUserId::IntegerOutOfRange)?;
            return Self::integer(number);
        }
        let text = text.strip_prefix('s').ok_or(InvalidUserId::NotTextNorInteger)?;
        Self::text(text)
    }
}

/// Written as it may stand in a log line: the length only, for an id may be an e-mail address.
impl fmt::Debug for UserId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Integer(_) => formatter.write_str("UserId(integer)"),
            Kind::Text(text) => write!(formatter, "UserId({} bytes)", text.len()),
        }
    }
}

impl Serialize for UserId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Kind::Integer(number) => serializer.serialize_i64(*number),
            Kind::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for UserId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UserIdVisitor)
    }
}

struct UserIdVisitor;

impl de::Visitor<'_> for UserIdVisitor {
    type Value = UserId;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a user id: a string of 1 to 255 bytes or an integer")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<UserId, E> {
        UserId::integer(number).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<UserId, E> {
        let number =
            i64::try_from(number).map_err(|_| E::custom(InvalidUserId::IntegerOutOfRange))?;
        self.visit_i64(number)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<UserId, E> {
        UserId::text(text).map_err(E::custom)
    }
}

/// Whether a string can stand outside JSON as it is, without being taken for an integer or a quoted string.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.starts_with('"') && !is_integer(text)
}

/// Whether a text is the canonical spelling of an integer: no plus sign, no leading zero, no `-0`.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    match digits.as_bytes() {
        [b'0'] => text == "0",
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

const MAX_TEXT_BYTES: usize = 255;
const MAX_INTEGER: u64 = (1 << 53) - 1;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn from_json(json: &str) -> Result<UserId, String> {
        serde_json::from_str(json).map_err(|refused| refused.to_string())
    }

    #[test]
    fn what_is_no_user_id_is_refused_with_what_is_accepted() {
        for (json, expected) in [
            ("\"\"", "must not be empty"),
            ("1.5", "a string of 1 to 255 bytes or an integer"),
            ("true", "a string of 1 to 255 bytes or an integer"),
            ("null", "a string of 1 to 255 bytes or an integer"),
            ("[1]", "a string of 1 to 255 bytes or an integer"),
            ("9007199254740992", "within ±9007199254740991"),
            ("-9007199254740992", "within ±9007199254740991"),
            ("18446744073709551615", "within ±9007199254740991"),
        ] {
            let refused = from_json(json).unwrap_err();
            assert!(refused.contains(expected), "{json}: {refused}");
        }
        assert_eq!(UserId::text("é".repeat(128)), Err(InvalidUserId::TooLong(256)));
        assert!(UserId::text("a".repeat(255)).is_ok());
    }

    #[test]
    fn text_form_of_each_kind_of_id() {
        for (json, text) in [
            ("1", "1"),
            ("-7", "-7"),
            ("\"1\"", "\"1\""),
            ("\"-0\"", "-0"),
            ("\"007\"", "007"),
            ("\"+1\"", "+1"),
            ("\"alice\"", "alice"),
            ("\"alice \"", "\"alice \""),
            ("\"a/b?c\"", "a/b?c"),
            ("\"\\\"quoted\"", "\"\\\"quoted\""),
            ("\"é\"", "\"\\u00e9\""),
            ("\"😀\"", "\"\\ud83d\\ude00\""),
        ] {
            let id = from_json(json).unwrap();
            assert_eq!(id.to_text(), text);
            assert_eq!(UserId::from_text(text).unwrap(), id);
        }
    }

    #[test]
    fn debug_output_does_not_show_the_id() {
        assert_eq!(format!("{:?}", UserId::text("alice@example").unwrap()), "UserId(13 bytes)");
    }

    proptest! {
        #[test]
        fn every_text_id_survives_all_its_forms(text in "\\PC{1,60}|[\\x00-\\x7f]{1,60}") {
            let id = UserId::text(text).unwrap();
            let written = id.to_text();
            prop_assert!(written.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
            prop_assert_eq!(&UserId::from_text(&written).unwrap(), &id);
            prop_assert_eq!(&UserId::from_bytes(&id.to_bytes()).unwrap(), &id);
            prop_assert_eq!(&from_json(&serde_json::to_string(&id).unwrap()).unwrap(), &id);
        }

        #[test]
        fn every_integer_id_survives_all_its_forms(number in -9_007_199_254_740_991_i64..=9_007_199_254_740_991) {
            let id = UserId::integer(number).unwrap();
            prop_assert_eq!(&UserId::from_text(&id.to_text()).unwrap(), &id);
            prop_assert_eq!(&UserId::from_bytes(&id.to_bytes()).unwrap(), &id);
            prop_assert_eq!(&from_json(&serde_json::to_string(&id).unwrap()).unwrap(), &id);
        }
    }
}
