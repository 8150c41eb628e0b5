//! What happens at once, and what happens when something dies in the middle: many callers, several origins, cut connections, locked rows, killed origins. Run on
//! SQLite, MariaDB and MySQL, as `store_contract` is.
//!
//! | file | what it shows |
//! |---|---|
//! | `parallel` | many refreshes at once, of one token and of many, over few connections |
//! | `mixed` | everything at once on a few sessions; the recorded histories are checked |
//! | `data_writes` | many writes of one session's data, which the origin does together |
//! | `history` | the checker of these histories, and wrong histories that it refuses |
//! | `left` | callers that go away in the middle of a request |
//! | `cut` | a connection to the database that breaks at each packet |
//! | `ended` | connections that are ended on the server while nobody uses them |
//! | `locked` | rows that somebody else has locked, and deadlocks |
//! | `killed` | an origin that is killed under load |

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../store_contract/statements/capture.rs"]
mod capture;
mod cut;
mod cut_operation;
mod data_writes;
mod ended;
#[path = "../store_contract/engine.rs"]
mod engine;
mod history;
mod killed;
mod left;
mod locked;
mod mixed;
mod origin;
mod parallel;
mod process;
mod proxy;
mod whole;

use engine::{Engine, Fixture};
use libtest_mimic::{Arguments, Failed, Trial};
use std::{future::Future, io::Write, pin::Pin, process::ExitCode};

/// One promise: its name, and what shows it.
#[derive(Clone, Copy)]
pub(crate) struct Promise {
    name: &'static str,
    run: fn(Fixture, &'static str) -> Run,
}

/// Gives the fixture back, to be removed.
type Run = Pin<Box<dyn Future<Output = Fixture>>>;

/// Makes promises of functions that take `&Fixture` and the engine's name.
#[macro_export]
macro_rules! promises {
    ($($name:ident),+ $(,)?) => {
        vec![$($crate::Promise {
            name: stringify!($name),
            run: |fixture, engine| Box::pin(async move { $name(&fixture, engine).await; fixture }),
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
    let on_servers = [locked::promises(), cut::promises(), ended::promises()].into_iter().flatten();
    let everywhere = [
        mixed::promises(),
        data_writes::promises(),
        parallel::promises(),
        left::promises(),
        killed::promises(),
    ]
    .into_iter()
    .flatten();
    // The engines take turns, so that the long ones run beside each other on different servers.
    let promises = on_servers.map(|one| (one, true)).chain(everywhere.map(|one| (one, false)));
    let mut trials = history::trials();
    for (promise, needs_server) in promises {
        for engine in engines.iter().filter(|engine| !needs_server || engine.name != "sqlite") {
            let engine = engine.clone();
            trials.push(Trial::test(format!("{}::{}", engine.name, promise.name), move || {
                run(&engine, promise)
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(engine: &Engine, promise: Promise) -> Result<(), Failed> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let fixture = engine.fixture().await?;
        // A panic leaves the database behind for a look; the private servers start empty the next time.
        let fixture = (promise.run)(fixture, engine.name).await;
        fixture.remove().await;
        Ok(())
    })
}

/// What a test tried in bulk, for the summary of `make test`.
pub(crate) fn say(line: &str) {
    std::io::stderr().write_all(format!("races: counted: {line}\n").as_bytes()).unwrap();
}

/// Numbers that look random and are the same in each run.
pub(crate) struct Draw(pub u64);

impl Draw {
    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
