//! What the built worker gives to JavaScript, beside the worker itself.
//!
//! | function | what it does |
//! |---|---|
//! | `verifyAccessToken` | the verifier of `wayleave_shared::token`, for JavaScript |
//!
//! worker-build makes each a method of the worker's entry point: a worker of the same account that is bound to this one can call it.

pub mod verify_access_token;
