//! Which origins are one site: a page on the same site sends `SameSite=Lax` cookies along.

use wayleave_shared::web_origin::WebOrigin;

/// Whether two origins have a scheme and a registrable domain in common (HTML standard, "schemelessly same site" and its scheme), ports aside. An address,
/// and a name that is itself a public suffix, is a site of its own.
pub(super) fn share_a_site(one: &WebOrigin, other: &WebOrigin) -> bool {
    let (one, other) = (parts(one), parts(other));
    one.0 == other.0
        && (one.1 == other.1
            || matches!((registrable(one.1), registrable(other.1)), (Some(one), Some(other)) if one == other))
}

fn parts(origin: &WebOrigin) -> (&str, &str) {
    let (scheme, authority) = origin.as_str().split_once("://").unwrap_or_default();
    // The colons of an IPv6 address stand in brackets.
    let end_of_host = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    let port = authority[end_of_host..].find(':').map(|colon| end_of_host + colon);
    (scheme, &authority[..port.unwrap_or(authority.len())])
}

fn registrable(host: &str) -> Option<&str> {
    let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    if is_address { None } else { psl::domain_str(host) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_scheme_and_a_registrable_domain() {
        for (one, other, expected) in [
            ("https://app.example.com", "https://api.example.com", true),
            ("https://example.com", "https://api.example.com:8443", true),
            ("https://app.example.com", "http://api.example.com", false),
            ("https://app.example.com", "https://app.example.org", false),
            ("https://one.github.io", "https://two.github.io", false),
            ("https://one.co.uk", "https://two.co.uk", false),
            ("http://localhost:3000", "http://localhost:8787", true),
            ("http://app.localhost:3000", "http://api.localhost:8787", false),
            ("http://app.one.localhost", "http://api.one.localhost", true),
            ("http://127.0.0.1:3000", "http://127.0.0.1:8787", true),
            ("http://127.0.0.1", "http://126.0.0.1", false),
            ("http://[::1]:3000", "http://[::1]:8787", true),
            ("http://[::1]", "http://[::2]", false),
        ] {
            let (one, other) = (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(share_a_site(&one, &other), expected, "{one:?} {other:?}");
        }
    }
}
