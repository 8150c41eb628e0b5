//! The program itself: what it says, how it starts and how it stops.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod command_line;
mod keys;
mod program;
mod start;
mod stop;
