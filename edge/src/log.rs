//! What the operator reads.

use serde::{Serialize, Serializer, ser::SerializeMap};

/// One line of the log: a sentence, and fields with dotted names. Never a token, cookie, key, payload or address.
///
/// ```
/// use wayleave_edge::log::{Level, LogLine};
///
/// let line = LogLine::new(Level::Error, "the origin could not be asked").with("origin.call", &"refresh");
/// assert_eq!(line.to_json(), r#"{"message":"the origin could not be asked","origin.call":"refresh"}"#);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// The sentence.
    pub message: &'static str,
    /// The fields.
    pub fields: Vec<(&'static str, String)>,
}

/// How much a line matters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Level {
    /// Something does not work.
    Error,
    /// Something is probably set wrongly.
    Warning,
}

impl LogLine {
    /// A line without fields.
    #[must_use]
    pub const fn new(level: Level, message: &'static str) -> Self {
        Self { level, message, fields: Vec::new() }
    }

    /// The same line with one more field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.fields.push((name, value.to_string()));
        self
    }

    /// The line as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for LogLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len() + 1))?;
        map.serialize_entry("message", self.message)?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
