//! Talking to the origin.
//!
//! | file | what it does |
//! |---|---|
//! | `ask` | one call, with its failures logged |
//! | `call` | what is sent for each thing that the origin can do |
//! | `reply` | what came back: the body, a refusal to pass on, or an outage |

mod ask;
mod call;
mod reply;

pub(crate) use ask::{ask, failed};
pub use call::{Call, DataWrite, MERGE_PATCH, OriginRequest};
pub use reply::{
    Incoming, OriginError, Outage, clear_duplicates, confirm, create_session, public_keys,
    read_data, refresh, revocations, revoke, update_data, verify,
};
pub(crate) use reply::{checked, read};
