//! Which headers of a client the app sees.

use wayleave_shared::header;

/// Whether only gateway and app may use a header of this name.
///
/// # Security
///
/// Servers that hand headers on as environment variables (CGI, WSGI) read `_` and `-` alike, so neither spelling may pass.
///
/// ```
/// use wayleave_edge::gateway::is_reserved;
///
/// assert!(is_reserved("X-Wayleave-User-Id"));
/// assert!(is_reserved("x_wayleave_user_id"));
/// assert!(!is_reserved("x-wayleaves"));
/// ```
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    starts_with(name, header::TRUST_PREFIX)
}

/// Whether the name begins so, in whatever spelling a server may take for it.
fn starts_with(name: &str, prefix: &str) -> bool {
    name.as_bytes().get(..prefix.len()).is_some_and(|start| {
        let known = |byte: &u8| if *byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
        start.iter().map(known).eq(prefix.bytes())
    })
}

/// Whether a header tells of the way that a request has come: the client's word for it, which anybody may make up.
fn tells_the_way(name: &str) -> bool {
    starts_with(name, FORWARDED_PREFIX)
        || ADDRESSES.iter().any(|known| known.len() == name.len() && starts_with(name, known))
}

/// Whether a client's header stays behind: those of [`is_reserved`], those that tell of the way that the request has come, and those that end at the next hop
/// (RFC 9110 section 7.6.1), where `connection` is the client's `Connection` header. `Upgrade` goes on: the platform needs it for a WebSocket.
#[must_use]
pub fn is_removed(name: &str, connection: Option<&str>) -> bool {
    let is_this =
        |hop: &str| hop.trim().eq_ignore_ascii_case(name) && !name.eq_ignore_ascii_case("upgrade");
    let named_by_connection =
        || connection.is_some_and(|connection| connection.split(',').any(is_this));
    is_reserved(name)
        || tells_the_way(name)
        || HOP_BY_HOP.iter().any(|hop| hop.eq_ignore_ascii_case(name))
        || named_by_connection()
}

const FORWARDED_PREFIX: &str = "x-forwarded-";

/// Headers in which servers look for a client's address, beside `cf-connecting-ip`, which the network sets itself.
const ADDRESSES: [&str; 5] =
    ["forwarded", "true-client-ip", "x-client-ip", "x-cluster-client-ip", "x-real-ip"];

const HOP_BY_HOP: [&str; 7] = [
    "connection",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_of_a_trust_header_passes() {
        for (name, expected) in [
            ("x-wayleave-user-id", true),
            ("X-WAYLEAVE-USER-ID", true),
            ("x_wayleave_user_id", true),
            ("X-Wayleave_Payload", true),
            ("x-wayleave-", true),
            ("x-wayleave", false),
            ("x-wayleave2-user-id", false),
            ("cookie", false),
            ("", false),
            ("é-wayleave-user-id", false),
        ] {
            assert_eq!(is_reserved(name), expected, "{name}");
            assert_eq!(is_removed(name, None), expected, "{name}");
        }
    }

    #[test]
    fn what_ends_at_this_hop_does_not_go_on() {
        for (name, connection, expected) in [
            ("Connection", None, true),
            ("transfer-encoding", None, true),
            ("TE", None, true),
            ("x-hop", Some("close, X-Hop"), true),
            ("x-other", Some("close, X-Hop"), false),
            ("upgrade", Some("Upgrade"), false),
            ("cookie", None, false),
            ("authorization", None, false),
        ] {
            assert_eq!(is_removed(name, connection), expected, "{name} {connection:?}");
        }
    }

    #[test]
    fn nobody_makes_up_where_a_request_comes_from() {
        for (name, expected) in [
            ("X-Forwarded-For", true),
            ("x_forwarded_for", true),
            ("x-forwarded-host", true),
            ("x-forwarded-proto", true),
            ("x-forwarded-prefix", true),
            ("Forwarded", true),
            ("X-Real-IP", true),
            ("x_real_ip", true),
            ("true-client-ip", true),
            ("x-forwarded", false),
            ("forwarded-by", false),
            ("x-real-ip-2", false),
            ("cf-connecting-ip", false),
            ("via", false),
        ] {
            assert_eq!(is_removed(name, None), expected, "{name}");
        }
    }
}
