//! Whom a limit counts as one.

use std::net::{IpAddr, Ipv6Addr};

/// What a client's address is counted under: itself, or the first 64 bits of an IPv6 address, for whoever has one has all of its network.
/// `None` where it is no address: such a client cannot be limited.
///
/// ```
/// use wayleave_edge::rate_limit;
///
/// assert_eq!(rate_limit::counted_as("192.0.2.7").as_deref(), Some("192.0.2.7"));
/// assert_eq!(rate_limit::counted_as("2001:db8:1:2:3:4:5:6").as_deref(), Some("2001:db8:1:2::"));
/// assert_eq!(rate_limit::counted_as("unknown"), None);
/// ```
#[must_use]
pub fn counted_as(address: &str) -> Option<String> {
    let address = address.parse::<IpAddr>().ok()?.to_canonical();
    let counted = match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [first, second, third, fourth, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(first, second, third, fourth, 0, 0, 0, 0))
        }
    };
    Some(counted.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_spelling_and_one_network_is_one_client() {
        for (address, expected) in [
            ("198.51.100.1", Some("198.51.100.1")),
            ("::ffff:198.51.100.1", Some("198.51.100.1")),
            ("2001:DB8::1", Some("2001:db8::")),
            ("2001:db8:0:0:ffff::1", Some("2001:db8::")),
            ("2001:db8:0:1::1", Some("2001:db8:0:1::")),
            ("", None),
            ("198.51.100.1, 198.51.100.2", None),
            ("198.51.100.1:80", None),
            ("fe80::1%eth0", None),
        ] {
            assert_eq!(counted_as(address).as_deref(), expected, "{address}");
        }
    }
}
