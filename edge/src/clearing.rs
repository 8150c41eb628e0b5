//! The lines that clear a browser's cookies, remembered.
//!
//! The edge has no cookie settings: the lines come finished from the origin, and are the same for every session. So that requests of ended sessions do not cost an origin
//! call each, those that came last are used again for a while.

use wayleave_shared::{time::UnixMilliseconds, wire::BrowserLines};

/// The lines as they came last.
///
/// ```
/// use wayleave_edge::clearing::ClearingLines;
/// use wayleave_shared::{time::UnixMilliseconds, wire::BrowserLines};
///
/// let mut lines = ClearingLines::default();
/// assert!(lines.recall(UnixMilliseconds(0)).is_none());
/// assert!(lines.may_ask(UnixMilliseconds(0)));
/// lines.keep(&BrowserLines { set_cookie: vec!["a=".into()], ..BrowserLines::default() }, UnixMilliseconds(5));
/// assert!(lines.recall(UnixMilliseconds(6)).is_some());
/// ```
#[derive(Debug, Default)]
pub struct ClearingLines {
    lines: Option<(BrowserLines, UnixMilliseconds)>,
    failed_at: Option<UnixMilliseconds>,
}

impl ClearingLines {
    /// The lines, if they came less than [`KEPT_MS`] ago.
    #[must_use]
    pub fn recall(&self, now: UnixMilliseconds) -> Option<&BrowserLines> {
        let (lines, kept_at) = self.lines.as_ref()?;
        (now.0.abs_diff(kept_at.0) < KEPT_MS).then_some(lines)
    }

    /// Remembers lines of the origin. Those that clear nothing are not meant.
    pub fn keep(&mut self, lines: &BrowserLines, now: UnixMilliseconds) {
        if !lines.set_cookie.is_empty() {
            self.lines = Some((lines.clone(), now));
        }
    }

    /// Whether the origin may be asked for them: not within [`FAILURE_COOLDOWN_MS`] after it gave none.
    #[must_use]
    pub fn may_ask(&self, now: UnixMilliseconds) -> bool {
        self.failed_at.is_none_or(|at| now.0.abs_diff(at.0) >= FAILURE_COOLDOWN_MS)
    }

    /// The origin was asked, and gave none.
    pub fn fail(&mut self, now: UnixMilliseconds) {
        self.failed_at = Some(now);
    }
}

/// How long lines are used again, in milliseconds: how long a change of the origin's cookie settings may go unnoticed here.
pub const KEPT_MS: u64 = 60_000;

/// How long nobody asks after the origin gave no lines, in milliseconds.
pub const FAILURE_COOLDOWN_MS: u64 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_used_again_for_a_minute_and_not_asked_for_just_after_a_failure() {
        let at = |ms| UnixMilliseconds(1_700_000_000_000 + ms);
        let mut lines = ClearingLines::default();
        assert!(
            lines.may_ask(at(0)) && lines.may_ask(at(0)),
            "nobody goes without for another's call"
        );
        lines.fail(at(0));
        assert!(!lines.may_ask(at(FAILURE_COOLDOWN_MS - 1)));
        assert!(lines.may_ask(at(FAILURE_COOLDOWN_MS)));

        lines.keep(&BrowserLines::default(), at(0));
        assert!(lines.recall(at(0)).is_none(), "what clears nothing is not meant");
        let clearing =
            BrowserLines { set_cookie: vec!["a=".to_owned()], ..BrowserLines::default() };
        lines.keep(&clearing, at(0));

        assert!(lines.recall(at(KEPT_MS - 1)).is_some());
        assert!(lines.recall(at(KEPT_MS)).is_none());
    }
}
