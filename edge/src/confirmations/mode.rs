//! Whether a request waits for the origin to hear that a refresh token has arrived.

/// How the origin is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ConfirmMode {
    /// The request goes on, and the origin is told of several sessions in one call.
    Background,
    /// The request waits, once for each refreshed session, and a session that is over is refused.
    Inline,
}
