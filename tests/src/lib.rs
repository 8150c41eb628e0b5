//! The whole system under test: real origin, real database, real workerd, real browser. No mocks of our own parts.
//!
//! A test is an async function that takes a running [`System`](system::System) and lets [visitors](visitor::Visitor) do things:
//!
//! ```text
//! let alice = system.visitor();
//! alice.log_in("alice").await;
//! alice.get("/api/me").await.expect(200);
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`harness`] | runs tests against shared systems, prints like cargo |
//! | [`system`] | one running system, with a tap on each of the edge's connections |
//! | [`second_edge`] | another edge over the same origin |
//! | [`lone_origin`], [`running`], [`wrangler`] | an origin without an edge, and what runs on it |
//! | [`visitor`], [`answer`], [`cookie_jar`] | a browser as far as HTTP goes |
//! | [`page_server`] | pages on another origin of the same site |
//! | [`control`] | what stories in a browser may ask of the system around them |
//! | [`tap`] | a proxy that writes down what goes through it |
//! | [`database`] | a fresh database for each system |
//! | [`program`], [`process`] | `wayleave-dev` as its user sees it |
//! | [`environment`] | what `make test` hands over |
//! | [`patience`] | waiting for something to become true |

pub mod answer;
pub mod control;
pub mod cookie_jar;
pub mod database;
pub mod environment;
pub mod harness;
pub mod lone_origin;
pub mod page_server;
pub mod patience;
pub mod process;
pub mod program;
pub mod running;
pub mod second_edge;
pub mod system;
pub mod tap;
pub mod visitor;
pub mod wrangler;
