//! What the built worker gives to JavaScript, beside the worker itself.
//!
//! | function | what it does |
//! |---|---|
//! | `verifyAccessToken` | the verifier of `wayleave_shared::token`, for JavaScript |
//!
//! `edge/worker/entry.js` makes each a method of the entry point `Verifier`: a worker of the same account that is bound to that can call it.

pub mod verify_access_token;
