//! What a pattern of the settings matches.

use std::str::FromStr;

/// One entry of `PROTECTED_PATHS`, `PUBLIC_PATHS` and the like.
///
/// | pattern | matches |
/// |---|---|
/// | `/health` | this path only |
/// | `/api/*` | `/api` and everything below it |
/// | `/*` | everything |
///
/// ```
/// use wayleave_edge::path::PathPattern;
///
/// assert!("/api/*".parse::<PathPattern>().is_ok());
/// assert!("/api/*/me".parse::<PathPattern>().is_err());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PathPattern {
    /// The path and all below it; without the final slash, so empty for `/*`.
    Below(String),
    /// This path only.
    Exact(String),
}

/// The text is no path pattern.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a path pattern is a plain path such as /health, or one that ends in /* such as /api/*")]
pub struct InvalidPathPattern;

impl PathPattern {
    /// Whether the pattern matches, however generously an upstream compares: without regard to case or to slashes at the end.
    pub(super) fn matches_loosely(&self, reading: &[u8]) -> bool {
        match self {
            Self::Below(prefix) => below(reading, prefix, <[u8]>::eq_ignore_ascii_case),
            Self::Exact(path) => without_final_slashes(reading)
                .eq_ignore_ascii_case(without_final_slashes(path.as_bytes())),
        }
    }

    /// Whether the pattern matches to the letter.
    pub(super) fn matches_strictly(&self, reading: &[u8]) -> bool {
        match self {
            Self::Below(prefix) => below(reading, prefix, PartialEq::eq),
            Self::Exact(path) => reading == path.as_bytes(),
        }
    }

    /// Whether it matches, to the letter, all that the other one is about.
    ///
    /// ```
    /// use wayleave_edge::path::PathPattern;
    ///
    /// let pattern = |text: &str| text.parse::<PathPattern>().unwrap();
    /// assert!(pattern("/admin/*").covers(&pattern("/admin/users/*")));
    /// assert!(!pattern("/admin/login").covers(&pattern("/admin/*")));
    /// ```
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(_), Self::Below(_)) => false,
            (_, Self::Below(path) | Self::Exact(path)) => self.matches_strictly(path.as_bytes()),
        }
    }

    /// Whether it is `/*`.
    pub(super) fn is_everything(&self) -> bool {
        matches!(self, Self::Below(prefix) if prefix.is_empty())
    }
}

impl FromStr for PathPattern {
    type Err = InvalidPathPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPathPattern> {
        let (path, below) = match text.strip_suffix("/*") {
            Some(prefix) => (prefix, true),
            None => (text, false),
        };
        // The settings name paths in their plain form: what has two readings protects nothing for certain.
        let plain = |character: char| {
            !character.is_control() && !character.is_whitespace() && !"%*?#;\\,".contains(character)
        };
        let segments_are_plain =
            !path.contains("//") && !path.split('/').any(|segment| matches!(segment, "." | ".."));
        let rooted = path.starts_with('/') || (below && path.is_empty());
        if !rooted || !segments_are_plain || !path.chars().all(plain) {
            return Err(InvalidPathPattern);
        }
        Ok(if below { Self::Below(path.to_owned()) } else { Self::Exact(path.to_owned()) })
    }
}

fn below(reading: &[u8], prefix: &str, same: fn(&[u8], &[u8]) -> bool) -> bool {
    match reading.split_at_checked(prefix.len()) {
        Some((start, rest)) => {
            same(start, prefix.as_bytes()) && (rest.is_empty() || rest.starts_with(b"/"))
        }
        None => false,
    }
}

fn without_final_slashes(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    &path[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_what_their_table_says() {
        for (pattern, path, strictly, loosely) in [
            ("/health", "/health", true, true),
            ("/health", "/health/", false, true),
            ("/health", "/Health", false, true),
            ("/health", "/healthy", false, false),
            ("/health", "/health/x", false, false),
            ("/", "/", true, true),
            ("/", "/x", false, false),
            ("/api/*", "/api", true, true),
            ("/api/*", "/api/", true, true),
            ("/api/*", "/api/me", true, true),
            ("/api/*", "/API/me", false, true),
            ("/api/*", "/apis", false, false),
            ("/api/*", "/", false, false),
            ("/*", "/", true, true),
            ("/*", "/anything/at/all", true, true),
        ] {
            let parsed: PathPattern = pattern.parse().unwrap();
            assert_eq!(parsed.matches_strictly(path.as_bytes()), strictly, "{pattern} {path}");
            assert_eq!(
                parsed.matches_loosely(path.as_bytes()),
                loosely,
                "{pattern} {path} loosely"
            );
        }
    }

    #[test]
    fn a_pattern_covers_what_it_matches_wholly() {
        for (pattern, other, expected) in [
            ("/*", "/*", true),
            ("/*", "/", true),
            ("/*", "/a/*", true),
            ("/a/*", "/a/*", true),
            ("/a/*", "/a", true),
            ("/a/*", "/a/b/*", true),
            ("/a/*", "/*", false),
            ("/a/*", "/ab", false),
            ("/a/*", "/A", false),
            ("/a", "/a", true),
            ("/a", "/a/*", false),
            ("/a", "/b", false),
        ] {
            let parse = |text: &str| text.parse::<PathPattern>().unwrap();
            assert_eq!(parse(pattern).covers(&parse(other)), expected, "{pattern} {other}");
        }
    }

    #[test]
    fn patterns_with_two_readings_are_refused() {
        for text in [
            "", "*", "api", "api/*", "/a*", "/*/a", "/a/**", "/a%20b", "/a//b", "//", "/a/../b",
            "/./a", "/a?b", "/a#b", "/a;b", "/a\\b", "/a b", "/a\n",
        ] {
            assert_eq!(text.parse::<PathPattern>(), Err(InvalidPathPattern), "{text:?}");
        }
    }
}
