//! What is measured: processes, how they are started and what they use.
//!
//! | file | what it holds |
//! |---|---|
//! | `process` | one process, in a group of its own, with its log |
//! | `usage` | memory and processor time of a group |
//! | `origin` | the origin |
//! | `workerd` | workers in workerd, without wrangler's proxy |

mod origin;
mod process;
mod usage;
mod workerd;

pub use origin::{ISSUER, Origin, OriginSettings};
pub use process::{Process, Readiness, free_port, local};
pub use usage::Usage;
pub use workerd::{Binding, Module, Worker, Workerd};
