//! Where something on the web is served: `scheme://host[:port]` (RFC 6454).

use std::{fmt, str::FromStr};

/// A web origin in its only spelling: lower case, no default port, no path.
///
/// Browsers write the `Origin` header this way, so comparing texts is enough.
///
/// ```
/// use wayleave_shared::web_origin::WebOrigin;
///
/// let origin: WebOrigin = "https://App.example:443".parse().unwrap();
/// assert_eq!(origin.as_str(), "https://app.example");
/// assert!("https://app.example/".parse::<WebOrigin>().is_err());
/// assert!("*".parse::<WebOrigin>().is_err());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WebOrigin(String);

/// The text is not `scheme://host[:port]` and nothing more.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a web origin is scheme://host[:port], without a path")]
pub struct InvalidWebOrigin;

impl WebOrigin {
    /// The origin as a browser writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is reached over HTTP, so that the edge can send requests there.
    #[must_use]
    pub fn is_http(&self) -> bool {
        self.0.starts_with("https://") || self.0.starts_with("http://")
    }
}

impl FromStr for WebOrigin {
    type Err = InvalidWebOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidWebOrigin> {
        let text = text.to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://").ok_or(InvalidWebOrigin)?;
        let (host, port) = split_port(authority).ok_or(InvalidWebOrigin)?;
        if !is_scheme(scheme) || !is_host(host) {
            return Err(InvalidWebOrigin);
        }
        let default_port = match scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        Ok(Self(match port {
            Some(port) if Some(port) != default_port => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        }))
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Host and port of an authority without user information.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let end_of_host = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, rest) = authority.split_at(end_of_host);
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Some((host, None)),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((host, Some(digits.parse().ok()?)))
        }
        _ => None,
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn is_host(host: &str) -> bool {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let address = |byte: u8| byte.is_ascii_hexdigit() || b":.".contains(&byte);
    match host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(inner) => !inner.is_empty() && inner.bytes().all(address),
        None => !host.is_empty() && host.bytes().all(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_kept_in_the_spelling_of_browsers() {
        for (text, expected) in [
            ("http://localhost:8787", "http://localhost:8787"),
            ("HTTP://LOCALHOST:80", "http://localhost"),
            ("https://a.example:8443", "https://a.example:8443"),
            ("https://[::1]:3000", "https://[::1]:3000"),
            ("capacitor://localhost", "capacitor://localhost"),
        ] {
            assert_eq!(text.parse::<WebOrigin>().unwrap().as_str(), expected);
        }
    }

    #[test]
    fn whatever_is_not_exactly_an_origin_is_refused() {
        for text in [
            "",
            "null",
            "*",
            "localhost:8787",
            "https://",
            "https://*.example",
            "https://a.example/",
            "https://a.example/path",
            "https://a.example?x",
            "https://user@a.example",
            "https://a.example:",
            "https://a.example:65536",
            "https://a.example:+1",
            "https://a b",
            "https://[::1",
            "https://[::1]x",
            "1https://a.example",
            "https://a.example\r\nx: y",
        ] {
            assert_eq!(text.parse::<WebOrigin>(), Err(InvalidWebOrigin), "{text:?}");
        }
    }
}
