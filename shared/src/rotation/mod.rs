//! What becomes of a refresh token that is presented: the rules of rotation, as pure functions.
//!
//! The origin executes them, each as one guarded statement. Why they are as they are: `docs/decisions/0005-rotation.md`.

use crate::time::UnixMilliseconds;
use std::time::Duration;

/// Where a session's refresh chain stands. `Token` is what a refresh token is known by: its hash.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Chain<Token> {
    /// The newest token.
    pub current: Token,
    /// The one that it replaced; none at log-in.
    pub parent: Option<Token>,
    /// When the newest was first seen in use: until then its browser may never have got it.
    pub confirmed_at: Option<UnixMilliseconds>,
}

/// What is done about a presented token. Every step but [`Step::Theft`] answers with an access token of the newest refresh token, valid
/// for as long as [`access_validity`] says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// It is the newest, and was not yet seen in use: that it now was is noted, and it is answered again.
    Confirm,
    /// It is the newest and came into use a moment ago: it stays the newest.
    ///
    /// The answer must not write it into the browser's jar again. This answer may still be under way when another tab's refresh rotates the
    /// token, and would put the old one back over its successor, long before anybody notices.
    Keep,
    /// It is the newest: a successor takes its place.
    Rotate,
    /// It was replaced, but its successor may not have arrived: the same successor is answered again.
    Repeat,
    /// It was replaced, and its successor has been in use: two parties hold tokens of this session.
    Theft,
}

/// What is done about `presented`, a token that we made for this session.
///
/// `now` and the chain's times are of one clock: the store's. `reuse_window` is how long, after a token was first seen in use, its parent is still
/// answered and it does not itself rotate. Zero turns it off.
///
/// # Outcomes
///
/// "In use" is the time from `confirmed_at` to `now`; a clock that was set back counts as no time at all.
///
/// | presented | newest token is | step | with a window of zero |
/// |---|---|---|---|
/// | the newest, the session's first | any | [`Step::Rotate`] | the same |
/// | the newest | not yet seen in use | [`Step::Confirm`] | [`Step::Rotate`] |
/// | the newest | in use for less than the window | [`Step::Keep`] | |
/// | the newest | in use for the window or longer | [`Step::Rotate`] | the same |
/// | its parent | not yet seen in use | [`Step::Repeat`] | the same |
/// | its parent | in use for the window or less | [`Step::Repeat`] | [`Step::Theft`] |
/// | its parent | in use for longer than the window | [`Step::Theft`] | the same |
/// | any other | any | [`Step::Theft`] | the same |
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use wayleave_shared::{rotation::{Chain, Step, step}, time::UnixMilliseconds};
///
/// let window = Duration::from_secs(10);
/// let mut chain = Chain { current: "S2", parent: Some("S1"), confirmed_at: None };
///
/// // The reply that brought S2 was lost: S1 is good for it again, at any later time.
/// assert_eq!(step(&chain, &"S1", window, UnixMilliseconds(9_000_000)), Step::Repeat);
///
/// // S2 was seen in use. A tab that sent S1 before it got S2 is still answered; after the window S1 is theft.
/// chain.confirmed_at = Some(UnixMilliseconds(9_000_000));
/// assert_eq!(step(&chain, &"S1", window, UnixMilliseconds(9_010_000)), Step::Repeat);
/// assert_eq!(step(&chain, &"S1", window, UnixMilliseconds(9_010_001)), Step::Theft);
///
/// // And S2 rotates, but not before.
/// assert_eq!(step(&chain, &"S2", window, UnixMilliseconds(9_009_999)), Step::Keep);
/// assert_eq!(step(&chain, &"S2", window, UnixMilliseconds(9_010_000)), Step::Rotate);
/// ```
#[must_use]
pub fn step<Token: PartialEq>(
    chain: &Chain<Token>,
    presented: &Token,
    reuse_window: Duration,
    now: UnixMilliseconds,
) -> Step {
    let in_use =
        chain.confirmed_at.map(|since| Duration::from_millis(now.0.saturating_sub(since.0)));
    if chain.current == *presented {
        // Nobody can hold a parent of the first: it need not wait for one to arrive.
        let is_first = chain.parent.is_none();
        return match in_use {
            _ if is_first || reuse_window.is_zero() => Step::Rotate,
            None => Step::Confirm,
            Some(in_use) if in_use < reuse_window => Step::Keep,
            Some(_) => Step::Rotate,
        };
    }
    if chain.parent.as_ref() != Some(presented) {
        return Step::Theft;
    }
    match in_use {
        None => Step::Repeat,
        Some(in_use) if in_use <= reuse_window && !reuse_window.is_zero() => Step::Repeat,
        Some(_) => Step::Theft,
    }
}

