//! What the decision looks at of a request.

use std::borrow::Cow;
use wayleave_shared::anti_csrf::is_unsafe_method;

/// A request in the form in which a platform has it.
///
/// ```
/// use wayleave_edge::request::{IncomingRequest, RequestHeaders, RequestView};
///
/// let request = RequestView::new("GET", "https://a.example/b", RequestHeaders::default());
/// assert_eq!(request.view().path, "/b");
/// ```
pub trait IncomingRequest {
    /// What the decision looks at of it.
    fn view(&self) -> Cow<'_, RequestView<'_>>;
}

impl IncomingRequest for RequestView<'_> {
    fn view(&self) -> Cow<'_, RequestView<'_>> {
        Cow::Borrowed(self)
    }
}

/// A request without its body, as plain text: borrowed where the platform has it as one, else its own.
///
/// Headers that stand several times are joined by `, ` (RFC 9110 section 5.3), as the platform does it.
#[derive(Clone, Default)]
pub struct RequestView<'text> {
    /// The method as it was sent.
    pub method: Cow<'text, str>,
    /// Scheme, host and port, as a browser writes an origin.
    pub own_origin: Cow<'text, str>,
    /// The path as it was sent, beginning with `/`.
    pub path: Cow<'text, str>,
    /// What follows the path: empty, or `?` and the query.
    pub query: Cow<'text, str>,
    /// The headers.
    pub headers: RequestHeaders<'text>,
}

/// The headers that the decision looks at.
#[derive(Clone, Default)]
pub struct RequestHeaders<'text> {
    /// `Access-Control-Request-Method`: tells a pre-flight from another `OPTIONS`.
    pub access_control_request_method: Option<Cow<'text, str>>,
    /// `anti-csrf`.
    pub anti_csrf: Option<Cow<'text, str>>,
    /// `st-auth-mode`.
    pub auth_mode: Option<Cow<'text, str>>,
    /// `Authorization`.
    pub authorization: Option<Cow<'text, str>>,
    /// `Content-Length`.
    pub content_length: Option<Cow<'text, str>>,
    /// `Content-Type`.
    pub content_type: Option<Cow<'text, str>>,
    /// `Cookie`.
    pub cookie: Option<Cow<'text, str>>,
    /// `If-Match`.
    pub if_match: Option<Cow<'text, str>>,
    /// `Origin`.
    pub origin: Option<Cow<'text, str>>,
    /// `Sec-Fetch-Site`.
    pub sec_fetch_site: Option<Cow<'text, str>>,
    /// `Upgrade`: there where the client wants a WebSocket.
    pub upgrade: Option<Cow<'text, str>>,
}

impl<'text> RequestView<'text> {
    /// Splits an absolute URL, as the platform gives it, into origin, path and query.
    ///
    /// ```
    /// use wayleave_edge::request::{RequestHeaders, RequestView};
    ///
    /// let request = RequestView::new("GET", "https://a.example/b%2fc?d=/e", RequestHeaders::default());
    /// assert_eq!(request.own_origin, "https://a.example");
    /// assert_eq!(request.path, "/b%2fc");
    /// assert_eq!(request.query, "?d=/e");
    /// ```
    #[must_use]
    pub fn new(
        method: impl Into<Cow<'text, str>>,
        url: &'text str,
        headers: RequestHeaders<'text>,
    ) -> Self {
        let url = url.split('#').next().unwrap_or_default();
        let (target, query) = url.split_at(url.find('?').unwrap_or(url.len()));
        let start_of_host = match target.split_once(':') {
            Some((scheme, rest)) if rest.starts_with("//") => scheme.len() + 3,
            _ => 0,
        };
        let end_of_host =
            target[start_of_host..].find('/').map_or(target.len(), |host| start_of_host + host);
        let (own_origin, path) = target.split_at(end_of_host);
        Self {
            method: method.into(),
            own_origin: own_origin.into(),
            path: if path.is_empty() { "/" } else { path }.into(),
            query: query.into(),
            headers,
        }
    }

    /// The same, with texts of its own.
    #[must_use]
    pub fn into_owned(self) -> RequestView<'static> {
        RequestView {
            method: owned(self.method),
            own_origin: owned(self.own_origin),
            path: owned(self.path),
            query: owned(self.query),
            headers: self.headers.into_owned(),
        }
    }

    /// Whether the method must carry the anti-CSRF token.
    #[must_use]
    pub fn is_unsafe(&self) -> bool {
        is_unsafe_method(&self.method)
    }

    /// Whether a browser asks what a page on another origin may send (Fetch standard, section 4.8).
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.method == "OPTIONS"
            && self.headers.origin.is_some()
            && self.headers.access_control_request_method.is_some()
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.own_origin.split_once("://").map_or("", |(scheme, _)| scheme)
    }

    /// Host and port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.own_origin.split_once("://").map_or("", |(_, host)| host)
    }
}

impl RequestHeaders<'_> {
    fn into_owned(self) -> RequestHeaders<'static> {
        let own = |header: Option<Cow<'_, str>>| header.map(owned);
        RequestHeaders {
            access_control_request_method: own(self.access_control_request_method),
            anti_csrf: own(self.anti_csrf),
            auth_mode: own(self.auth_mode),
            authorization: own(self.authorization),
            content_length: own(self.content_length),
            content_type: own(self.content_type),
            cookie: own(self.cookie),
            if_match: own(self.if_match),
            origin: own(self.origin),
            sec_fetch_site: own(self.sec_fetch_site),
            upgrade: own(self.upgrade),
        }
    }
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_split_into_origin_path_and_query() {
        for (url, own_origin, path, query) in [
            ("http://localhost:8787/", "http://localhost:8787", "/", ""),
            ("http://localhost:8787", "http://localhost:8787", "/", ""),
            ("http://a/b/c?", "http://a", "/b/c", "?"),
            ("http://a?b=//c", "http://a", "/", "?b=//c"),
            ("http://a//b#c?d", "http://a", "//b", ""),
            ("", "", "/", ""),
        ] {
            let request = RequestView::new("GET", url, RequestHeaders::default());
            assert_eq!(
                (&*request.own_origin, &*request.path, &*request.query),
                (own_origin, path, query),
                "{url}"
            );
        }
    }

    #[test]
    fn scheme_and_host_come_from_the_own_origin() {
        let request =
            RequestView::new("GET", "https://a.example:8443/x", RequestHeaders::default());
        assert_eq!((request.scheme(), request.host()), ("https", "a.example:8443"));
    }
}
