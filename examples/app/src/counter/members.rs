//! The session data as an object with a counter in it, everything else in it untouched.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use std::fmt;
use wayleave_shared::json::Json;

/// A JSON object in the order in which it was written, its values untouched: a map would sort it and round its numbers.
pub(super) struct Members(Vec<(String, Json)>);

impl Members {
    /// # Errors
    ///
    /// [`CounterError::NoObject`]. Absent data is an empty object; `null` is not: somebody stored it.
    pub(super) fn read(data: Option<&Json>) -> Result<Self, CounterError> {
        match data {
            None => Ok(Self(Vec::new())),
            Some(data) => serde_json::from_str(data.text()).map_err(|_| CounterError::NoObject),
        }
    }

    pub(super) fn counter(&self) -> Result<i64, CounterError> {
        match self.0.iter().rev().find(|(name, _)| name == COUNTER) {
            None => Ok(0),
            Some((_, value)) => value.text().parse().map_err(|_| CounterError::NoInteger),
        }
    }

    pub(super) fn set_counter(&mut self, counter: i64) {
        let value = Json::parse(counter.to_string()).expect("an integer is JSON");
        // The last of several, as every browser reads them.
        match self.0.iter_mut().rev().find(|(name, _)| name == COUNTER) {
            Some(member) => member.1 = value,
            None => self.0.push((COUNTER.to_owned(), value)),
        }
    }

    pub(super) fn into_json(self) -> Json {
        serde_json::to_string(&self)
            .and_then(Json::parse)
            .expect("names and JSON values make a JSON object")
    }
}

/// Why the session data has no counter that could be read or raised. The data belongs to the app, so it is not overwritten.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum CounterError {
    #[error("the member `counter` of the session data is not an integer of 64 bits")]
    NoInteger,
    #[error("the session data is not a JSON object, so it has no room for a counter")]
    NoObject,
    #[error("the counter is at its end")]
    Overflow,
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = object.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

const COUNTER: &str = "counter";
