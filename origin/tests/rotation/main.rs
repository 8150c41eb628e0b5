//! Rotation against a plain model: of clients, tabs, thieves, lost replies, clocks and restarts. Held to by the pure rules, and by the service on SQLite,
//! MariaDB and MySQL.
//!
//! | file | what it does |
//! |---|---|
//! | `transition` | what can happen |
//! | `model` | what must come of it, told from when each token was first used |
//! | `invariant` | what must always hold, by name |
//! | `walk` | plays a case to a subject and to the model, also where requests are held up half-way |
//! | `judge` | compares their answers |
//! | `subject` | what can be held against the model: `rules` in memory, and the `service` |
//! | `seen`, `source`, `clock` | what the service is seen to answer, how it is set, and what time it is told |
//! | `tally` | how often each kind of outcome was seen |
//!
//! The servers come from where those of the store's contract come from. A failure shows the shortest case that was found. `PROPTEST_RNG_SEED` repeats a run.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod clock;
#[path = "../store_contract/engine.rs"]
#[expect(dead_code, reason = "the store's contract needs more of it")]
mod engine;
mod invariant;
mod judge;
mod model;
mod rules;
mod seen;
mod service;
mod source;
mod subject;
mod tally;
mod transition;
mod walk;

use engine::Engine;
use libtest_mimic::{Arguments, Failed, Trial};
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestCaseError, TestRunner};
use rules::Rules;
use service::Service;
use std::{cell::RefCell, io::Write, process::ExitCode};
use subject::Subject;
use tally::Tally;
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let engines = match Engine::all() {
        Ok(engines) => engines,
        Err(missing) => {
            say(&missing);
            return ExitCode::FAILURE;
        }
    };
    let mut trials = vec![Trial::test("rules::obey_the_model", || {
        hold(&Builder::new_current_thread().build()?, "the rules", RULES, &mut Rules::new())
    })];
    for engine in engines {
        let name = format!("{}::obeys_the_model", engine.name);
        trials.push(Trial::test(name, move || on(&engine)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn on(engine: &Engine) -> Result<(), Failed> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let fixture = runtime.block_on(engine.fixture())?;
    let mut service = runtime.block_on(Service::over(&fixture.url));
    hold(&runtime, &format!("{} sessions", engine.name), SERVICE, &mut service)?;
    runtime.block_on(async {
        service.close().await;
        fixture.remove().await;
    });
    Ok(())
}

/// How many cases, and how many transitions each has at most.
#[derive(Clone, Copy)]
struct Size {
    cases: u32,
    transitions: usize,
}

fn hold<S: Subject>(
    runtime: &Runtime,
    name: &str,
    size: Size,
    subject: &mut S,
) -> Result<(), Failed> {
    let seed = match Config::default().rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => getrandom::u64().map_err(|error| error.to_string())?,
    };
    let config = Config {
        cases: size.cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        // In debug mode the default generator would take most of the time.
        rng_algorithm: RngAlgorithm::XorShift,
        max_shrink_iters: 10_000,
        max_shrink_time: MAX_SHRINK_MS,
        ..Config::default()
    };
    let (subject, tally) = (RefCell::new(subject), RefCell::new(Tally::default()));
    let outcome = TestRunner::new(config).run(&transition::cases(size.transitions), |case| {
        let (mut subject, mut tally) = (subject.borrow_mut(), tally.borrow_mut());
        let walked = runtime.block_on(walk::walk(&mut **subject, &case, &mut tally));
        walked.map_err(|violation| TestCaseError::fail(violation.to_string()))
    });
    let tally = tally.into_inner();
    outcome.map_err(|failure| format!("PROPTEST_RNG_SEED={seed}: {failure}"))?;
    say(&format!("rotation model: counted: {} cases on {name}: {tally}; seed {seed}", tally.cases));
    let missing = tally.missing();
    if missing.is_empty() { Ok(()) } else { Err(format!("never seen: {missing:?}").into()) }
}

/// Past the harness: `make test` adds up what was counted.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

const RULES: Size = Size { cases: 20_000, transitions: 40 };
const SERVICE: Size = Size { cases: 200, transitions: 40 };
const MAX_SHRINK_MS: u32 = 60_000;
