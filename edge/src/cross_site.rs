//! Whether another site caused a refresh or a sign-out.
//!
//! These two cannot demand the anti-CSRF token of every client, so they look at where the request comes from: first at `Sec-Fetch-Site`, which pages
//! cannot forge (Fetch Metadata Request Headers, section 2.4), and where a browser does not send it at `Origin`.

use crate::request::RequestView;
use wayleave_shared::web_origin::WebOrigin;

/// Whether the request was caused by our own site, by an allowed origin, or by no page at all.
///
/// ```
/// use wayleave_edge::{cross_site, request::{RequestHeaders, RequestView}};
///
/// let headers = RequestHeaders { origin: Some("https://evil.example".into()), ..Default::default() };
/// let request = RequestView::new("POST", "https://app.example/auth/signout", headers);
/// assert!(!cross_site::is_allowed(&request, &[]));
/// assert!(cross_site::is_allowed(&request, &["https://evil.example".parse().unwrap()]));
/// ```
#[must_use]
pub fn is_allowed(request: &RequestView, allowed_origins: &[WebOrigin]) -> bool {
    let origin = request.headers.origin.as_deref();
    let is_listed = || {
        origin
            .is_some_and(|origin| allowed_origins.iter().any(|allowed| allowed.as_str() == origin))
    };
    match request.headers.sec_fetch_site.as_deref() {
        Some("same-origin" | "same-site" | "none") => true,
        Some(_) => is_listed(),
        None => origin.is_none_or(|origin| origin == request.own_origin) || is_listed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RequestHeaders;

    #[test]
    fn the_whole_table_of_sites_and_origins() {
        const OWN: &str = "https://app.example";
        const LISTED: &str = "https://page.example";
        const OTHER: &str = "https://evil.example";
        for (site, origin, expected) in [
            (Some("same-origin"), None, true),
            (Some("same-origin"), Some(OWN), true),
            (Some("same-origin"), Some(OTHER), true),
            (Some("same-site"), Some(OTHER), true),
            (Some("none"), None, true),
            (Some("cross-site"), None, false),
            (Some("cross-site"), Some(OWN), false),
            (Some("cross-site"), Some(OTHER), false),
            (Some("cross-site"), Some("null"), false),
            (Some("cross-site"), Some(LISTED), true),
            (Some("something-new"), Some(OTHER), false),
            (Some("cross-site, same-origin"), Some(OTHER), false),
            (Some(""), None, false),
            (None, None, true),
            (None, Some(OWN), true),
            (None, Some(LISTED), true),
            (None, Some(OTHER), false),
            (None, Some("null"), false),
            (None, Some(""), false),
            (None, Some("https://app.example.evil.example"), false),
            (None, Some("http://app.example"), false),
            (None, Some("https://app.example:8443"), false),
            (None, Some("https://page.example, https://evil.example"), false),
        ] {
            let headers = RequestHeaders {
                sec_fetch_site: site.map(Into::into),
                origin: origin.map(Into::into),
                ..RequestHeaders::default()
            };
            let request = RequestView::new("POST", "https://app.example/auth/signout", headers);
            let allowed = [LISTED.parse().unwrap()];
            assert_eq!(is_allowed(&request, &allowed), expected, "{site:?} {origin:?}");
        }
    }
}
