//! Talking to the origin, without the talking itself.
//!
//! | file | what it does |
//! |---|---|
//! | `call` | what is sent for each thing that the origin can do |
//! | `reply` | what came back: the body, a refusal to pass on, or an outage |

mod call;
mod reply;

pub use call::{Call, DataWrite, MERGE_PATCH, OriginRequest};
pub use reply::{
    Incoming, OriginError, Outage, clear_duplicates, confirm, create_session, public_keys,
    read_data, refresh, revocations, revoke, update_data, verify,
};
