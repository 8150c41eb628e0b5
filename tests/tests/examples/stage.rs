//! What the tests of one example share: the origin, and the example running on it.

use http::Method;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    future::Future,
    io::{self, Write},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::runtime::Runtime;
use wayleave_tests::{
    database::Engine, harness::Suite, lone_origin::LoneOrigin, patience::until, running::Running,
    visitor::Visitor,
};

/// How an example is started.
#[derive(Clone, Copy)]
pub(crate) struct Example {
    /// The name of its folder, with underscores.
    pub(crate) name: &'static str,
    /// Starts it, on this origin.
    pub(crate) start: fn(Arc<LoneOrigin>) -> Starting,
}

/// An example on its way.
pub(crate) type Starting = Pin<Box<dyn Future<Output = Result<Running, String>>>>;

/// An example that runs.
pub(crate) struct Stage {
    /// Where its sessions are kept.
    pub(crate) origin: Arc<LoneOrigin>,
    /// What browsers talk to.
    pub(crate) app: Running,
}

impl Stage {
    /// A new browser.
    pub(crate) fn visitor(&self) -> Visitor {
        self.app.visitor()
    }

    /// A new browser of this user, whose id needs no escaping. What other examples left to the same user on the same origin is ended before.
    pub(crate) async fn logged_in(&self, user: &str) -> Visitor {
        let path = format!("/v1/users/{user}/sessions");
        self.origin.backend(Method::DELETE, &path, None).await.expect_status(200);
        let visitor = self.visitor();
        visitor.log_in(user).await;
        visitor
    }

    /// The live sessions of a user whose id needs no escaping, as the origin lists them.
    pub(crate) async fn sessions_of(&self, user: &str) -> Vec<Value> {
        let path = format!("/v1/users/{user}/sessions");
        let list = self.origin.backend(Method::GET, &path, None).await.expect(200).json();
        list["sessions"].as_array().expect("a list of sessions").clone()
    }

    /// The only session of a user.
    pub(crate) async fn handle_of(&self, user: &str) -> String {
        let sessions = self.sessions_of(user).await;
        let [session] = &sessions[..] else { panic!("{user} has one session, not {sessions:?}") };
        session["handle"].as_str().expect("a handle is a string").to_owned()
    }

    /// What is kept in a session.
    pub(crate) async fn data_of(&self, handle: &str) -> Value {
        let path = format!("/v1/sessions/{handle}/data");
        self.origin.backend(Method::GET, &path, None).await.expect(200).json()["data"].clone()
    }

    /// Ends a session as the app's backend, or another device, does.
    pub(crate) async fn end(&self, handle: &str) {
        let path = format!("/v1/sessions/{handle}");
        self.origin.backend(Method::DELETE, &path, None).await.expect_status(200);
    }
}

/// A test of one example. Made by [`stage_tests!`](crate::stage_tests).
#[derive(Clone, Copy)]
pub(crate) struct StageTest {
    /// A sentence, with underscores.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) run: fn(Arc<Stage>) -> Performing,
}

/// A test under way.
pub(crate) type Performing = Pin<Box<dyn Future<Output = ()>>>;

/// The named async functions as [`StageTest`]s.
#[macro_export]
macro_rules! stage_tests {
    ($($test:ident),* $(,)?) => {
        vec![$($crate::stage::StageTest { name: stringify!($test), run: |stage| Box::pin($test(stage)) }),*]
    };
}

/// All that was started so far.
#[derive(Clone)]
pub(crate) struct Place(Arc<Mutex<Started>>);

#[derive(Default)]
struct Started {
    origins: BTreeMap<Engine, Result<Arc<LoneOrigin>, String>>,
    stages: BTreeMap<(Engine, &'static str), Result<Arc<Stage>, String>>,
}

impl Place {
    /// Nothing runs yet.
    pub(crate) fn empty() -> Self {
        Self(Arc::default())
    }

    /// The example on this engine, started when it is first wanted, and not again if that failed.
    fn stage(
        &self,
        runtime: &Runtime,
        engine: Engine,
        example: Example,
    ) -> Result<Arc<Stage>, String> {
        let mut started = self.started();
        let Started { origins, stages } = &mut *started;
        let start_origin = || {
            let name = format!("examples-{engine}");
            runtime.block_on(LoneOrigin::start(&name, engine, VARIABLES)).map(Arc::new)
        };
        let origin = origins.entry(engine).or_insert_with(start_origin).clone()?;
        let start = || {
            let app = runtime.block_on((example.start)(Arc::clone(&origin)))?;
            Ok(Arc::new(Stage { origin, app }))
        };
        stages.entry((engine, example.name)).or_insert_with(start).clone()
    }

    /// Stops everything.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn stop(self) -> Result<(), String> {
        let Started { origins, stages } = std::mem::take(&mut *self.started());
        drop(stages);
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        let mut outcome = Ok(());
        for origin in origins.into_values().flatten() {
            let origin = Arc::into_inner(origin).ok_or("a test still uses its origin")?;
            // Stop all, whatever one of them says.
            outcome = runtime.block_on(origin.stop()).and(outcome);
        }
        outcome
    }

    fn started(&self) -> MutexGuard<'_, Started> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds tests of an example, on MySQL.
pub(crate) fn add(suite: &mut Suite, place: &Place, example: Example, tests: Vec<StageTest>) {
    add_on(suite, place, Engine::MySql, example, tests);
}

/// Adds tests of an example on another engine.
pub(crate) fn add_on(
    suite: &mut Suite,
    place: &Place,
    engine: Engine,
    example: Example,
    tests: Vec<StageTest>,
) {
    for test in tests {
        let place = place.clone();
        let run = move |runtime: &Runtime| {
            let stage = place.stage(runtime, engine, example)?;
            runtime.block_on(async {
                // Puts right what a failed test may have left behind.
                stage.app.to_origin.reopen().await;
                stage.app.to_origin.forget();
                (test.run)(Arc::clone(&stage)).await;
            });
            Ok(())
        };
        suite.add_alone(format!("{}::{engine}::{}", example.name, test.name), run);
    }
}

/// Waits until the browser's access token has expired, which `path` tells with this status.
pub(crate) async fn expiry(visitor: &Visitor, path: &str, status: u16) {
    let refused = until("the access token has expired", async || {
        let answer = visitor.get(path).await;
        (answer.status != 200).then_some(answer)
    })
    .await;
    refused.expect_status(status);
    refused.expect_cookies_untouched();
}

/// Says what went wrong after the tests.
pub(crate) fn complain(sentence: &str) {
    let _ = writeln!(io::stderr(), "after the tests: {sentence}");
}

/// Tokens that expire while one watches, and are stolen goods as soon as their successor was used.
const VARIABLES: &[(&str, &str)] = &[
    ("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "5s"),
    ("WAYLEAVE_ACCESS_TOKEN_SPREAD", "off"),
    ("WAYLEAVE_REFRESH_REUSE_WINDOW", "0s"),
];
