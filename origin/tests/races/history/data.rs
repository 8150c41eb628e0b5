//! The data: a register whose writes have versions, 1 for the first and one more each.

use super::{Entry, Saw, Sight, Violation, order};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

pub(super) fn check(history: &[Entry]) -> Result<(), Violation> {
    let values = values(history)?;
    let mut sights = Vec::new();
    for Entry { began, ended, saw } in history {
        let (place, is_move) = match saw {
            Saw::Data { version, data } => {
                if values.get(version).ok_or(Violation::VersionMissing(*version))? != data {
                    return Err(Violation::WrongData(*version));
                }
                (*version, false)
            }
            Saw::Conflict { expected, stored } => {
                if expected == stored {
                    return Err(Violation::WrongExpectation(*stored));
                }
                values.get(stored).ok_or(Violation::VersionMissing(*stored))?;
                (*stored, false)
            }
            Saw::Put { version, .. } | Saw::Patched { version, .. } => (*version, true),
            _ => continue,
        };
        sights.push(Sight { began: *began, ended: *ended, place, is_move });
    }
    order(sights).map_err(|(from, to)| Violation::DataWentBack { from, to })
}

/// The value of each version: the writes, one after the other.
fn values(history: &[Entry]) -> Result<BTreeMap<u64, Value>, Violation> {
    let mut writes = BTreeMap::new();
    for entry in history {
        if let Saw::Put { version, .. } | Saw::Patched { version, .. } = &entry.saw
            && writes.insert(*version, &entry.saw).is_some()
        {
            return Err(Violation::VersionTwice(*version));
        }
    }
    let (mut values, mut value) = (BTreeMap::new(), Value::Null);
    for (before, (version, write)) in (0..).zip(writes) {
        if version != before + 1 {
            return Err(Violation::VersionMissing(before + 1));
        }
        match write {
            Saw::Put { data, expected, .. } => {
                if expected.is_some_and(|expected| expected != before) {
                    return Err(Violation::WrongExpectation(version));
                }
                value = data.clone();
            }
            Saw::Patched { patch, .. } => value = patched(value, patch),
            _ => {}
        }
        values.insert(version, value.clone());
    }
    Ok(values)
}

/// RFC 7396, to the letter.
pub(super) fn patched(target: Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut target = if let Value::Object(target) = target { target } else { Map::new() };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            let before = target.remove(name).unwrap_or_default();
            target.insert(name.clone(), patched(before, value));
        }
    }
    Value::Object(target)
}
