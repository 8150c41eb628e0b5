//! Reading the members of a JSON object by name, with one reader for all types.
//!
//! A derived `Deserialize` is a parser of its own for each type. In a native program that is fast; in the Wasm it is a third of the size, which everybody downloads. So what the edge reads is
//! read here. Of the origin's answers there is a derived reader too, for native programs, and a test shows that both say the same; claims and pages of the feed have no other reader.
//!
//! | file | what it reads |
//! |---|---|
//! | `answers` | the origin's answers |
//! | `signed` | claims, pages of the feed and published keys |

mod answers;
mod signed;

use crate::{
    header_lines::HeaderLines,
    json::Json,
    scan::{Scanner, unquoted},
    time::UnixMilliseconds,
    user_id::{InvalidUserId, UserId},
};
use std::{collections::HashSet, num::IntErrorKind, str::FromStr};

/// The members of a JSON object, each as it was written. Those that nobody asks for are left alone.
#[derive(Debug)]
pub struct Members<'text>(Vec<(String, &'text str)>);

/// A type that is read from the members of a JSON object.
pub trait FromMembers: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// The first member that is missing or not what it should be.
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember>;
}

/// A member that is missing, or not what it should be.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the member `{0}` is missing or wrong")]
pub struct WrongMember(pub &'static str);

/// A text is no JSON object.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a JSON object")]
pub struct NoObject;

/// A text is no JSON object, has a member that is not known, or one that stands twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not an object of known members, each once")]
pub struct NotStrict;

impl<'text> Members<'text> {
    /// Reads a text that is one JSON object.
    ///
    /// # Errors
    ///
    /// [`NoObject`].
    pub fn read(text: &'text str) -> Result<Self, NoObject> {
        let mut members = Vec::new();
        let mut scanner = Scanner::new(text);
        if !scanner.take(b'{') {
            return Err(NoObject);
        }
        if !scanner.take(b'}') {
            loop {
                let name = scanner.string().and_then(unquoted).ok_or(NoObject)?;
                if !scanner.take(b':') {
                    return Err(NoObject);
                }
                members.push((name, scanner.value().ok_or(NoObject)?));
                if scanner.take(b'}') {
                    break;
                }
                if !scanner.take(b',') {
                    return Err(NoObject);
                }
            }
        }
        if scanner.is_at_end() { Ok(Self(members)) } else { Err(NoObject) }
    }

    /// The values, if no two members have one name.
    pub(crate) fn unique(self) -> Option<Vec<&'text str>> {
        let mut names = HashSet::new();
        let values = self.0.into_iter().map(|(name, value)| names.insert(name).then_some(value));
        values.collect()
    }

    /// Reads an object that has no member but these, and none of them twice.
    ///
    /// # Errors
    ///
    /// [`NotStrict`].
    pub fn read_strictly(json: &'text [u8], known: &[&str]) -> Result<Self, NotStrict> {
        let text = std::str::from_utf8(json).map_err(|_| NotStrict)?;
        let members = Self::read(text).map_err(|NoObject| NotStrict)?;
        let is_known = |name: &String| known.contains(&name.as_str());
        let stands_once =
            |name: &String| members.0.iter().filter(|(other, _)| other == name).count() == 1;
        if members.0.len() <= known.len()
            && members.0.iter().all(|(name, _)| is_known(name) && stands_once(name))
        {
            Ok(members)
        } else {
            Err(NotStrict)
        }
    }

    /// Each name, and its value as it was written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'text str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// A member that is there may be `null`; for all but a value of the app that counts as absent.
    fn raw(&self, name: &str) -> Option<&'text str> {
        self.value_of(name).filter(|value| *value != "null")
    }

    /// What stands there, as it was written; of several members of one name the first.
    #[must_use]
    pub fn value_of(&self, name: &str) -> Option<&'text str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    fn required(&self, name: &'static str) -> Result<&'text str, WrongMember> {
        self.raw(name).ok_or(WrongMember(name))
    }

    /// A string.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn text(&self, name: &'static str) -> Result<String, WrongMember> {
        unquoted(self.required(name)?).ok_or(WrongMember(name))
    }

    /// A string that has to be something.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn parsed<T: FromStr>(&self, name: &'static str) -> Result<T, WrongMember> {
        self.text(name)?.parse().map_err(|_| WrongMember(name))
    }

    /// The same, where it is there.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn optional<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, WrongMember> {
        self.raw(name).map(|_| self.parsed(name)).transpose()
    }

    /// A string that has to be something, where it is there. Here `null` is not absence.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn given<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, WrongMember> {
        self.value_of(name).map(|_| self.parsed(name)).transpose()
    }

    /// A string without any escape, as it stands there.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn plain(&self, name: &'static str) -> Result<&'text str, WrongMember> {
        let inner = |json: &'text str| json.strip_prefix('"')?.strip_suffix('"');
        let text = inner(self.required(name)?).ok_or(WrongMember(name))?;
        if text.contains('\\') { Err(WrongMember(name)) } else { Ok(text) }
    }

    /// Whether it is there, whatever it is.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.value_of(name).is_some()
    }

    /// An array of arrays, each with so many elements as they stand there; empty where the member is not there.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn tuples<const COUNT: usize, T>(
        &self,
        name: &'static str,
        read: impl Fn([&'text str; COUNT]) -> Option<T>,
    ) -> Result<Vec<T>, WrongMember> {
        if !self.has(name) {
            return Ok(Vec::new());
        }
        let tuple = |value: &&'text str| read(<[_; COUNT]>::try_from(elements(value)?).ok()?);
        self.array(name)?.iter().map(|value| tuple(value).ok_or(WrongMember(name))).collect()
    }

    /// An integer from 0 up.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn number(&self, name: &'static str) -> Result<u64, WrongMember> {
        let digits = self.required(name)?;
        // The grammar of JSON has seen to the rest: no sign but a minus, no leading zero.
        digits.parse().map_err(|_| WrongMember(name))
    }

    /// A point in time.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn time(&self, name: &'static str) -> Result<UnixMilliseconds, WrongMember> {
        self.number(name).map(UnixMilliseconds)
    }

    /// `true` or `false`.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn flag(&self, name: &'static str) -> Result<bool, WrongMember> {
        self.required(name)?.parse().map_err(|_| WrongMember(name))
    }

    /// `true` or `false`, where it is there.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn optional_flag(&self, name: &'static str) -> Result<Option<bool>, WrongMember> {
        self.raw(name).map(|_| self.flag(name)).transpose()
    }

    /// A user id: a string or an integer.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn user_id(&self, name: &'static str) -> Result<UserId, WrongMember> {
        user_id(self.required(name)?).map_err(|_| WrongMember(name))
    }

    /// A value of the app: one that is there may be `null`.
    #[must_use]
    pub fn json(&self, name: &str) -> Option<Json> {
        self.value_of(name).and_then(|value| Json::parse(value).ok())
    }

    /// An object.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn object<T: FromMembers>(&self, name: &'static str) -> Result<T, WrongMember> {
        object(self.required(name)?).ok_or(WrongMember(name))
    }

    /// The same, where it is there.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn optional_object<T: FromMembers>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, WrongMember> {
        self.raw(name).map(|_| self.object(name)).transpose()
    }

    /// An array of objects.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn objects<T: FromMembers>(&self, name: &'static str) -> Result<Vec<T>, WrongMember> {
        let read = |value: &&str| object(value).ok_or(WrongMember(name));
        self.array(name)?.iter().map(read).collect()
    }

    /// An array of strings that have to be something.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn list<T: FromStr>(&self, name: &'static str) -> Result<Vec<T>, WrongMember> {
        let read = |value: &&str| string_as(value);
        self.array(name)?.iter().map(|value| read(value).ok_or(WrongMember(name))).collect()
    }

    /// The same, where it is there.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn optional_list<T: FromStr>(
        &self,
        name: &'static str,
    ) -> Result<Option<Vec<T>>, WrongMember> {
        self.raw(name).map(|_| self.list(name)).transpose()
    }

    /// An object whose members are strings.
    ///
    /// # Errors
    ///
    /// [`WrongMember`].
    pub fn texts(&self, name: &'static str) -> Result<HeaderLines, WrongMember> {
        let members = Members::read(self.required(name)?).map_err(|_| WrongMember(name))?;
        let read = |(key, value): (String, &str)| Some((key, unquoted(value)?));
        members.0.into_iter().map(read).collect::<Option<_>>().ok_or(WrongMember(name))
    }

    fn array(&self, name: &'static str) -> Result<Vec<&'text str>, WrongMember> {
        elements(self.required(name)?).ok_or(WrongMember(name))
    }
}

