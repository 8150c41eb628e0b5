//! A service in this process on an origin in this process: real sockets, a real database, and a clock that moves only when told.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod browser;
mod extractors;
mod feed;
mod layer;
mod origin;
mod outage;
mod parallel;
mod routes;
mod service;
mod sessions;
