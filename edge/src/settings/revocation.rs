//! Which routes learn how that a session was ended.

use crate::{
    path::{self, PathPattern},
    revocations::{Mode, StaleFeed},
};

/// `REVOCATION` and what belongs to it.
///
/// A path is `strict` if *any* of its readings matches a strict pattern, and `off` only if *all* of them match an off pattern: in doubt the surer mode.
///
/// ```
/// use wayleave_edge::{revocations::{Mode, StaleFeed}, settings::RevocationPolicy};
///
/// let policy = RevocationPolicy {
///     default: Mode::Feed,
///     off: vec!["/assets/*".parse().unwrap()],
///     strict: vec!["/admin/*".parse().unwrap()],
///     max_staleness_ms: 2_000,
///     stale_feed: StaleFeed::Reject,
/// };
/// assert_eq!(policy.mode_of("/assets/page.js"), Mode::Off);
/// assert_eq!(policy.mode_of("/assets/..%2fadmin/users"), Mode::Strict);
/// assert_eq!(policy.mode_of("/assets/..%2fme"), Mode::Feed);
/// ```
#[derive(Clone, Debug)]
pub struct RevocationPolicy {
    /// `REVOCATION`: what holds for our own routes, and for paths of the app that are on neither list.
    pub default: Mode,
    /// `REVOCATION_OFF_PATHS`.
    pub off: Vec<PathPattern>,
    /// `REVOCATION_STRICT_PATHS`.
    pub strict: Vec<PathPattern>,
    /// `MAX_STALENESS`: how old the feed may be where it is used, in milliseconds.
    pub max_staleness_ms: u64,
    /// `STALE_FEED`: what is done while the feed cannot be renewed.
    pub stale_feed: StaleFeed,
}

impl RevocationPolicy {
    /// The mode of a path of the app, as it was sent.
    #[must_use]
    pub fn mode_of(&self, path: &str) -> Mode {
        if path::may_be_one_of(&self.strict, path) {
            Mode::Strict
        } else if path::is_one_of(&self.off, path) {
            Mode::Off
        } else {
            self.default
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_doubt_a_path_has_the_surer_mode() {
        let patterns =
            |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
        let policy = |default| RevocationPolicy {
            default,
            off: patterns(&["/open/*", "/both"]),
            strict: patterns(&["/admin/*", "/both"]),
            max_staleness_ms: 2_000,
            stale_feed: StaleFeed::Reject,
        };
        for (path, expected) in [
            ("/", None),
            ("/me", None),
            ("/open/x", Some(Mode::Off)),
            ("/open/./x", Some(Mode::Off)),
            ("/Open/x", None),
            ("/open/..%2fx", None),
            ("/open/%00", Some(Mode::Strict)),
            ("/admin", Some(Mode::Strict)),
            ("/ADMIN/x", Some(Mode::Strict)),
            ("//admin", Some(Mode::Strict)),
            ("/open/..%2fadmin/x", Some(Mode::Strict)),
            ("/both", Some(Mode::Strict)),
            ("/%ff", Some(Mode::Strict)),
        ] {
            for default in [Mode::Feed, Mode::Off, Mode::Strict] {
                let expected = expected.unwrap_or(default);
                assert_eq!(policy(default).mode_of(path), expected, "{path} {default:?}");
            }
        }
    }
}
