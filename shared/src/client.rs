//! What a user logged in with, so that they know their sessions apart.

use serde::{Deserialize, Deserializer, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the app tells of the browser or device of a log-in. Only ever shown to people: no rule looks at it.
///
/// ```
/// use wayleave_shared::client::Client;
///
/// let client: Client = serde_json::from_str(r#"{"name": "Firefox on Linux", "address": "192.0.2.7"}"#).unwrap();
/// assert_eq!(client.name.as_deref(), Some("Firefox on Linux"));
/// let refused = serde_json::from_str::<Client>(r#"{"address": "home"}"#).unwrap_err();
/// assert!(refused.to_string().starts_with("invalid IP address syntax"));
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Client {
    /// A name, such as the `User-Agent` header or what the app makes of it. What is over [`MAX_NAME_BYTES`] is cut off: a long name is no reason to keep
    /// somebody from logging in.
    #[serde(default, deserialize_with = "short", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the log-in came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// The most bytes of UTF-8 that are kept of a name.
pub const MAX_NAME_BYTES: usize = 255;

/// The network of an address: its first 24 bits, or 48 of IPv6. Enough to tell home from work, not enough to find a person.
///
/// ```
/// use wayleave_shared::client::network;
///
/// assert_eq!(network("192.0.2.7".parse().unwrap()).to_string(), "192.0.2.0");
/// assert_eq!(network("2001:db8:1:2:3::4".parse().unwrap()).to_string(), "2001:db8:1::");
/// assert_eq!(network("::ffff:192.0.2.7".parse().unwrap()).to_string(), "192.0.2.0");
/// ```
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [first, second, third, _] = address.octets();
            IpAddr::V4(Ipv4Addr::new(first, second, third, 0))
        }
        IpAddr::V6(address) => {
            let [first, second, third, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0))
        }
    }
}

fn short<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    Ok(name.map(|mut name| {
        name.truncate(name.floor_char_boundary(MAX_NAME_BYTES));
        name
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let text = serde_json::json!({ "name": "é".repeat(200) }).to_string();
        let client: Client = serde_json::from_str(&text).unwrap();
        assert_eq!(client.name.unwrap(), "é".repeat(127));
    }

    #[test]
    fn a_name_of_the_longest_length_is_kept_whole() {
        let text = serde_json::json!({ "name": "x".repeat(255) }).to_string();
        let client: Client = serde_json::from_str(&text).unwrap();
        assert_eq!(client.name.unwrap().len(), 255);
    }
}
