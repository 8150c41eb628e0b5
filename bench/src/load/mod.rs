//! The load generator: connections that ask, wait for the answer, and ask again.
//!
//! | file | what it holds |
//! |---|---|
//! | `script` | what one connection sends, and what it thinks of the answers |
//! | `request` | requests as bytes |
//! | `answer` | answers, read from bytes |
//! | `connection` | one keep-alive connection |
//! | `generate` | a number of connections for a while, and what came of it |
//!
//! It writes HTTP/1.1 itself, on top of `httparse`: sides and generator share two cores, so what a client library costs beyond that would be charged to every side,
//! and pull each ratio towards 1.

mod answer;
mod connection;
mod generate;
pub mod request;
mod script;

pub use answer::Answer;
pub use connection::exchange;
pub use generate::{Load, LoadError, Outcome, generate};
pub use script::{Numbered, Progress, Repeated, Script};

#[cfg(test)]
mod tests;
