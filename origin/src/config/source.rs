//! Where values come from.

use super::variable::{VARIABLES, Variable};
use std::{collections::BTreeMap, path::Path};

/// The values that were given, by the variable's name. The environment wins over the file.
#[derive(Clone, Default)]
pub struct Source(BTreeMap<&'static str, String>);

/// The settings file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A value is neither text, number nor truth value.
    #[error("the settings file: {0} must be a string, a number or true or false")]
    Kind(String),
    /// It is not TOML.
    #[error("the settings file is not TOML: {0}")]
    Malformed(#[from] toml::de::Error),
    /// A key is not known.
    #[error("the settings file: {unknown} is not a setting; known are {known}")]
    Unknown {
        /// The key.
        unknown: String,
        /// All keys there are.
        known: String,
    },
    /// It cannot be read.
    #[error("the settings file cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
}

impl Source {
    /// Values by name: for tests.
    #[must_use]
    pub fn of<const N: usize>(values: [(&'static str, &str); N]) -> Self {
        Self(values.into_iter().map(|(name, value)| (name, value.to_owned())).collect())
    }

    /// Adds values by name, which win over those already there: for tests.
    pub fn extend<const N: usize>(&mut self, values: [(&'static str, &str); N]) {
        self.0.extend(values.into_iter().map(|(name, value)| (name, value.to_owned())));
    }

    /// Reads the file, where one is named, and the process's environment.
    ///
    /// # Errors
    ///
    /// Any [`FileError`].
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn read(file: Option<&Path>) -> Result<Self, FileError> {
        let mut values = match file {
            Some(path) => from_file(&std::fs::read_to_string(path)?)?,
            None => BTreeMap::new(),
        };
        for variable in VARIABLES {
            if let Ok(value) = std::env::var(variable.name) {
                values.insert(variable.name, value);
            }
        }
        Ok(Self(values))
    }

    /// What was given for this variable, or its default; `None` where it must be set and is not. An empty value counts as not set.
    pub(super) fn value(&self, variable: &Variable) -> Option<&str> {
        let given = self.0.get(variable.name).map(|value| value.trim());
        given.filter(|value| !value.is_empty()).or(variable.default)
    }
}

fn from_file(text: &str) -> Result<BTreeMap<&'static str, String>, FileError> {
    let table: toml::Table = toml::from_str(text)?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        let variable = VARIABLES.iter().find(|variable| key_of(variable) == key);
        let Some(variable) = variable else {
            let known = VARIABLES.iter().map(key_of).collect::<Vec<_>>().join(", ");
            return Err(FileError::Unknown { unknown: key, known });
        };
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(truth) => truth.to_string(),
            _ => return Err(FileError::Kind(key)),
        };
        values.insert(variable.name, value);
    }
    Ok(values)
}

/// A variable's name in the file.
fn key_of(variable: &Variable) -> String {
    variable.name.trim_start_matches("WAYLEAVE_").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_of_the_file_is_named_with_the_known_ones() {
        let refused = from_file("listen = \"127.0.0.1:1\"\nlissen = 1").unwrap_err().to_string();
        assert!(
            refused.starts_with("the settings file: lissen is not a setting; known are listen, ")
        );
    }

    #[test]
    fn the_file_takes_text_numbers_and_truth_values() {
        let values =
            from_file("listen = \"127.0.0.1:1\"\ncookie_secure = false\ndatabase_connections = 5")
                .unwrap();
        assert_eq!(values["WAYLEAVE_LISTEN"], "127.0.0.1:1");
        assert_eq!(values["WAYLEAVE_COOKIE_SECURE"], "false");
        assert_eq!(values["WAYLEAVE_DATABASE_CONNECTIONS"], "5");
        assert!(matches!(from_file("listen = []"), Err(FileError::Kind(key)) if key == "listen"));
    }
}
