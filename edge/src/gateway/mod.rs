//! Between client and app: what each may see of the other.
//!
//! | file | what it decides |
//! |---|---|
//! | `request` | what the app sees of a request |
//! | `cookies` | which of a client's cookies the app sees |
//! | `answer` | what the app's answer asks of us, and what the client sees of it |

mod answer;
mod cookies;
mod request;

pub use answer::{InvalidCreateSession, hidden, wanted_session};
pub use request::{AppRequest, is_removed, is_reserved};
