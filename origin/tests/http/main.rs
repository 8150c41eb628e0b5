//! The origin's routes, over the real router and a real SQLite database, with a clock that stands still.

mod create;
mod data;
mod health;
mod origin;
mod refresh;
mod refusals;
mod session;
mod users;
mod verify;
