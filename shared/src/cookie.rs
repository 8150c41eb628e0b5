//! The session's cookies: their names, and reading them from a request.
//!
//! Reading never guesses: a name that stands twice is [`AmbiguousCookie`], because the two may be an old and a new session.

/// The access token. `HttpOnly`, on every path.
pub const ACCESS_TOKEN: &str = "sAccessToken";

/// The refresh token. `HttpOnly`, on the refresh route only.
pub const REFRESH_TOKEN: &str = "sRefreshToken";

/// Tells JavaScript and the edge that a session may exist. Carries no power.
pub const ID_REFRESH_TOKEN: &str = "sIdRefreshToken";

/// What a deployment calls its cookies. Origin and edge must agree.
///
/// ```
/// use wayleave_shared::cookie::CookieNames;
///
/// assert_eq!(CookieNames::default().access, "sAccessToken");
/// let names = CookieNames { access: "__Host-at".into(), ..CookieNames::default() };
/// assert!(names.are_valid());
/// assert!(!CookieNames { marker: "__Host-at".into(), ..names.clone() }.are_valid(), "two of one name");
/// assert!(!CookieNames { access: "a b".into(), ..names }.are_valid(), "no cookie's name");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CookieNames {
    /// The access token's.
    pub access: String,
    /// The refresh token's.
    pub refresh: String,
    /// That of the mark that a session may exist.
    pub marker: String,
}

impl CookieNames {
    /// Whether each is a name for a cookie, and no two are the same. Capitals do not make a difference: browsers treat prefixes so.
    #[must_use]
    pub fn are_valid(&self) -> bool {
        let [access, refresh, marker] = self.all().map(str::to_ascii_lowercase);
        self.all().into_iter().all(is_cookie_name)
            && access != refresh
            && access != marker
            && refresh != marker
    }

    /// The three: access, refresh, marker.
    #[must_use]
    pub fn all(&self) -> [&str; 3] {
        [&self.access, &self.refresh, &self.marker]
    }
}

impl Default for CookieNames {
    fn default() -> Self {
        Self {
            access: ACCESS_TOKEN.to_owned(),
            refresh: REFRESH_TOKEN.to_owned(),
            marker: ID_REFRESH_TOKEN.to_owned(),
        }
    }
}

/// A token (RFC 9110 section 5.6.2), as RFC 6265 section 4.1.1 has it, of at most [`MAX_NAME_BYTES`].
#[must_use]
pub fn is_cookie_name(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_token)
}

/// The longest name of a cookie: the rest of its 4096 bytes is for the token.
pub const MAX_NAME_BYTES: usize = 64;

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
            if without_blanks(key) != name {
                continue;
            }
            let value = without_blanks(value);
            if !value.is_empty() && found.replace(value).is_some() {
                return Err(AmbiguousCookie);
            }
        }
        Ok(found)
    }
}

/// Without spaces and tabs around it (RFC 6265 section 5.2). By bytes: `trim_matches` takes characters apart, in every request.
fn without_blanks(text: &str) -> &str {
    let is_other = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let start = text.bytes().position(|byte| is_other(&byte)).unwrap_or(text.len());
    let end = text.bytes().rposition(|byte| is_other(&byte)).map_or(start, |last| last + 1);
    text.get(start..end).unwrap_or_default()
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
    fn names_are_three_different_tokens_of_at_most_64_bytes() {
        let names = |access: &str, refresh: &str, marker: &str| CookieNames {
            access: access.to_owned(),
            refresh: refresh.to_owned(),
            marker: marker.to_owned(),
        };
        assert!(names("a", "b", "c").are_valid());
        assert!(names(&"a".repeat(64), "b", "c").are_valid());
        for (access, refresh, marker) in [
            ("a", "a", "c"),
            ("a", "b", "a"),
            ("a", "b", "B"),
            ("", "b", "c"),
            (&*"a".repeat(65), "b", "c"),
            ("a=", "b", "c"),
            ("a", "b;", "c"),
            ("a", "b", "é"),
        ] {
            assert!(!names(access, refresh, marker).are_valid(), "{access} {refresh} {marker}");
        }
    }

    #[test]
    fn an_oversized_header_is_not_read() {
        let header = format!("a=1; b={}", "x".repeat(MAX_COOKIE_HEADER_BYTES));
        assert_eq!(CookieHeader::new(&header).find("a"), Err(AmbiguousCookie));
    }
}
