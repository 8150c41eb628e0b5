//! The promises of `Store`, held to by every engine: one suite, run on SQLite, MariaDB and MySQL.
//!
//! Each test gets an empty database of its own. MariaDB and MySQL servers come from `WAYLEAVE_TEST_MARIADB_URL` and `WAYLEAVE_TEST_MYSQL_URL`,
//! which `make test` sets; with `WAYLEAVE_TEST=all` a missing one is a failure.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ending;
mod engine;
mod events;
mod expired;
mod first_data;
mod imported_sessions;
mod interruption;
mod leases;
mod remove_expired;
mod revocations;
mod rotation;
mod session_data;
mod sessions;
mod signing_keys;
mod start;
mod statements;
mod user_ids;

use engine::{Engine, Fixture};
use libtest_mimic::{Arguments, Failed, Trial};
use std::{future::Future, io::Write, pin::Pin, process::ExitCode};

/// One promise: its name, and what shows it.
pub(crate) struct Promise {
    name: &'static str,
    run: fn(Fixture) -> Pin<Box<dyn Future<Output = Fixture> + Send>>,
}

/// Makes promises of functions that take `&Fixture`.
#[macro_export]
macro_rules! promises {
    ($($name:ident),+ $(,)?) => {
        vec![$($crate::Promise {
            name: stringify!($name),
            run: |fixture| Box::pin(async move { $name(&fixture).await; fixture }),
        }),+]
    };
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let engines = match Engine::all() {
        Ok(engines) => engines,
        Err(missing) => {
            let _ = writeln!(std::io::stderr(), "{missing}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials = Vec::new();
    for engine in &engines {
        for promise in [
            sessions::promises(),
            rotation::promises(),
            ending::promises(),
            expired::promises(),
            imported_sessions::promises(),
            user_ids::promises(),
            first_data::promises(),
            session_data::promises(),
            revocations::promises(),
            signing_keys::promises(),
            events::promises(),
            leases::promises(),
            remove_expired::promises(),
            interruption::promises(),
            statements::promises(),
            start::promises(),
        ]
        .into_iter()
        .flatten()
        {
            let engine = engine.clone();
            trials.push(Trial::test(format!("{}::{}", engine.name, promise.name), move || {
                run(&engine, &promise)
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(engine: &Engine, promise: &Promise) -> Result<(), Failed> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let fixture = engine.fixture().await?;
        // A panic leaves the database behind for a look; the private servers start empty the next time.
        let fixture = (promise.run)(fixture).await;
        fixture.remove().await;
        Ok(())
    })
}
