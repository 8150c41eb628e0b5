//! The npm package `wayleave`, from its tarball: what is in it, what its types say, its verifier on every platform, and each of its functions on a real origin.

mod package;
mod project;
mod scenarios;
mod vectors;

use std::process::ExitCode;
use wayleave_tests::harness::Suite;

fn main() -> ExitCode {
    let Some(mut suite) = Suite::new(WITHOUT_NODE) else { return ExitCode::SUCCESS };
    package::add_to(&mut suite);
    vectors::add_to(&mut suite);
    scenarios::add_to(&mut suite);
    suite.run()
}

const WITHOUT_NODE: &str = r#"tests of the npm package need Node packages, workerd, Chromium and a database server: run "make test""#;
