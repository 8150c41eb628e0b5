//! What was ended before its tokens expired.
//!
//! | file | what it decides |
//! |---|---|
//! | `mode` | how surely an ended session is refused |
//! | `revoked` | what was ended, as far as this isolate knows |
//! | `entry` | what is kept of each |
//! | `set` | a set whose entries are forgotten in time, packed for a million of them |
//! | `feed` | how old what we know is, and when to pull the feed |

mod entry;
mod feed;
mod mode;
mod revoked;
mod set;

pub use feed::{FAILURE_COOLDOWN_MS, Feed, LOG_INTERVAL_MS, Progress, Standing, View};
pub use mode::{Mode, StaleFeed};
pub use revoked::Revocations;

#[cfg(test)]
mod tests;