/// A user id from a JSON value: a string or an integer.
///
/// # Errors
///
/// Any [`InvalidUserId`].
pub fn user_id(json: &str) -> Result<UserId, InvalidUserId> {
    if let Some(text) = unquoted(json) {
        return UserId::text(text);
    }
    match json.parse() {
        // `-0` is no integer to others.
        Ok(0) if json != "0" => Err(InvalidUserId::NotTextNorInteger),
        Ok(number) => UserId::integer(number),
        Err(wrong) => Err(match wrong.kind() {
            IntErrorKind::NegOverflow | IntErrorKind::PosOverflow => {
                InvalidUserId::IntegerOutOfRange
            }
            _ => InvalidUserId::NotTextNorInteger,
        }),
    }
}

/// A JSON string that has to be something.
#[must_use]
pub fn string_as<T: FromStr>(json: &str) -> Option<T> {
    unquoted(json)?.parse().ok()
}

/// The elements of a text that is one JSON array, each as it was written.
pub(crate) fn elements(json: &str) -> Option<Vec<&str>> {
    let mut scanner = Scanner::new(json);
    let mut elements = Vec::new();
    if !scanner.take(b'[') {
        return None;
    }
    if !scanner.take(b']') {
        loop {
            elements.push(scanner.value()?);
            if scanner.take(b']') {
                break;
            }
            if !scanner.take(b',') {
                return None;
            }
        }
    }
    scanner.is_at_end().then_some(elements)
}

fn object<T: FromMembers>(json: &str) -> Option<T> {
    T::from_members(&Members::read(json).ok()?).ok()
}

#[cfg(test)]
mod tests;
