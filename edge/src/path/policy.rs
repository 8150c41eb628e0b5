//! Whether a path is protected.

use super::{
    PathPattern,
    readings::{is_plain, readings},
};

/// `PROTECTED_PATHS`, `PUBLIC_PATHS` and `ANONYMOUS_PATHS` of the settings.
///
/// A path is protected if *any* of its readings matches a protected pattern, unless *all* of them match an open one. So an upstream that reads
/// a path differently than we do cannot be reached past the gateway: in doubt a path is protected. Of the open ones it is anonymous only if *all* of its readings match
/// an anonymous pattern.
///
/// ```
/// use wayleave_edge::path::{PathPolicy, SessionNeed};
///
/// let policy = PathPolicy {
///     protected: vec!["/*".parse().unwrap()],
///     public: vec!["/".parse().unwrap(), "/login".parse().unwrap()],
///     anonymous: vec!["/assets/*".parse().unwrap()],
/// };
/// assert_eq!(policy.need_of("/api/me"), SessionNeed::Required);
/// assert_eq!(policy.need_of("/login"), SessionNeed::Optional);
/// assert_eq!(policy.need_of("/assets/page.js"), SessionNeed::Ignored);
/// assert_eq!(policy.need_of("/assets/..%2fapi/me"), SessionNeed::Required);
/// ```
#[derive(Clone, Debug)]
pub struct PathPolicy {
    /// What needs a session.
    pub protected: Vec<PathPattern>,
    /// What does not, although a protected pattern matches.
    pub public: Vec<PathPattern>,
    /// The same, and there nobody looks whether there is one.
    pub anonymous: Vec<PathPattern>,
}

/// What a path of the app has to do with sessions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SessionNeed {
    /// Nothing: the app is not told whose request it is.
    Ignored,
    /// The app is told, if there is one.
    Optional,
    /// Without one the app is not reached.
    Required,
}

impl PathPolicy {
    /// What a request for `path`, as it was sent and without its query, needs.
    #[must_use]
    pub fn need_of(&self, path: &str) -> SessionNeed {
        if is_one_of(&self.anonymous, path) {
            return SessionNeed::Ignored;
        }
        let is_open = |reading: &[u8]| {
            let mut open = self.public.iter().chain(&self.anonymous);
            open.any(|pattern| pattern.matches_strictly(reading))
        };
        let has_everything =
            || self.public.iter().chain(&self.anonymous).any(PathPattern::is_everything);
        if may_be_one_of(&self.protected, path) && !all_readings(path, is_open, has_everything) {
            SessionNeed::Required
        } else {
            SessionNeed::Optional
        }
    }

    /// Whether a request for `path` needs a session.
    #[must_use]
    pub fn protects(&self, path: &str) -> bool {
        self.need_of(path) == SessionNeed::Required
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
    if patterns.is_empty() {
        return false;
    }
    let matches = |reading: &[u8]| patterns.iter().any(|pattern| pattern.matches_strictly(reading));
    all_readings(path, matches, || patterns.iter().any(PathPattern::is_everything))
}

/// Whether this holds for *all* readings of a path; `otherwise` where nobody can say which they are.
fn all_readings(
    path: &str,
    holds: impl Fn(&[u8]) -> bool,
    otherwise: impl FnOnce() -> bool,
) -> bool {
    if is_plain(path) {
        return holds(path.as_bytes());
    }
    let readings = readings(path);
    if readings.complete { readings.all.iter().all(|reading| holds(reading)) } else { otherwise() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(protected: &[&str], public: &[&str]) -> PathPolicy {
        let parse =
            |patterns: &[&str]| patterns.iter().map(|pattern| pattern.parse().unwrap()).collect();
        PathPolicy { protected: parse(protected), public: parse(public), anonymous: Vec::new() }
    }

    /// Doubts: between two open lists the app is told, between an open and a protected one a session is needed.
    #[test]
    fn a_path_is_anonymous_only_in_every_reading() {
        let anonymous = |patterns: &[&str]| {
            patterns.iter().map(|pattern| pattern.parse().unwrap()).collect::<Vec<_>>()
        };
        let policy = PathPolicy {
            anonymous: anonymous(&["/assets/*", "/api/public/raw", "/api/files/*", "/health"]),
            ..policy(&["/api/*"], &["/api/public/*"])
        };
        for (path, expected) in [
            ("/", SessionNeed::Optional),
            ("/health", SessionNeed::Ignored),
            ("/Health", SessionNeed::Optional),
            ("/health/", SessionNeed::Optional),
            ("/assets/x", SessionNeed::Ignored),
            ("/assets/./x", SessionNeed::Ignored),
            ("/assets/%00", SessionNeed::Required),
            ("/assets/..%2fx", SessionNeed::Optional),
            ("/assets/..%2fapi/me", SessionNeed::Required),
            ("/api/public/raw", SessionNeed::Ignored),
            ("/api/public/%72aw", SessionNeed::Optional),
            ("/api/public/x", SessionNeed::Optional),
            ("/api/public/raw/..", SessionNeed::Optional),
            ("/api/public/raw/../../me", SessionNeed::Required),
            ("/api/files/..%2fpublic/x", SessionNeed::Optional),
            ("/api/files/..%2fx", SessionNeed::Required),
            ("/api/me", SessionNeed::Required),
        ] {
            assert_eq!(policy.need_of(path), expected, "{path}");
        }
    }

    #[test]
    fn everything_can_be_anonymous() {
        let policy = PathPolicy { anonymous: vec!["/*".parse().unwrap()], ..policy(&["/*"], &[]) };
        for path in ["/", "/a", "/%00", "/a/..%2fb"] {
            assert_eq!(policy.need_of(path), SessionNeed::Ignored, "{path}");
        }
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
