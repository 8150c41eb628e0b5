//! The built verifier, as it is deployed: the worker's Wasm inside real workerd, and beside it another verifier, `jose`, to compare with.

mod differential;
mod in_workerd;
mod mutant;
mod vector_file;
mod workerd;

use std::process::ExitCode;
use wayleave_tests::harness::Suite;

fn main() -> ExitCode {
    let Some(mut suite) = Suite::new(WITHOUT_WORKERD) else { return ExitCode::SUCCESS };
    in_workerd::add_to(&mut suite);
    differential::add_to(&mut suite);
    suite.run()
}

const WITHOUT_WORKERD: &str =
    r#"tests of the built verifier need workerd and Node packages: run "make test""#;
