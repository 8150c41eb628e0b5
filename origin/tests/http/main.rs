//! The origin's routes, over the real router and a real SQLite database, with a clock that stands still.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod confirm;
mod create;
mod data;
mod duplicates;
mod expired_status;
mod header_mode;
mod health;
mod metrics;
mod origin;
mod payload;
mod refresh;
mod refusals;
mod revocations;
mod rotation;
mod session;
mod users;
mod verify;
