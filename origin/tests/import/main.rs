//! Sessions of SuperTokens 4.0.X are taken over: that system is the npm package itself, on MariaDB, the command is the program, and browsers' refresh tokens come over
//! the HTTP routes.
//!
//! The MariaDB server comes from `WAYLEAVE_TEST_MARIADB_URL`, which `make test` sets; with `WAYLEAVE_TEST=all` a missing one is a failure.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod again;
mod carried_over;
mod environment;
mod origin;
mod refused;
mod skipped;
mod supertokens;

use environment::Server;
use libtest_mimic::{Arguments, Trial};
use std::{future::Future, io::Write, pin::Pin, process::ExitCode};
use supertokens::SuperTokens;

/// What is shown: its name, and how.
pub(crate) struct Case {
    name: &'static str,
    run: fn(SuperTokens) -> Pin<Box<dyn Future<Output = SuperTokens> + Send>>,
}

/// Makes cases of functions that take `&SuperTokens`.
#[macro_export]
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        vec![$($crate::Case {
            name: stringify!($name),
            run: |old| Box::pin(async move { $name(&old).await; old }),
        }),+]
    };
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let server = match Server::find() {
        Ok(Some(server)) => server,
        Ok(None) => {
            if !arguments.list {
                let _ = writeln!(
                    std::io::stderr(),
                    "the import from SuperTokens is tested only by \"make test\", which brings a server"
                );
            }
            return ExitCode::SUCCESS;
        }
        Err(missing) => {
            let _ = writeln!(std::io::stderr(), "{missing}");
            return ExitCode::FAILURE;
        }
    };
    let cases = [carried_over::cases(), again::cases(), skipped::cases(), refused::cases()];
    let trials = cases.into_iter().flatten().map(|case| {
        let server = server.clone();
        Trial::test(case.name, move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let old = SuperTokens::install(&server).await;
                // A panic leaves the database behind for a look; the private server starts empty the next time.
                let old = (case.run)(old).await;
                old.remove().await;
                Ok(())
            })
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
