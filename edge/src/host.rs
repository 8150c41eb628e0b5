//! What the edge needs from the platform that it runs on.

use crate::{
    answer::{Answer, HeaderEdit},
    gateway::AppRequest,
    log::LogLine,
    origin::{Incoming, OriginRequest, Outage},
};
use wayleave_shared::time::UnixMilliseconds;

/// The platform, for one request. Workers in production; a script of replies in tests.
///
/// Cheap to clone; a clone may outlive the request, in a background task.
pub trait Host: Clone + 'static {
    /// An answer of the app, its body still unread.
    type AppAnswer;

    /// The time.
    fn now(&self) -> UnixMilliseconds;

    /// Writes to the log.
    fn log(&self, line: LogLine);

    /// Runs a task that the answer does not wait for.
    fn in_background(&self, task: impl Future<Output = ()> + 'static);

    /// Reads the request's body, but not more than the limit.
    fn body(&self, limit_bytes: usize) -> impl Future<Output = Result<Vec<u8>, BodyError>>;

    /// Asks the origin, for at most [`ORIGIN_TIMEOUT_MS`], and reads at most [`MAX_ORIGIN_ANSWER_BYTES`].
    fn ask_origin(&self, request: OriginRequest) -> impl Future<Output = Result<Incoming, Outage>>;

    /// Sends the request on to the app, its body streaming. Redirects are the client's to follow.
    fn forward(
        &self,
        request: AppRequest,
    ) -> impl Future<Output = Result<Self::AppAnswer, AppUnreachable>>;

    /// The headers of the app's answer for which [`is_reserved`](crate::gateway::is_reserved) holds, in lower case.
    fn reserved_headers(&self, answer: &Self::AppAnswer) -> Vec<(String, String)>;

    /// Lets go of an answer that nobody will read.
    fn discard(&self, answer: Self::AppAnswer);
}

/// What goes back to the client.
#[derive(Debug)]
pub enum Reply<AppAnswer> {
    /// The app's answer with changed headers.
    App(AppAnswer, Vec<HeaderEdit>),
    /// An answer of our own.
    Own(Answer),
}

impl<AppAnswer> Reply<AppAnswer> {
    /// Changes the headers.
    pub fn apply(&mut self, edits: Vec<HeaderEdit>) {
        match self {
            Self::App(_, earlier) => earlier.extend(edits),
            Self::Own(answer) => answer.apply(edits),
        }
    }
}

/// Why a body could not be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BodyError {
    /// The client went away, or never sent what it promised.
    #[error("the body broke off: {0}")]
    Broken(String),
    /// More than the limit.
    #[error("the body is over its limit")]
    TooLarge,
}

/// The app did not answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct AppUnreachable(pub String);

/// How long the origin may take for an answer, in milliseconds.
pub const ORIGIN_TIMEOUT_MS: u32 = 5_000;

/// The longest answer of the origin: session data at its limit, with room for the rest.
pub const MAX_ORIGIN_ANSWER_BYTES: usize = MAX_SESSION_DATA_BYTES + 64 * 1024;

/// The longest body of `PUT {base}/session/data`.
pub const MAX_SESSION_DATA_BYTES: usize = 1024 * 1024;
