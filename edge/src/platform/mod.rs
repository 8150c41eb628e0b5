//! Workers. The only part of the crate that imports `worker`.
//!
//! Requests and responses are taken as the platform's own objects: the wrappers of `worker` convert more than is needed, and its `Method` takes
//! every method that it does not know for `GET`, which would be safe and is not.
//!
//! | file | what it does |
//! |---|---|
//! | `event` | the entry: one call per request |
//! | `exchange` | where texts are on their way from and to JavaScript |
//! | `head` | requests and answers as one text each |
//! | `known_heads` | statuses and headers that JavaScript knows by number |
//! | `headers` | many headers in one crossing |
//! | `prompt` | answering at once what can be answered at once |
//! | `isolate` | what is kept between requests |
//! | `host` | the edge's hands: the clock, the log, fetching |
//! | `limit` | the rate limit, where `wrangler.toml` has one |
//! | `library` | what workers of your own build on |
//! | `shared` | what the isolates of one place keep for each other |
//! | `convert` | between the platform's objects and ours |
//! | `stream` | reading a body to its end, but not further than a limit |
//! | `upstream` | sending a request on to the app |

mod convert;
#[cfg(feature = "event")]
pub mod event;
#[cfg(feature = "event")]
mod exchange;
#[cfg(feature = "event")]
mod head;
mod headers;
mod host;
mod isolate;
#[cfg(feature = "event")]
mod known_heads;
mod library;
mod limit;
#[cfg(feature = "event")]
mod prompt;
mod shared;
mod stream;
mod upstream;

pub use host::WorkerHost;
pub use library::{add_lines, edge, edge_with, refusal};
