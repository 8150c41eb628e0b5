//! The settings: read from the environment and an optional file, checked as a whole before anything starts.
//!
//! [`VARIABLES`] is the one list of what can be set; the help text and the errors are made from it.

mod parse;
mod source;
mod variable;

pub use parse::{ConfigErrors, Settings, WebhookSettings};
pub use source::{FileError, Source};
pub use variable::{VARIABLES, Variable, help};
