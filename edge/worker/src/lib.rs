//! The gateway as a program: the Wasm that `wrangler.toml` deploys.
//!
//! Everything is in `wayleave-edge`, its entry included. This crate only makes a program of it: a crate that can be linked by others as well is not optimised across crates.

use wayleave_edge as _;
