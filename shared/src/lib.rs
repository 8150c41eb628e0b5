//! What a token, claim, session, cookie and refusal *is*.
//!
//! Every rule of Wayleave that the edge and the origin must agree on lives here, once. Nothing in this crate does
//! I/O, reads a clock or draws random bytes: time and randomness are arguments, so the same bytes give the same answer in the
//! worker, in the origin and in a test.
//!
//! | module | what it decides |
//! |---|---|
//! | [`token`] | whether an access token is let in ([`token::verify`]) |
//! | [`claims`] | what an access token says |
//! | [`feed`] | what was ended before its tokens expired, as the edge learns it |
//! | [`key_set`] | the public keys that verify, and their published form |
//! | [`user_id`], [`session_handle`] | who, and which log-in |
//! | [`anti_csrf`] | whether a request was meant by its user |
//! | [`cookie`], [`header`], [`header_lines`] | names and shapes of what browsers carry |
//! | [`client`] | what a user logged in with |
//! | [`web_origin`] | where a page or server is on the web |
//! | [`refusal`] | every reason to say no, with its code and status |
//! | [`wire`] | the bodies between edge and origin |
//! | [`members`] | reading the origin's answers in little code |
//! | [`json`], [`object`], [`time`] | JSON values kept as they were written; JSON that must be an object; points in time |
//!
//! The feature `sign` adds all that can mint: `sign`, `refresh_token`, `rotation`, `browser`; and `merge_patch`, which the edge has no use for. The edge never enables it, so no code that
//! could make a token is in the worker.

pub mod anti_csrf;
mod base64url;
pub mod claims;
pub mod client;
pub mod cookie;
pub mod feed;
pub mod header;
pub mod header_lines;
pub mod json;
pub mod key_set;
pub mod members;
pub mod object;
pub mod refusal;
mod scan;
pub mod session_handle;
pub mod time;
pub mod token;
pub mod user_id;
pub mod web_origin;
pub mod wire;

#[cfg(feature = "sign")]
pub mod browser;
#[cfg(feature = "sign")]
pub mod merge_patch;
#[cfg(feature = "sign")]
pub mod refresh_token;
#[cfg(feature = "sign")]
pub mod rotation;
#[cfg(feature = "sign")]
pub mod sign;

/// Runs the README's example with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