/// How long the access token that a step answers with is valid, in whole seconds where it is shortened.
///
/// A rotation gives the whole `validity`; every other step twice the window. So of each generation one access token at most
/// lives long. Where a thief and the owner got the same refresh token within one window, one of them is soon back and rotates it, far from the time at which the other
/// comes. With equal validities they could go on in step, generation after generation.
///
/// With a window of zero nothing is shortened.
///
/// ```
/// use std::time::Duration;
/// use wayleave_shared::rotation::{Step, access_validity};
///
/// let (hour, window) = (Duration::from_secs(3600), Duration::from_secs(10));
/// assert_eq!(access_validity(Step::Rotate, hour, window), hour);
/// assert_eq!(access_validity(Step::Repeat, hour, window), Duration::from_secs(20));
/// ```
#[must_use]
pub fn access_validity(step: Step, validity: Duration, reuse_window: Duration) -> Duration {
    if step == Step::Rotate || reuse_window.is_zero() {
        return validity;
    }
    let twice = reuse_window.saturating_mul(2);
    let part_of_a_second = u64::from(twice.subsec_nanos() > 0);
    validity.min(Duration::from_secs(twice.as_secs().saturating_add(part_of_a_second)))
}

/// When a session ends that is used now: `validity` from now, but not later than `max_lifetime` after it was created.
///
/// From that millisecond on it is over: the end itself does not belong to the session.
///
/// ```
/// use std::time::Duration;
/// use wayleave_shared::{rotation::expires_at, time::UnixMilliseconds};
///
/// let (created_at, now) = (UnixMilliseconds(1_000), UnixMilliseconds(9_000));
/// let validity = Duration::from_secs(5);
/// assert_eq!(expires_at(now, created_at, validity, None), UnixMilliseconds(14_000));
/// let max_lifetime = Some(Duration::from_secs(10));
/// assert_eq!(expires_at(now, created_at, validity, max_lifetime), UnixMilliseconds(11_000));
/// ```
#[must_use]
pub fn expires_at(
    now: UnixMilliseconds,
    created_at: UnixMilliseconds,
    validity: Duration,
    max_lifetime: Option<Duration>,
) -> UnixMilliseconds {
    let idle_end = now.after(validity);
    max_lifetime.map_or(idle_end, |lifetime| idle_end.min(created_at.after(lifetime)))
}

/// The window where none is set: ten seconds, or a quarter of the access token's validity where that is less.
#[must_use]
pub fn default_reuse_window(access_validity: Duration) -> Duration {
    LONGEST_DEFAULT_WINDOW.min(access_validity / 4)
}

/// Whether a window may be set: at most half of the access token's validity. Where it is longer, everybody who holds a session's tokens is always
/// back within the window, so that a thief is never told from a tab.
///
/// ```
/// use std::time::Duration;
/// use wayleave_shared::rotation::is_reuse_window;
///
/// let access_validity = Duration::from_secs(60);
/// assert!(is_reuse_window(Duration::ZERO, access_validity));
/// assert!(is_reuse_window(Duration::from_secs(30), access_validity));
/// assert!(!is_reuse_window(Duration::from_millis(30_001), access_validity));
/// ```
#[must_use]
pub fn is_reuse_window(window: Duration, access_validity: Duration) -> bool {
    window.saturating_mul(2) <= access_validity
}

const LONGEST_DEFAULT_WINDOW: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests;
