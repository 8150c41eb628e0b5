//! What it costs to know who it is, at the edge.
//!
//! | file | what it holds |
//! |---|---|
//! | `stage` | what all sides need: an origin, bundled workers |
//! | `mint` | access tokens in any number |
//! | `hot` | one token again and again |
//! | `cold` | another token in every request |
//! | `gateway` | a request that is passed on to the app |
//! | `size` | how much is uploaded |
//! | `start_up` | how long the first request waits |

mod cold;
mod gateway;
mod hot;
mod mint;
mod size;
mod stage;
mod start_up;

pub(super) use stage::bundle;

use super::Question;

/// The questions of this folder.
pub(super) fn all() -> Vec<Box<dyn Question>> {
    vec![
        Box::new(hot::Hot),
        Box::new(cold::Cold),
        Box::new(gateway::Gateway),
        Box::new(size::Size),
        Box::new(start_up::StartUp),
    ]
}
