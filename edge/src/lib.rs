//! Who gets in: the Cloudflare Worker that verifies sessions at the edge.
//!
//! A request becomes a [`request::RequestView`]; [`decide::decide`], a pure function, says what is done with it; [`handle::handle`] does it,
//! with a [`host::GatewayHost`] as its hands. All of that is plain Rust and tested natively. Only `platform` knows Workers.
//!
//! | module | what it decides |
//! |---|---|
//! | [`settings`] | the worker's variables |
//! | [`request`], [`answer`] | requests and answers as plain text |
//! | [`route`] | which route a request is for |
//! | [`path`] | which paths of the app need a session |
//! | [`credential`], [`bearer`], [`session`] | what a request carries, and which session that proves |
//! | [`cross_site`], [`cors`] | what other sites may do |
//! | [`decide`] | who gets in |
//! | [`key_cache`] | when to fetch the public keys |
//! | [`verifier`], [`token_memory`] | what verifies an access token, and what it verified before |
//! | [`revocations`] | what was ended before its tokens expired, and when to pull the feed |
//! | [`confirmations`] | which refresh tokens have arrived at their browser, and when the origin is told |
//! | [`clearing`] | the lines that clear a browser's cookies, remembered |
//! | [`duplicates`] | browsers that carry two cookies of one name, remembered for a moment |
//! | [`rate_limit`] | whom a limit counts as one |
//! | [`single_flight`] | one piece of work at a time per isolate |
//! | [`origin`] | what is asked of the origin, and what it answers |
//! | [`gateway`] | what client and app see of each other |
//! | [`respond`], [`log`] | what clients and operators are told |
//! | `settle` | getting the decision, and what it turns out to need |
//! | [`upkeep`] | what comes in and goes out beside the requests: keys, revocations, confirmations |
//! | [`isolate`] | what is kept between requests |
//! | [`handle`], [`host`] | obeying the decision |
//! | [`sessions`] | the same for the app's own code: [`Edge::get_session`] |
//! | [`js`] | what JavaScript can call beside the worker |
//! | `platform` | Workers: the only part that imports `worker`; with the feature `worker`, for workers of your own too |

pub mod answer;
pub mod bearer;
pub mod clearing;
pub mod confirmations;
pub mod cors;
pub mod credential;
pub mod cross_site;
pub mod decide;
pub mod duplicates;
pub mod gateway;
pub mod handle;
pub mod host;
pub mod isolate;
pub mod js;
pub mod key_cache;
pub mod log;
pub mod origin;
pub mod path;
#[cfg(feature = "worker")]
pub mod platform;
pub mod rate_limit;
pub mod request;
pub mod respond;
pub mod revocations;
pub mod route;
pub mod session;
pub mod sessions;
pub mod settings;
mod settle;
pub mod single_flight;
pub mod token_memory;
pub mod upkeep;
pub mod verifier;

pub use sessions::{Csrf, Edge, Session, SessionError};

#[cfg(test)]
mod testing;
