//! Between client and app: what each may see of the other.
//!
//! | file | what it decides |
//! |---|---|
//! | `claims` | what a session's payload must say before the app is reached |
//! | `upgrade` | who may open a WebSocket |
//! | `request` | what the app sees of a request |
//! | `names` | which headers of a client the app sees |
//! | `cookies` | which of its cookies |
//! | `signature` | what proves to the app that a request came through the gateway |
//! | `instruction` | what the app's answer asks of us, and what the client sees of it |
//! | `wanted` | the session or payload that it asks for |

mod claims;
mod cookies;
mod instruction;
mod names;
mod request;
mod signature;
mod upgrade;
mod wanted;

pub use claims::{Decimal, RequiredClaims, Scalar};
pub use instruction::{Instruction, InvalidInstruction, hidden, instruction};
pub use names::{is_removed, is_reserved};
pub use request::{AppRequest, Passage};
pub use signature::{SIGNATURE, Signed};
pub use upgrade::{is_upgrade, may_upgrade};
