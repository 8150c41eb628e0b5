//! JSON values of the app, kept exactly as they were written.
//!
//! A payload or session data is the app's: we neither reorder it nor round its numbers. [`Json`] therefore holds the text of
//! a value that is known to be valid. Absent is not `null`: an absent value is `None`, `null` is `Some(null)`.

use crate::members::{self, Members};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::value::RawValue;
use std::fmt::{self, Write};

/// One JSON value (RFC 8259), as text.
///
/// ```
/// use wayleave_shared::json::Json;
///
/// let value: Json = serde_json::from_str("1.0e2").unwrap();
/// assert_eq!(value.text(), "1.0e2");
/// assert!(Json::parse("{oops").is_err());
/// ```
#[derive(Clone, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// Takes a text that is one JSON value.
    ///
    /// # Errors
    ///
    /// What the parser found and where.
    pub fn parse(text: impl Into<String>) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text.into()).map(Self)
    }

    /// The value as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// The value in ASCII, fit for a header: other characters stand as `\uXXXX`, line breaks between members as spaces.
    #[must_use]
    pub fn ascii(&self) -> String {
        ascii(self.text())
    }

    /// How many arrays and objects lie inside one another at the deepest place; 0 for a scalar.
    #[must_use]
    pub fn nesting(&self) -> usize {
        nesting(self.text().as_bytes())
    }

    /// Whether no object in it has two members of one name: of two, one reader takes the first, another the last. Names are compared as they
    /// are meant, so `a` and `\u0061` are one.
    ///
    /// Beyond 128 levels nobody looks, and the answer is no.
    #[must_use]
    pub fn has_unique_members(&self) -> bool {
        has_unique_members(self.text(), MAX_LEVELS)
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Json {}

/// Shows the length only: what the app stores may be personal.
impl fmt::Debug for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Json({} bytes)", self.text().len())
    }
}

/// For `#[serde(default, deserialize_with)]`: a member that is there is `Some`, even where it is `null`.
///
/// # Errors
///
/// As the value's own deserialization.
pub fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

/// As [`present`], but refuses a value with two members of one name.
///
/// # Errors
///
/// As the value's own deserialization, and where a name stands twice.
pub fn present_unique<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Json>, D::Error> {
    let json = Json::deserialize(deserializer)?;
    // Deeper is not ours to refuse: whoever limits the nesting has a better word for it.
    if json.nesting() <= MAX_LEVELS && !json.has_unique_members() {
        return Err(D::Error::custom("an object has two members of one name"));
    }
    Ok(Some(json))
}

/// `text` as a JSON string.
pub(crate) fn quote(text: &str) -> String {
    // Writing a string does not fail.
    serde_json::to_string(text).unwrap_or_default()
}

/// JSON text with every character outside visible ASCII escaped or, between tokens, made a space.
pub(crate) fn ascii(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut units = [0; 2];
    for character in text.chars() {
        match character {
            ' '..='~' => escaped.push(character),
            // Inside strings JSON has no bare control characters, so this is white space between tokens.
            '\t' | '\n' | '\r' => escaped.push(' '),
            other => {
                for unit in other.encode_utf16(&mut units) {
                    // Writing to a string cannot fail.
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
        }
    }
    escaped
}

/// The deepest nesting in a JSON text, without building it.
pub(crate) fn nesting(text: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Level by level, because a number or string that is only passed on need not fit into any type of ours.
fn has_unique_members(text: &str, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else { return !text.starts_with(['{', '[']) };
    let values = match text.as_bytes().first() {
        Some(b'{') => Members::read(text).ok().and_then(Members::unique),
        Some(b'[') => members::elements(text),
        _ => return true,
    };
    values.is_some_and(|values| values.into_iter().all(|value| has_unique_members(value, below)))
}

/// Far beyond every limit on nesting, and far below what a stack holds.
const MAX_LEVELS: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Serialize)]
    struct Body {
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        value: Option<Json>,
    }

    #[test]
    fn absent_and_null_are_kept_apart_and_every_value_round_trips() {
        for body in [
            "{}",
            r#"{"value":null}"#,
            r#"{"value":false}"#,
            r#"{"value":0}"#,
            r#"{"value":-0.0}"#,
            r#"{"value":1.0e+400}"#,
            r#"{"value":123456789012345678901234567890}"#,
            r#"{"value":""}"#,
            r#"{"value":[]}"#,
            r#"{"value":{"b":1,"a":[{}, "\u0000é😀"]}}"#,
        ] {
            let read: Body = serde_json::from_str(body).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), body);
        }
    }

    #[test]
    fn ascii_form_reads_back_as_the_same_value() {
        let json = Json::parse("{\"a\":\n\"é😀\\n\u{7f}\"}").unwrap();
        let ascii = json.ascii();
        assert_eq!(ascii, "{\"a\": \"\\u00e9\\ud83d\\ude00\\n\\u007f\"}");
        let (before, after): (serde_json::Value, serde_json::Value) =
            (serde_json::from_str(json.text()).unwrap(), serde_json::from_str(&ascii).unwrap());
        assert_eq!(before, after);
    }

    #[test]
    fn a_name_that_stands_twice_in_one_object_is_found_at_any_depth() {
        for (text, expected) in [
            ("1e400", true),
            (r#"{"a":1,"b":{"a":1}}"#, true),
            (r#"[{"a":"\ud800"},{"a":123456789012345678901234567890}]"#, true),
            (r#"{"a":1,"a":1}"#, false),
            (r#"{"a":1,"\u0061":1}"#, false),
            (r#"{"":1,"":1}"#, false),
            (r#"[[{"b":{"a":1, "a" :2}}]]"#, false),
            // A name that is no Unicode text cannot be compared.
            (r#"{"\ud800":1}"#, false),
        ] {
            assert_eq!(Json::parse(text).unwrap().has_unique_members(), expected, "{text}");
        }
    }

    #[test]
    fn endless_nesting_is_answered_without_looking_further() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(Json::parse(nested(128)).unwrap().has_unique_members());
        assert!(!Json::parse(nested(129)).unwrap().has_unique_members());
        assert!(!Json::parse(nested(100_000)).unwrap().has_unique_members());
    }

    #[test]
    fn nesting_counts_brackets_outside_strings_only() {
        for (text, expected) in [("1", 0), ("[]", 1), (r#"{"[[":"\"[["}"#, 1), ("[[],[[]]]", 3)] {
            assert_eq!(Json::parse(text).unwrap().nesting(), expected, "{text}");
        }
    }
}
