//! JSON that has to be an object.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{fmt, marker::PhantomData};

/// Reads `T` from a JSON object only.
///
/// A derived `Deserialize` also takes an array of the members' values in order: without this, `["alice"]` would log Alice in.
///
/// ```
/// use wayleave_shared::{object::Object, wire::CreateSession};
///
/// assert!(serde_json::from_str::<CreateSession>(r#"["alice"]"#).is_ok());
/// assert!(serde_json::from_str::<Object<CreateSession>>(r#"["alice"]"#).is_err());
/// assert!(serde_json::from_str::<Object<CreateSession>>(r#"{"userId":"alice"}"#).is_ok());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OnlyMap(PhantomData))
    }
}

struct OnlyMap<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OnlyMap<T> {
    type Value = Object<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}
