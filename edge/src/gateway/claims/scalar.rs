//! When two JSON values are equal.

use super::Decimal;
use wayleave_shared::members::string_as;

/// A JSON value that has no parts. Equal by value, not by spelling: `"a"` is `"\u0061"`, and `1` is `1.0`.
///
/// ```
/// use wayleave_edge::gateway::Scalar;
///
/// assert_eq!(Scalar::read("1"), Scalar::read("1.0"));
/// assert_ne!(Scalar::read("1"), Scalar::read("\"1\""));
/// assert_eq!(Scalar::read("[1]"), None);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A number.
    Number(Decimal),
    /// A string.
    Text(String),
}

impl Scalar {
    /// Reads the text of one JSON value. `None` where it is an array, an object, a string that is no Unicode text, or a number without bounds.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        match json.as_bytes().first()? {
            b'"' => string_as(json).map(Self::Text),
            b'[' | b'{' => None,
            b'f' => Some(Self::Bool(false)),
            b'n' => Some(Self::Null),
            b't' => Some(Self::Bool(true)),
            _ => Decimal::read(json).map(Self::Number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_different_types_are_never_equal() {
        let values =
            ["null", "true", "false", "0", "1", "\"\"", "\"0\"", "\"1\"", "\"null\"", "\"true\""];
        for (left, one) in values.iter().enumerate() {
            for (right, other) in values.iter().enumerate() {
                let (one, other) = (Scalar::read(one), Scalar::read(other));
                assert!(one.is_some() && other.is_some());
                assert_eq!(one == other, left == right, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn strings_are_equal_by_their_characters() {
        assert_eq!(Scalar::read(r#""\u00e9\/""#), Scalar::read("\"é/\""));
        assert_ne!(Scalar::read("\"e\u{301}\""), Scalar::read("\"é\""));
        assert_ne!(Scalar::read("\"a\""), Scalar::read("\"A\""));
    }

    #[test]
    fn what_has_parts_or_no_text_is_no_scalar() {
        for text in ["[]", "{}", "[1]", r#""\ud800""#, ""] {
            assert_eq!(Scalar::read(text), None, "{text}");
        }
    }
}
