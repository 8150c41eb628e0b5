//! The payload: a register without versions, into which each value is written once.
//!
//! All operations that wrote or saw one value make its zone, from the first end among them to the last beginning. Where that runs forward, the register must have
//! held the value all that time: no two such zones overlap. Where it runs backward they have an instant in common, and fit anywhere in it: such a zone must not
//! lie within one that runs forward. (Gibbons and Korach, "Testing shared memories".)

use super::{Entry, Saw, Violation};
use serde_json::Value;
use std::collections::BTreeMap;

/// The operations on one value.
struct Zone {
    value: Value,
    first_end: u64,
    last_beginning: u64,
    write_began: Option<u64>,
}

impl Zone {
    /// From when to when, where it runs forward.
    fn held(&self) -> Option<(u64, u64)> {
        (self.first_end < self.last_beginning).then_some((self.first_end, self.last_beginning))
    }

    /// Whether it cannot be beside this one, which runs forward.
    fn disturbs(&self, (from, to): (u64, u64)) -> bool {
        match self.held() {
            Some((begin, end)) => begin < to && from < end,
            None => from < self.last_beginning && self.first_end < to,
        }
    }
}

pub(super) fn check(history: &[Entry]) -> Result<(), Violation> {
    let zones = zones(history);
    for zone in &zones {
        if zone.write_began.is_none_or(|began| zone.first_end < began) {
            return Err(Violation::UnknownPayload(zone.value.clone()));
        }
    }
    for (index, zone) in zones.iter().enumerate() {
        let Some(held) = zone.held() else { continue };
        for (other_index, other) in zones.iter().enumerate() {
            if other_index != index && other.disturbs(held) {
                return Err(Violation::PayloadWentBack(zone.value.clone()));
            }
        }
    }
    Ok(())
}

fn zones(history: &[Entry]) -> Vec<Zone> {
    let mut zones: BTreeMap<String, Zone> = BTreeMap::new();
    for Entry { began, ended, saw } in history {
        let (value, is_write) = match saw {
            Saw::PayloadPut(value) => (value, true),
            Saw::Payload(value) | Saw::Refreshed { payload: value, .. } => (value, false),
            _ => continue,
        };
        let zone = zones.entry(value.to_string()).or_insert_with(|| Zone {
            value: value.clone(),
            first_end: *ended,
            last_beginning: *began,
            write_began: None,
        });
        zone.first_end = zone.first_end.min(*ended);
        zone.last_beginning = zone.last_beginning.max(*began);
        if is_write {
            zone.write_began = Some(*began);
        }
    }
    zones.into_values().collect()
}
