//! Whether a path is protected.

use super::{
    PathPattern,
    readings::{is_plain, readings},
};

/// `PROTECTED_PATHS` and `PUBLIC_PATHS` of the settings.
///
/// A path is protected if *any* of its readings matches a protected pattern, unless *all* of them match a public one. So an upstream that reads
/// a path differently than we do cannot be reached past the gateway: in doubt a path is protected.
///
/// ```
/// use wayleave_edge::path::PathPolicy;
///
/// let policy = PathPolicy {
///     protected: vec!["/*".parse().unwrap()],
///     public: vec!["/".parse().unwrap(), "/assets/*".parse().unwrap()],
/// };
/// assert!(policy.protects("/api/me"));
/// assert!(!policy.protects("/assets/page.js"));
/// assert!(policy.protects("/assets/..%2fapi/me"));
/// ```
#[derive(Clone, Debug)]
pub struct PathPolicy {
    /// What needs a session.
    pub protected: Vec<PathPattern>,
    /// What does not, although a protected pattern matches.
    pub public: Vec<PathPattern>,
}

impl PathPolicy {
    /// Whether a request for `path`, as it was sent and without its query, needs a session.
    #[must_use]
    pub fn protects(&self, path: &str) -> bool {
        may_be_one_of(&self.protected, path) && !is_one_of(&self.public, path)
    }
}

/// Whether *any* reading of a path, as it was sent, matches one of the patterns, however generously an upstream compares.
#[must_use]
pub fn may_be_one_of(patterns: &[PathPattern], path: &str) -> bool {
    let matches = |reading: &[u8]| patterns.iter().any(|pattern| pattern.matches_loosely(reading));
    if patterns.is_empty() || is_plain(path) {
        return matches(path.as_bytes());
    }
    let readings = readings(path);
    !readings.complete || readings.all.iter().any(|reading| matches(reading))
}

/// Whether *all* readings of a path, as it was sent, match one of the patterns, to the letter.
#[must_use]
pub fn is_one_of(patterns: &[PathPattern], path: &str) -> bool {
    let matches = |reading: &[u8]| patterns.iter().any(|pattern| pattern.matches_strictly(reading));
    if patterns.is_empty() || is_plain(path) {
        return matches(path.as_bytes());
    }
    let readings = readings(path);
    if readings.complete {
        readings.all.iter().all(|reading| matches(reading))
    } else {
        patterns.iter().any(PathPattern::is_everything)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(protected: &[&str], public: &[&str]) -> PathPolicy {
        let parse =
            |patterns: &[&str]| patterns.iter().map(|pattern| pattern.parse().unwrap()).collect();
        PathPolicy { protected: parse(protected), public: parse(public) }
    }

    #[test]
    fn no_spelling_of_a_protected_path_is_unprotected() {
        let policy = policy(&["/api/*"], &["/api/public/*"]);
        for path in [
            "/api",
            "/api/",
            "/api/me",
            "/API/me",
            "/%61pi/me",
            "/%2561pi/me",
            "/a%70%69/me",
            "//api/me",
            "///api///me",
            "/./api/me",
            "/x/../api/me",
            "/x/%2e%2e/api/me",
            "/public/..%2fapi/me",
            "/public/..%2Fapi/me",
            "/public/..%252fapi/me",
            "/public/..\\api\\me",
            "/public/..%5capi/me",
            "/public/..;/api/me",
            "/api;x=1/me",
            "/%00/api/me",
            "/api/public/../me",
            "/api/public/..%2fme",
            "/api/public/%2e%2e/me",
            "/api/public/..;/me",
            "/api/public/x%00",
            "/api/Public/x",
            "/api/publicity",
        ] {
            assert!(policy.protects(path), "{path}");
        }
    }

    #[test]
    fn other_and_public_paths_stay_open() {
        let policy = policy(&["/api/*"], &["/api/public/*"]);
        for path in [
            "/",
            "/index.html",
            "/apis",
            "/public/x",
            "/x%20y",
            "//index.html",
            "/api/public",
            "/api/public/x",
            "/api/public/x%20y",
            "/api/public//x",
            "/api/public/./x",
            "/api/public/a/../b",
        ] {
            assert!(!policy.protects(path), "{path}");
        }
    }

    #[test]
    fn everything_is_protected_where_everything_is_named() {
        let policy = policy(&["/*"], &[]);
        for path in ["/", "//", "/a", "/%00", "/..", "/%ff"] {
            assert!(policy.protects(path), "{path}");
        }
    }

    #[test]
    fn nothing_is_protected_where_nothing_is_named_or_all_is_public() {
        for policy in [policy(&[], &[]), policy(&["/*"], &["/*"])] {
            for path in ["/", "/a", "/%00", "/a/..%2fb"] {
                assert!(!policy.protects(path), "{path}");
            }
        }
    }
}
