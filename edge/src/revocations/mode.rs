//! How surely an ended session is refused.

/// How a route learns that a session was ended before its access token expired.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// From the feed in memory: costs nothing, and is never later than the staleness that the settings allow.
    Feed,
    /// Not at all.
    Off,
    /// By asking the origin for each request: at once.
    Strict,
}

/// What is done while the feed cannot be renewed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StaleFeed {
    /// Requests go on with what is known.
    Accept,
    /// Requests with a session are 503; no cookie is touched.
    Reject,
}
