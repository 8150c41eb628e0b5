//! Which paths of the app need a session.
//!
//! | file | what it decides |
//! |---|---|
//! | `pattern` | what a pattern of the settings matches |
//! | `readings` | everything that an upstream might take a path for |
//! | `policy` | whether a path is protected |

mod pattern;
mod policy;
mod readings;

pub use pattern::{InvalidPathPattern, PathPattern};
pub use policy::{PathPolicy, SessionNeed, is_one_of, may_be_one_of};
