//! What the edge needs from the platform that it runs on.

use crate::{
    answer::{Answer, HeaderEdit},
    gateway::AppRequest,
    isolate::Isolate,
    log::LogLine,
    origin::{Incoming, OriginRequest, Outage},
    upkeep::Task,
};
use std::sync::Arc;
use wayleave_shared::{
    feed::MAX_FEED_BYTES, time::UnixMilliseconds, wire::MAX_SESSION_DATA_BODY_BYTES,
};

/// The platform, as far as sessions need it. Workers, JavaScript or a native process; a script of replies in tests.
///
/// Cheap to clone; a clone may outlive the request, in a background task.
pub trait Host: Clone + 'static {
    /// The time.
    fn now(&self) -> UnixMilliseconds;

    /// Writes to the log.
    fn log(&self, line: LogLine);

    /// Runs a task ([`Task::run`]) that no answer waits for, with a clone of this host.
    fn in_background(&self, isolate: &Arc<Isolate>, task: Task);

    /// Waits.
    fn sleep(&self, ms: u32) -> impl Future<Output = ()>;

    /// Asks the origin, for at most [`ORIGIN_TIMEOUT_MS`], and reads at most [`MAX_ORIGIN_ANSWER_BYTES`].
    fn ask_origin(&self, request: OriginRequest) -> impl Future<Output = Result<Incoming, Outage>>;

    /// What an isolate of this place kept under this name, if it is still there.
    fn recall(&self, name: &str) -> impl Future<Output = Option<Kept>>;

    /// Keeps something for the isolates of this place. It may not come to pass.
    fn keep(&self, name: &str, kept: &Kept, for_s: u64) -> impl Future<Output = ()>;
}

/// What the gateway needs besides, for one request.
pub trait GatewayHost: Host {
    /// An answer of the app, its body still unread.
    type AppAnswer;

    /// The client's address as the network tells it, if it does.
    fn client_address(&self) -> Option<String>;

    /// Counts a request of this client, and says whether it is within the limit. Where there is no limit everything is.
    fn is_within_limit(&self, client: String) -> impl Future<Output = bool>;

    /// Reads the request's body, but not more than the limit.
    fn body(&self, limit_bytes: usize) -> impl Future<Output = Result<Vec<u8>, BodyError>>;

    /// Sends the request on to the app, its body streaming, and waits for the head of the answer as long as the request says. Redirects are the client's to follow.
    fn forward(
        &self,
        request: AppRequest,
    ) -> impl Future<Output = Result<Self::AppAnswer, AppUnreachable>>;

    /// The headers of the app's answer for which [`is_reserved`](crate::gateway::is_reserved) holds, in lower case.
    fn reserved_headers(&self, answer: &Self::AppAnswer) -> Vec<(String, String)>;

    /// Lets go of an answer that nobody will read.
    fn discard(&self, answer: Self::AppAnswer);
}

/// An answer of the origin that the isolates of one place share, so that not each of them has to ask.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Kept {
    /// When it was asked for, by the clock of this place: how old it is counts from then, not from when it was found.
    pub asked_at: UnixMilliseconds,
    /// The body, at most [`MAX_ORIGIN_ANSWER_BYTES`].
    pub body: Vec<u8>,
}

impl Kept {
    /// Whether it was asked for within the last so many milliseconds.
    #[must_use]
    pub const fn is_younger_than(&self, age_ms: u64, now: UnixMilliseconds) -> bool {
        // What comes from the future says nothing about its age.
        match now.0.checked_sub(self.asked_at.0) {
            Some(age) => age < age_ms,
            None => false,
        }
    }
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
pub enum AppUnreachable {
    /// No connection, or one that broke off.
    #[error("{0}")]
    Broken(String),
    /// No answer within `UPSTREAM_TIMEOUT`.
    #[error("it did not answer within UPSTREAM_TIMEOUT")]
    TimedOut,
}

/// How long the origin may take for an answer, in milliseconds.
pub const ORIGIN_TIMEOUT_MS: u32 = 5_000;

/// The longest answer of the origin: a page of the revocation feed. Session data at its limit is shorter.
pub const MAX_ORIGIN_ANSWER_BYTES: usize = MAX_FEED_BYTES;

const _: () = assert!(MAX_ORIGIN_ANSWER_BYTES > 2 * MAX_SESSION_DATA_BODY_BYTES);
