//! Who is logged in: the origin keeps sessions in MySQL, MariaDB or SQLite and mints their tokens.
//!
//! | folder | what it does |
//! |---|---|
//! | [`config`] | reads and checks the settings |
//! | [`http`] | routes, bodies, statuses; the only place that knows HTTP |
//! | [`service`] | the rules of sessions and of signing keys |
//! | [`store`] | what is kept, and the only place that writes SQL |
//! | [`import`] | takes over the sessions of another system |
//! | [`job`] | what happens on its own |
//! | [`metrics`] | what is counted |
//! | [`command`] | what an operator does beside a running origin |
//! | [`server`] | puts these together, and takes them down in order |
//!
//! Rules that the edge must agree with live in `wayleave_shared`.

pub mod clock;
pub mod command;
pub mod config;
pub mod http;
pub mod import;
pub mod job;
pub mod metrics;
mod random;
mod seal;
pub mod server;
pub mod service;
pub mod store;

/// 32 unpredictable bytes as 43 characters of base64url: fit for a service key or a master key.
///
/// # Errors
///
/// Where the operating system has no random bytes.
pub fn generate_secret() -> Result<String, Box<dyn std::error::Error>> {
    use base64ct::{Base64UrlUnpadded, Encoding};
    Ok(Base64UrlUnpadded::encode_string(&random::bytes::<32>()?))
}
