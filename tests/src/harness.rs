//! Runs tests against shared systems, one after the other, and prints like cargo.

use crate::{
    environment,
    system::{Plan, System},
};
use libtest_mimic::{Arguments, Failed, Trial};
use std::{
    any::Any,
    collections::BTreeMap,
    future::Future,
    io::{self, Write},
    panic::{self, AssertUnwindSafe, catch_unwind},
    pin::Pin,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::runtime::Runtime;

/// A test that uses a shared system. Made by [`tests!`](crate::tests).
#[derive(Clone, Copy, Debug)]
pub struct Test {
    /// A sentence, with underscores.
    pub name: &'static str,
    /// What it does.
    pub run: fn(Arc<System>) -> Running,
}

/// A test under way.
pub type Running = Pin<Box<dyn Future<Output = ()>>>;

/// The named async functions as [`Test`]s.
#[macro_export]
macro_rules! tests {
    ($($test:ident),* $(,)?) => {
        vec![$($crate::harness::Test { name: stringify!($test), run: |system| Box::pin($test(system)) }),*]
    };
}

/// All tests of one test program.
#[derive(Debug)]
pub struct Suite {
    arguments: Arguments,
    shared: Arc<Shared>,
    trials: Vec<Trial>,
}

#[derive(Debug)]
struct Shared {
    runtime: Runtime,
    systems: Mutex<BTreeMap<Plan, Result<Arc<System>, String>>>,
}

impl Suite {
    /// An empty one; none if only plain `cargo test` is wanted, which is said in one line.
    ///
    /// # Panics
    ///
    /// If the operating system refuses the threads to run tests on.
    #[must_use]
    pub fn new(without_servers: &str) -> Option<Self> {
        let mut arguments = Arguments::from_args();
        if !environment::wants_all() {
            // A program that asks for the list of tests wants nothing but names.
            if !arguments.list {
                print(&format!("{without_servers}\n"));
            }
            return None;
        }
        // Where an assertion failed is enough: the way there leads through this harness only.
        panic::set_hook(Box::new(|panic| {
            let _ = writeln!(io::stderr(), "{panic}");
        }));
        // They stop parts and count requests, so they take turns.
        arguments.test_threads = Some(1);
        let runtime = Runtime::new().expect("threads to run tests on");
        let shared = Arc::new(Shared { runtime, systems: Mutex::default() });
        Some(Self { arguments, shared, trials: Vec::new() })
    }

    /// Adds tests that share the system of this plan.
    pub fn add(&mut self, module: &str, plan: Plan, tests: Vec<Test>) {
        for test in tests {
            let shared = Arc::clone(&self.shared);
            let name = format!("{module}::{}", test.name);
            self.trials.push(Trial::test(name, move || shared.run(plan, test.run)));
        }
    }

    /// Adds a test that brings what it needs, by itself.
    pub fn add_alone(
        &mut self,
        name: String,
        run: impl FnOnce(&Runtime) -> Result<(), String> + Send + 'static,
    ) {
        let shared = Arc::clone(&self.shared);
        let trial = Trial::test(name, move || {
            match catch_unwind(AssertUnwindSafe(|| run(&shared.runtime))) {
                Ok(outcome) => outcome.map_err(Failed::from),
                Err(panic) => Err(message(panic.as_ref()).into()),
            }
        });
        self.trials.push(trial);
    }

    /// Lets a closure make a test of its own against a shared system.
    pub fn add_with<F, Test>(&mut self, name: String, plan: Plan, test: F)
    where
        F: FnOnce(Arc<System>) -> Test + Send + 'static,
        Test: Future<Output = ()>,
    {
        let shared = Arc::clone(&self.shared);
        self.trials.push(Trial::test(name, move || shared.run(plan, test)));
    }

    /// Runs all, stops the systems, and tells how it went.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let conclusion = libtest_mimic::run(&self.arguments, self.trials);
        let stopped = self.shared.stop();
        if let Err(sentence) = &stopped {
            let _ = writeln!(io::stderr(), "after the tests: {sentence}");
        }
        if conclusion.has_failed() || stopped.is_err() {
            return ExitCode::from(101);
        }
        ExitCode::SUCCESS
    }
}

impl Shared {
    fn run<F, Test>(&self, plan: Plan, test: F) -> Result<(), Failed>
    where
        F: FnOnce(Arc<System>) -> Test,
        Test: Future<Output = ()>,
    {
        let system = self.system(plan)?;
        let run = || {
            self.runtime.block_on(async {
                system.prepare().await;
                test(Arc::clone(&system)).await;
            });
        };
        catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
            let fault = self.runtime.block_on(system.fault());
            let fault = fault.map(|fault| format!("\n{fault}")).unwrap_or_default();
            let logs = system.logs();
            format!("{}\nlogs: {}{fault}", message(panic.as_ref()), logs.display()).into()
        })
    }

    /// The system of this plan; started when it is first wanted, and not again if that failed.
    fn system(&self, plan: Plan) -> Result<Arc<System>, String> {
        let mut systems = self.systems.lock().unwrap_or_else(PoisonError::into_inner);
        systems
            .entry(plan)
            .or_insert_with(|| self.runtime.block_on(System::start(plan)).map(Arc::new))
            .clone()
    }

    fn stop(&self) -> Result<(), String> {
        let systems =
            std::mem::take(&mut *self.systems.lock().unwrap_or_else(PoisonError::into_inner));
        let mut outcome = Ok(());
        for system in systems.into_values().flatten() {
            // Stop all, whatever one of them says.
            outcome = self.runtime.block_on(system.stop()).and(outcome);
        }
        outcome
    }
}

/// What a failed assertion said.
fn message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "the test panicked".to_owned())
}

/// Prints what a test has measured, on a line of its own below the test's name.
pub fn say(measured: &str) {
    print(&format!("\n    {measured}\n"));
}

fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}
