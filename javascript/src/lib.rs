//! Sessions for JavaScript: the edge's code, as the Wasm of the npm package `wayleave`.
//!
//! The documented API is made of it in `javascript/typescript`, which knows requests, responses and errors of JavaScript. Everything that decides is in Rust, and runs
//! here. Values cross as text and plain objects, so that nobody in JavaScript holds memory of the Wasm.
//!
//! | module | what it does |
//! |---|---|
//! | [`engine`] | the calls that JavaScript makes |
//! | [`host`] | the platform, as JavaScript hands it over |
//! | [`outcome`] | what a call came to, as JSON |
//! | [`request`] | what is asked of a request |
//!
//! `verifyAccessToken` of [`wayleave_edge::js`] is there as well.

pub mod engine;
pub mod host;
pub mod outcome;
pub mod request;

pub use wayleave_edge::js::verify_access_token;
