//! The webhook: a real store and a real receiver over HTTP, with a clock that stands still.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attempts;
mod crowd;
mod deployment;
mod log;
mod receiver;
mod stop;
mod theft;
