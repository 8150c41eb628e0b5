//! Headers for the browser, by name.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{collections::BTreeMap, ops::Index};

/// A few headers, each name once. In JSON an object.
///
/// A list, not a map: there are at most six, and a tree would be the largest thing in the Wasm that reads them.
///
/// ```
/// use wayleave_shared::header_lines::HeaderLines;
///
/// let mut headers = HeaderLines::from([("front-token".to_owned(), "remove".to_owned())]);
/// headers.set("anti-csrf".to_owned(), "x".to_owned());
/// assert_eq!(headers["front-token"], "remove");
/// assert_eq!(headers.get("etag"), None);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HeaderLines(Vec<(String, String)>);

impl HeaderLines {
    /// The value of the header of this name, to the letter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Puts this value in the place of the one that was there.
    pub fn set(&mut self, name: String, value: String) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, before)) => *before = value,
            None => self.0.push((name, value)),
        }
    }

    /// Each name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, String)> for HeaderLines {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(headers: I) -> Self {
        let mut lines = Self::default();
        lines.extend(headers);
        lines
    }
}

impl Extend<(String, String)> for HeaderLines {
    fn extend<I: IntoIterator<Item = (String, String)>>(&mut self, headers: I) {
        headers.into_iter().for_each(|(name, value)| self.set(name, value));
    }
}

impl<const COUNT: usize> From<[(String, String); COUNT]> for HeaderLines {
    fn from(headers: [(String, String); COUNT]) -> Self {
        headers.into_iter().collect()
    }
}

impl IntoIterator for HeaderLines {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// For what must be there.
///
/// # Panics
///
/// Where it is not.
impl Index<&str> for HeaderLines {
    type Output = String;

    fn index(&self, name: &str) -> &String {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or_else(|| panic!("there is no header {name}"), |(_, value)| value)
    }
}

impl Serialize for HeaderLines {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for HeaderLines {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(|headers| headers.into_iter().collect())
    }
}
