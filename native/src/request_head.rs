//! What of a request tells whose it is.

use http::{HeaderMap, HeaderName, Method, Request, Uri, header, request::Parts};
use std::borrow::Cow;
use wayleave_edge::request::{RequestHeaders, RequestView};
use wayleave_shared::{header as ours, web_origin::WebOrigin};

/// Method, target and headers of a request; made from `&Request` or `&Parts`.
///
/// ```
/// let request = http::Request::get("/me").body(()).unwrap();
/// let head = wayleave::RequestHead::from(&request);
/// ```
#[derive(Clone, Copy)]
pub struct RequestHead<'request> {
    method: &'request Method,
    uri: &'request Uri,
    headers: &'request HeaderMap,
}

impl<'request, B> From<&'request Request<B>> for RequestHead<'request> {
    fn from(request: &'request Request<B>) -> Self {
        Self { method: request.method(), uri: request.uri(), headers: request.headers() }
    }
}

impl<'request> From<&'request Parts> for RequestHead<'request> {
    fn from(parts: &'request Parts) -> Self {
        Self { method: &parts.method, uri: &parts.uri, headers: &parts.headers }
    }
}

/// Shows no header: tokens are among them.
impl std::fmt::Debug for RequestHead<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "RequestHead({} {})", self.method, self.uri.path())
    }
}

impl RequestHead<'_> {
    /// The same as plain text. `public_url` is where browsers find the service, if that was told.
    pub(crate) fn view(self, public_url: Option<&WebOrigin>) -> RequestView<'static> {
        let path_and_query = self.uri.path_and_query().map_or("/", |target| target.as_str());
        let url = format!("{}{path_and_query}", self.own_origin(public_url));
        RequestView::new(self.method.as_str(), &url, self.headers()).into_owned()
    }

    /// Where the request believes to be. Nothing that a client may write decides whether it is TLS.
    fn own_origin(self, public_url: Option<&WebOrigin>) -> String {
        if let Some(url) = public_url {
            return url.as_str().to_owned();
        }
        // HTTP/2 has both in the target, HTTP/1.1 the host in a header.
        let scheme = self.uri.scheme_str().unwrap_or("http");
        let host = match self.uri.authority() {
            Some(authority) => authority.as_str().to_owned(),
            None => self.joined(&header::HOST, ", ").unwrap_or_default(),
        };
        let origin = format!("{scheme}://{host}");
        origin.parse::<WebOrigin>().map_or(origin, |origin| origin.as_str().to_owned())
    }

    fn headers(self) -> RequestHeaders<'static> {
        let value = |name| self.joined(&name, ", ").map(Cow::Owned);
        let ours = |name| value(HeaderName::from_static(name));
        RequestHeaders {
            access_control_request_method: value(header::ACCESS_CONTROL_REQUEST_METHOD),
            anti_csrf: ours(ours::ANTI_CSRF),
            auth_mode: ours(ours::AUTH_MODE),
            authorization: value(header::AUTHORIZATION),
            content_length: value(header::CONTENT_LENGTH),
            content_type: value(header::CONTENT_TYPE),
            // HTTP/2 may send each cookie as a header of its own (RFC 9113 section 8.2.3).
            cookie: self.joined(&header::COOKIE, "; ").map(Cow::Owned),
            if_match: value(header::IF_MATCH),
            origin: value(header::ORIGIN),
            sec_fetch_site: ours("sec-fetch-site"),
            ..RequestHeaders::default()
        }
    }

    /// All values of a header as one, each byte a character: a cookie of somebody else that is not ASCII must not hide ours.
    fn joined(self, name: &HeaderName, separator: &str) -> Option<String> {
        let mut values = self.headers.get_all(name).iter().map(|value| latin1(value.as_bytes()));
        let first = values.next()?;
        Some(values.fold(first, |joined, value| joined + separator + &value))
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(
        lines: &[(&'static str, &[u8])],
        uri: &str,
        public_url: Option<&str>,
    ) -> RequestView<'static> {
        let mut request = Request::post(uri).body(()).unwrap();
        for (name, value) in lines {
            let value = http::HeaderValue::from_bytes(value).unwrap();
            request.headers_mut().append(*name, value);
        }
        let public_url = public_url.map(|url| url.parse().unwrap());
        RequestHead::from(&request).view(public_url.as_ref())
    }

    #[test]
    fn cookies_that_came_as_several_headers_are_one_list() {
        let lines: [(_, &[u8]); 3] =
            [("cookie", b"a=1"), ("cookie", b"\xe9=\xff"), ("cookie", b"sAccessToken=x")];

        let view = view(&lines, "/", None);

        assert_eq!(view.headers.cookie.as_deref(), Some("a=1; é=ÿ; sAccessToken=x"));
    }

    #[test]
    fn another_header_that_stands_twice_is_joined_with_a_comma() {
        let lines: [(_, &[u8]); 2] =
            [("authorization", b"Bearer a"), ("authorization", b"Bearer b")];

        let view = view(&lines, "/", None);

        assert_eq!(view.headers.authorization.as_deref(), Some("Bearer a, Bearer b"));
    }

    #[test]
    fn the_own_origin_is_what_was_told_or_what_the_request_says() {
        let host: (_, &[u8]) = ("host", b"App.example:80");
        for (lines, uri, public_url, expected) in [
            (&[host][..], "/x?y", None, "http://app.example"),
            (&[host], "/x?y", Some("https://app.example"), "https://app.example"),
            (&[], "https://app.example/x?y", None, "https://app.example"),
            (&[host], "https://other.example:8443/x?y", None, "https://other.example:8443"),
            (&[host, host], "/x?y", None, "http://App.example:80, App.example:80"),
            (&[("x-forwarded-proto", b"https"), host], "/x?y", None, "http://app.example"),
            (&[], "/x?y", None, "http://"),
        ] {
            let view = view(lines, uri, public_url);
            assert_eq!(
                (&*view.own_origin, &*view.path, &*view.query),
                (expected, "/x", "?y"),
                "{uri} {public_url:?}"
            );
        }
    }

    #[test]
    fn the_method_is_as_it_was_sent() {
        let request = Request::builder().method("get").uri("*").body(()).unwrap();

        let view = RequestHead::from(&request).view(None);

        assert_eq!((&*view.method, view.is_unsafe()), ("get", true));
    }
}
