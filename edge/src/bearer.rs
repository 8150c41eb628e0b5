//! Reading the `Authorization` header (RFC 9110 section 11.6.2, RFC 6750 section 2.1).

use crate::credential::Found;

/// The bearer token of an `Authorization` header, where headers that stand several times are joined by commas.
///
/// Other schemes are not ours, and count as nothing. As soon as one part is of the scheme `Bearer`, in any case, it must be all there is.
///
/// ```
/// use wayleave_edge::{bearer, credential::Found};
///
/// assert_eq!(bearer::read(Some("Bearer a.b.c")), Found::Token("a.b.c"));
/// assert_eq!(bearer::read(Some("Basic dXNlcjpwYXNz")), Found::Absent);
/// assert_eq!(bearer::read(Some("Bearer a.b.c, Bearer d.e.f")), Found::Ambiguous);
/// ```
#[must_use]
pub fn read(authorization: Option<&str>) -> Found<'_> {
    let Some(value) = authorization.map(|value| value.trim_matches(BLANKS)) else {
        return Found::Absent;
    };
    let (scheme, token) = split(value);
    if is_bearer(scheme) && is_token(token) {
        return Found::Token(token);
    }
    let speaks_of_one = value.split(',').any(|part| is_bearer(split(part.trim_matches(BLANKS)).0));
    if speaks_of_one { Found::Ambiguous } else { Found::Absent }
}

/// The scheme, and what follows.
fn split(credentials: &str) -> (&str, &str) {
    let (scheme, rest) = credentials.split_once(BLANKS).unwrap_or((credentials, ""));
    (scheme, rest.trim_start_matches(BLANKS))
}

fn is_bearer(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("bearer")
}

/// `token68` (RFC 9110 section 11.2).
fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !body.is_empty() && body.bytes().all(is_known)
}

const BLANKS: [char; 2] = [' ', '\t'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_header_has_one_reading() {
        for (value, expected) in [
            (None, Found::Absent),
            (Some(""), Found::Absent),
            (Some(" "), Found::Absent),
            (Some("Bearer t"), Found::Token("t")),
            (Some("bearer t"), Found::Token("t")),
            (Some("BEARER \t t "), Found::Token("t")),
            (Some("Bearer a-b._~+/c=="), Found::Token("a-b._~+/c==")),
            (Some("Bearer"), Found::Ambiguous),
            (Some("Bearer "), Found::Ambiguous),
            (Some("Bearer ="), Found::Ambiguous),
            (Some("Bearer a b"), Found::Ambiguous),
            (Some("Bearer a=b"), Found::Ambiguous),
            (Some("Bearer \"a\""), Found::Ambiguous),
            (Some("Bearer é"), Found::Ambiguous),
            (Some("Bearer a,b"), Found::Ambiguous),
            (Some("Bearer a, Bearer a"), Found::Ambiguous),
            (Some("Bearer a, Basic b"), Found::Ambiguous),
            (Some("Basic b, Bearer a"), Found::Ambiguous),
            (Some("Basic b,bearer"), Found::Ambiguous),
            (Some("Basic dXNlcjpwYXNz"), Found::Absent),
            (Some("Bearers t"), Found::Absent),
            (Some("t"), Found::Absent),
            (Some("Bearer:t"), Found::Absent),
            (Some("Digest username=\"bearer\", realm=\"x\""), Found::Absent),
        ] {
            assert_eq!(read(value), expected, "{value:?}");
        }
    }
}
