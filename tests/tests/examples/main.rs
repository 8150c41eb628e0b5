//! The examples, as their users run them: over HTTP, on a real origin with MySQL, one of them on MariaDB too.
//!
//! One origin serves all; each example is started when its first test runs, with a tap on its way to the origin. Logs lie in
//! `.wayleave/test/systems/examples-mysql/logs`.
//!
//! # One more example
//!
//! A file of its own, with an [`Example`](stage::Example): how it is started, as a [`Running`](wayleave_tests::running::Running). If it answers
//!
//! | route | answer |
//! |---|---|
//! | `POST /login` with `{"userId", "jwtPayload"?}` | 200, with a new session |
//! | `GET /api/me` | 200 `{"userId", "jwtPayload"?}` of the session |
//! | `POST /api/counter` | 200 `{"counter"}`: one more, kept in the session's data; wants the anti-CSRF token |
//! | `POST /auth/session/refresh`, `POST /auth/signout` | as at the edge |
//!
//! and has the member `code` of [the refusals](../../../docs/api.md) in its own, then a line in `main` lets it play [`story`], which is all that
//! every example has to keep ([`story::of_versions`] what those keep that write session data only upon what they read). What only that example promises are tests in
//! its own file.

mod any_language;
mod axum_native;
mod express;
mod hono_worker;
mod project;
mod rust_worker;
mod stage;
mod story;
mod worker;

use stage::{Place, add, add_on};
use std::process::ExitCode;
use wayleave_tests::{database::Engine, harness::Suite};

fn main() -> ExitCode {
    let Some(mut suite) = Suite::new(WITHOUT_SERVERS) else { return ExitCode::SUCCESS };
    let place = Place::empty();
    add(&mut suite, &place, any_language::EXAMPLE, story::all());
    add(&mut suite, &place, any_language::EXAMPLE, story::of_versions());
    add(&mut suite, &place, any_language::EXAMPLE, any_language::all());
    add(&mut suite, &place, axum_native::EXAMPLE, story::all());
    add(&mut suite, &place, axum_native::EXAMPLE, story::of_versions());
    add(&mut suite, &place, axum_native::EXAMPLE, axum_native::all());
    add(&mut suite, &place, express::EXAMPLE, express::all());
    add_on(&mut suite, &place, Engine::MariaDb, express::EXAMPLE, express::all());
    add(&mut suite, &place, hono_worker::EXAMPLE, story::all());
    add(&mut suite, &place, rust_worker::EXAMPLE, story::all());
    add(&mut suite, &place, rust_worker::EXAMPLE, story::of_versions());
    let outcome = suite.run();
    match place.stop() {
        Ok(()) => outcome,
        Err(sentence) => {
            stage::complain(&sentence);
            ExitCode::from(101)
        }
    }
}

const WITHOUT_SERVERS: &str =
    r#"tests of the examples need workerd, Node packages and a database server: run "make test""#;
