//! Who may open a WebSocket with a user's cookies.
//!
//! No pre-flight and no anti-CSRF token guards the request that opens one, every page may make a browser send it with the user's cookies, and the page reads what comes back.
//! So the page's origin decides (RFC 6455 section 10.2).

use crate::request::RequestView;
use wayleave_shared::web_origin::WebOrigin;

/// Whether the request asks for another protocol on its connection, as a WebSocket does.
#[must_use]
pub fn is_upgrade(request: &RequestView) -> bool {
    request.headers.upgrade.is_some()
}

/// Whether such a request comes from a page of ours, of an allowed origin, or of none: only browsers have pages, and they send `Origin` with it always.
///
/// Stricter than [`cross_site`](crate::cross_site): a page on another origin of the same site does not count as ours.
///
/// ```
/// use wayleave_edge::{gateway::may_upgrade, request::{RequestHeaders, RequestView}};
///
/// let headers = RequestHeaders { origin: Some("https://other.app.example".into()), ..Default::default() };
/// let request = RequestView::new("GET", "https://app.example/socket", headers);
/// assert!(!may_upgrade(&request, &[]));
/// assert!(may_upgrade(&request, &["https://other.app.example".parse().unwrap()]));
/// ```
#[must_use]
pub fn may_upgrade(request: &RequestView, allowed_origins: &[WebOrigin]) -> bool {
    match request.headers.origin.as_deref() {
        Some(origin) => {
            origin == request.own_origin
                || allowed_origins.iter().any(|allowed| allowed.as_str() == origin)
        }
        None => {
            matches!(request.headers.sec_fetch_site.as_deref(), None | Some("same-origin" | "none"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RequestHeaders;

    #[test]
    fn the_whole_table_of_origins_and_sites() {
        const OWN: &str = "https://app.example";
        const LISTED: &str = "https://page.example";
        for (origin, site, expected) in [
            (Some(OWN), None, true),
            (Some(OWN), Some("same-origin"), true),
            (Some(LISTED), None, true),
            (Some(LISTED), Some("cross-site"), true),
            (Some("https://evil.example"), None, false),
            (Some("https://evil.example"), Some("same-origin"), false),
            (Some("https://sibling.app.example"), Some("same-site"), false),
            (Some("http://app.example"), None, false),
            (Some("https://app.example:8443"), None, false),
            (Some("https://app.example.evil.example"), None, false),
            (Some("https://app.example, https://app.example"), None, false),
            (Some("null"), None, false),
            (Some(""), None, false),
            (None, None, true),
            (None, Some("none"), true),
            (None, Some("same-origin"), true),
            (None, Some("same-site"), false),
            (None, Some("cross-site"), false),
            (None, Some(""), false),
        ] {
            let headers = RequestHeaders {
                sec_fetch_site: site.map(Into::into),
                origin: origin.map(Into::into),
                ..RequestHeaders::default()
            };
            let request = RequestView::new("GET", "https://app.example/socket", headers);
            assert_eq!(
                may_upgrade(&request, &[LISTED.parse().unwrap()]),
                expected,
                "{origin:?} {site:?}"
            );
        }
    }
}
