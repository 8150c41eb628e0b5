//! JSON Merge Patch (RFC 7396), on values that stay as they were written.
//!
//! Libraries merge parsed values, in which `1.0e400` or a number of thirty digits is no longer what the app wrote. Here what the patch does not
//! name is copied as text.

use crate::json::{Json, quote};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{collections::HashMap, fmt};

/// Why a patch cannot be applied.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PatchRefusal {
    /// A name, in the patch or where it looks, is no Unicode text (`"\\ud800"`), so it cannot be compared.
    #[error("a member's name is not Unicode text")]
    Name,
    /// It nests deeper than anybody looks.
    #[error("the patch nests deeper than {MAX_PATCH_LEVELS} levels")]
    TooDeep,
}

/// The most levels of objects in a patch.
pub const MAX_PATCH_LEVELS: usize = 128;

/// What `target` becomes: members that the patch names are replaced, or removed where it says `null`; others stay, in their order. A patch that
/// is no object replaces everything. Of two members of one name the last counts.
///
/// # Errors
///
/// Any [`PatchRefusal`].
///
/// ```
/// use wayleave_shared::{json::Json, merge_patch::merge_patch};
///
/// let stored = Json::parse(r#"{"cart": [1], "big": 1.0e400, "old": true}"#).unwrap();
/// let patch = Json::parse(r#"{"cart": [1, 2], "old": null}"#).unwrap();
/// assert_eq!(merge_patch(Some(&stored), &patch).unwrap().text(), r#"{"cart":[1, 2],"big":1.0e400}"#);
/// ```
pub fn merge_patch(target: Option<&Json>, patch: &Json) -> Result<Json, PatchRefusal> {
    let merged = merged(target.map(Json::text), patch.text(), MAX_PATCH_LEVELS)?;
    // Put together of what was read as JSON: only names can have been wrong.
    Json::parse(merged).map_err(|_| PatchRefusal::Name)
}

fn merged(target: Option<&str>, patch: &str, levels: usize) -> Result<String, PatchRefusal> {
    let Some(patch) = Members::of(patch)? else { return Ok(patch.to_owned()) };
    let below = levels.checked_sub(1).ok_or(PatchRefusal::TooDeep)?;
    let target = target.map(Members::of).transpose()?.flatten();
    let mut merging = target.unwrap_or_default().into_merging();
    for (name, value) in patch.0 {
        if value == "null" {
            merging.remove(&name);
        } else {
            let value = merged(merging.value(&name), value, below)?;
            merging.put(name, value);
        }
    }
    Ok(merging.into_text())
}

/// The members of an object, in order, their values as text.
#[derive(Default)]
struct Members<'text>(Vec<(String, &'text str)>);

impl<'text> Members<'text> {
    /// `None` for anything but an object.
    fn of(text: &'text str) -> Result<Option<Self>, PatchRefusal> {
        if !text.starts_with('{') {
            return Ok(None);
        }
        serde_json::from_str(text).map(Some).map_err(|_| PatchRefusal::Name)
    }

    fn into_merging(self) -> Merging {
        let mut merging = Merging::default();
        for (name, value) in self.0 {
            merging.put(name, value.to_owned());
        }
        merging
    }
}

/// An object under change. The places are found by name: a patch of many members must not search a list for each.
#[derive(Default)]
struct Merging {
    members: Vec<Option<(String, String)>>,
    places: HashMap<String, usize>,
}

impl Merging {
    fn value(&self, name: &str) -> Option<&str> {
        let place = self.places.get(name)?;
        self.members.get(*place)?.as_ref().map(|(_, value)| value.as_str())
    }

    fn put(&mut self, name: String, value: String) {
        if let Some(place) = self.places.get(&name) {
            self.members[*place] = Some((name, value));
        } else {
            self.places.insert(name.clone(), self.members.len());
            self.members.push(Some((name, value)));
        }
    }

    fn remove(&mut self, name: &str) {
        if let Some(place) = self.places.remove(name) {
            self.members[place] = None;
        }
    }

    fn into_text(self) -> String {
        let members = self.members.into_iter().flatten();
        let members: Vec<_> =
            members.map(|(name, value)| format!("{}:{value}", quote(&name))).collect();
        format!("{{{}}}", members.join(","))
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
            members.push((name, value.get()));
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(target: &str, patch: &str) -> String {
        let (target, patch) = (Json::parse(target).unwrap(), Json::parse(patch).unwrap());
        merge_patch(Some(&target), &patch).unwrap().text().to_owned()
    }

    /// RFC 7396 appendix A, all of it.
    #[test]
    fn the_examples_of_the_rfc_hold() {
        for (target, patch, expected) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"a":"foo"}"#, r#""bar""#, r#""bar""#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            assert_eq!(merge(target, patch), expected, "{target} {patch}");
        }
    }

    #[test]
    fn what_was_never_stored_is_patched_like_an_empty_object() {
        let patch = Json::parse(r#"{"a":{"b":null,"c":1}}"#).unwrap();
        assert_eq!(merge_patch(None, &patch).unwrap().text(), r#"{"a":{"c":1}}"#);
    }

    #[test]
    fn what_the_patch_does_not_name_keeps_its_spelling_and_its_place() {
        let stored = r#"{"z":1.0E400,"a":123456789012345678901234567890,"é\u0000":"\ud83d\ude00","m":{"x": [ 1 ]}}"#;
        let merged = merge(stored, r#"{"a":0,"n":-0.0}"#);
        let expected = r#"{"z":1.0E400,"a":0,"é\u0000":"\ud83d\ude00","m":{"x": [ 1 ]},"n":-0.0}"#;
        assert_eq!(merged, expected);
    }

    #[test]
    fn names_are_compared_as_they_are_meant_and_the_last_of_two_counts() {
        assert_eq!(merge(r#"{"a":1}"#, r#"{"\u0061":2}"#), r#"{"a":2}"#);
        assert_eq!(merge("{}", r#"{"a":1,"a":2}"#), r#"{"a":2}"#);
        assert_eq!(merge(r#"{"a":1,"a":2}"#, "{}"), r#"{"a":2}"#);
    }

    #[test]
    fn a_member_that_was_removed_and_comes_again_stands_last() {
        assert_eq!(merge(r#"{"a":1,"b":2}"#, r#"{"a":null,"a":3}"#), r#"{"b":2,"a":3}"#);
    }

    #[test]
    fn names_that_cannot_be_compared_are_refused_and_nothing_is_lost() {
        let (odd, plain) = (r#"{"\ud800":1}"#, r#"{"a":1}"#);
        for (target, patch) in [(odd, plain), (plain, odd)] {
            let (target, patch) = (Json::parse(target).unwrap(), Json::parse(patch).unwrap());
            assert_eq!(merge_patch(Some(&target), &patch).unwrap_err(), PatchRefusal::Name);
        }
    }

    #[test]
    fn a_patch_that_nests_too_deep_is_refused_and_its_arrays_do_not_count() {
        let nested = |levels| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
        let target = Json::parse("{}").unwrap();
        let patch = |text: String| merge_patch(Some(&target), &Json::parse(text).unwrap());
        assert!(patch(nested(MAX_PATCH_LEVELS)).is_ok());
        assert_eq!(patch(nested(MAX_PATCH_LEVELS + 1)).unwrap_err(), PatchRefusal::TooDeep);
        assert_eq!(patch(nested(100_000)).unwrap_err(), PatchRefusal::TooDeep);
        assert!(patch(format!("{}{}", "[".repeat(1000), "]".repeat(1000))).is_ok());
    }
}
