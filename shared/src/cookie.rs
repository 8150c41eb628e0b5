//! The session's cookies: their names, and reading them from a request.
//!
//! Reading never guesses: a name that stands twice is [`AmbiguousCookie`], because the two may be an old and a new session.

/// The access token. `HttpOnly`, on every path.
pub const ACCESS_TOKEN: &str = "sAccessToken";

/// The refresh token. `HttpOnly`, on the refresh route only.
pub const REFRESH_TOKEN: &str = "sRefreshToken";

/// Tells JavaScript and the edge that a session may exist. Carries no power.
pub const ID_REFRESH_TOKEN: &str = "sIdRefreshToken";

/// A request's `Cookie` header (RFC 6265 section 4.2).
///
/// ```
/// use wayleave_shared::cookie::{AmbiguousCookie, CookieHeader};
///
/// let cookies = CookieHeader::new("theme=dark; sAccessToken=a.b.c; x=1; x=2");
/// assert_eq!(cookies.find("sAccessToken"), Ok(Some("a.b.c")));
/// assert_eq!(cookies.find("absent"), Ok(None));
/// assert_eq!(cookies.find("x"), Err(AmbiguousCookie));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CookieHeader<'header>(&'header str);

/// The cookie stands more than once, or the header is over [`MAX_COOKIE_HEADER_BYTES`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the cookie stands more than once or the cookie header is too large")]
pub struct AmbiguousCookie;

impl<'header> CookieHeader<'header> {
    /// Takes the header's value.
    #[must_use]
    pub const fn new(value: &'header str) -> Self {
        Self(value)
    }

    /// The value of a cookie; an empty value counts as absent, as a cleared cookie would be.
    ///
    /// # Errors
    ///
    /// [`AmbiguousCookie`].
    pub fn find(&self, name: &str) -> Result<Option<&'header str>, AmbiguousCookie> {
        if self.0.len() > MAX_COOKIE_HEADER_BYTES {
            return Err(AmbiguousCookie);
        }
        let mut found = None;
        for pair in self.0.split(';') {
            let Some((key, value)) = pair.split_once('=') else { continue };
            if key.trim_matches([' ', '\t']) != name {
                continue;
            }
            let value = value.trim_matches([' ', '\t']);
            if !value.is_empty() && found.replace(value).is_some() {
                return Err(AmbiguousCookie);
            }
        }
        Ok(found)
    }
}

/// Longer `Cookie` headers are not read.
pub const MAX_COOKIE_HEADER_BYTES: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_headers_have_defined_answers() {
        for (header, expected) in [
            ("", Ok(None)),
            (";;;", Ok(None)),
            ("a", Ok(None)),
            ("a=", Ok(None)),
            ("a=1", Ok(Some("1"))),
            (" a = 1 ;b=2", Ok(Some("1"))),
            ("A=1", Ok(None)),
            ("xa=1; a=2", Ok(Some("2"))),
            ("a=1=2", Ok(Some("1=2"))),
            ("a=1; a=", Ok(Some("1"))),
            ("a=1; a=1", Err(AmbiguousCookie)),
        ] {
            assert_eq!(CookieHeader::new(header).find("a"), expected, "{header:?}");
        }
    }

    #[test]
    fn an_oversized_header_is_not_read() {
        let header = format!("a=1; b={}", "x".repeat(MAX_COOKIE_HEADER_BYTES));
        assert_eq!(CookieHeader::new(&header).find("a"), Err(AmbiguousCookie));
    }
}
