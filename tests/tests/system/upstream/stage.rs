//! The gateway in front of an app of the tests, both in one workerd, over an origin of their own.

use std::{
    collections::BTreeMap,
    fs,
    process::Command,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::runtime::Runtime;
use wayleave_dev::{
    part::Part, ports, repository::Repository, secrets::write_private, settings::Name,
};
use wayleave_tests::{
    answer::Answer,
    database::Engine,
    lone_origin::{ISSUER, LoneOrigin},
    running::start_part,
    tap::Tap,
    visitor::Visitor,
};

/// Which gateway a test wants. Tests with the same plan share one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Plan {
    /// Names its configuration and its log.
    pub(crate) name: &'static str,
    /// How it finds the app.
    pub(crate) upstream: Upstream,
    /// Variables beside what every test needs, in the form of JSON where they begin like it.
    pub(crate) variables: &'static [(&'static str, &'static str)],
}

/// How the gateway finds the app.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Upstream {
    /// Bound as a service.
    Binding,
    /// By its URL.
    Url,
}

/// A gateway that runs.
pub(crate) struct Stage {
    process: Part,
    port: u16,
    /// Between it and the origin.
    pub(crate) to_origin: Tap,
    /// Where its sessions are kept.
    pub(crate) origin: Arc<LoneOrigin>,
}

impl Stage {
    async fn start(plan: Plan, origin: Arc<LoneOrigin>) -> Result<Self, String> {
        let [port, app_port] = ports::free().map_err(|error| error.to_string())?;
        let repository = Repository::of_this_program().map_err(|error| error.to_string())?;
        let to_origin = Tap::open(origin.url().to_owned()).await;
        let mut variables = BTreeMap::from([
            ("ORIGIN_URL", to_origin.url()),
            ("SERVICE_KEY", origin.service_key().to_owned()),
            ("ISSUER", ISSUER.to_owned()),
            ("PUBLIC_PATHS", "/public/*".to_owned()),
        ]);
        if plan.upstream == Upstream::Url {
            variables.insert("UPSTREAM", format!("http://127.0.0.1:{app_port}"));
        }
        variables.extend(plan.variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let configuration = origin.folder().join(format!("{}.capnp", plan.name));
        // It holds the service key.
        write_private(&configuration, &configuration_text(plan, &variables, port, app_port))
            .map_err(|error| format!("{}: {error}", configuration.display()))?;

        let mut command = Command::new(repository.node_command("workerd"));
        // In the configuration, a path that begins with a slash begins at the top folder.
        command
            .args(["serve", "--import-path=."])
            .arg(&configuration)
            .current_dir(repository.root());
        let log = origin.folder().join("logs").join(format!("{}.log", plan.name));
        let process = start_part(Name::Edge, command, log, port, "/auth/session", &[401]).await?;
        Ok(Self { process, port, to_origin, origin })
    }

    /// Where browsers find it.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port of [`url`](Self::url).
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// A new browser.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::new(self.url())
    }

    /// A browser that the app has logged in.
    pub(crate) async fn user(&self, session: &str) -> Visitor {
        let user = self.visitor();
        user.get(&answer_with("/public", &[("x-wayleave-create-session", session)]))
            .await
            .expect_status(200);
        user
    }

    /// Lets the app answer with these headers.
    pub(crate) async fn answer(&self, user: &Visitor, headers: &[(&str, &str)]) -> Answer {
        user.get(&answer_with("/api", headers)).await
    }

    /// What its log holds.
    pub(crate) fn log(&self) -> String {
        self.process.log_tail().to_string()
    }

    /// The most memory that it ever had, in KiB.
    pub(crate) fn most_memory_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.process_id()));
        let status = status.expect("these tests read /proc, which Linux has");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
        number.and_then(|number| number.parse().ok()).expect("Linux tells it")
    }
}

/// The path and query that lets the app answer with these headers.
pub(crate) fn answer_with(folder: &str, headers: &[(&str, &str)]) -> String {
    format!("{folder}/answer?{}", query(headers))
}

/// A query that tells the app the headers of its answer.
pub(crate) fn query(headers: &[(&str, &str)]) -> String {
    let json = serde_json::to_string(headers).expect("strings are JSON");
    let url = reqwest::Url::parse_with_params("http://app.test/", [("headers", json)]);
    url.ok().and_then(|url| url.query().map(str::to_owned)).expect("a URL with a query")
}

fn configuration_text(
    plan: Plan,
    variables: &BTreeMap<&str, String>,
    port: u16,
    app_port: u16,
) -> String {
    // Strings of the configuration are escaped as those of JSON are.
    let quoted = |text: &str| serde_json::to_string(text).expect("a string is JSON");
    let mut bindings: Vec<_> = variables
        .iter()
        .map(|(name, value)| {
            let kind = if value.starts_with('{') { "json" } else { "text" };
            format!("( name = {}, {kind} = {} )", quoted(name), quoted(value))
        })
        .collect();
    if plan.upstream == Upstream::Binding {
        bindings.push(r#"( name = "UPSTREAM", service = "app" )"#.to_owned());
    }
    CONFIGURATION
        .replace("{bindings}", &bindings.join(",\n          "))
        .replace("{port}", &port.to_string())
        .replace("{app port}", &app_port.to_string())
}

const CONFIGURATION: &str = r#"# The built worker as it is deployed, and an app.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "edge",
      worker = (
        compatibilityDate = "2026-11-01",
        modules = [
          ( name = "index.js", esModule = embed "/edge/build/index.js" ),
          ( name = "index_bg.wasm", wasm = embed "/edge/build/index_bg.wasm" ),
        ],
        bindings = [
          {bindings}
        ],
        globalOutbound = "network",
      ),
    ),
    ( name = "app",
      worker = (
        compatibilityDate = "2026-11-01",
        modules = [ ( name = "app.mjs", esModule = embed "/tests/tests/system/upstream/app.mjs" ) ],
      ),
    ),
    ( name = "network", network = ( allow = [ "local" ] ) ),
  ],
  sockets = [
    ( name = "edge", address = "127.0.0.1:{port}", http = (), service = "edge" ),
    ( name = "app", address = "127.0.0.1:{app port}", http = (), service = "app" ),
  ],
);
"#;

/// All that was started so far.
#[derive(Clone)]
pub(crate) struct Place(Arc<Mutex<Started>>);

#[derive(Default)]
struct Started {
    origin: Option<Result<Arc<LoneOrigin>, String>>,
    stages: BTreeMap<Plan, Result<Arc<Stage>, String>>,
}

impl Place {
    /// Nothing runs yet.
    pub(crate) fn empty() -> Self {
        Self(Arc::default())
    }

    /// The gateway of this plan, started when it is first wanted, and not again if that failed.
    pub(crate) fn stage(&self, runtime: &Runtime, plan: Plan) -> Result<Arc<Stage>, String> {
        let mut started = self.started();
        let Started { origin, stages } = &mut *started;
        let start_origin = || runtime.block_on(LoneOrigin::start("upstream", Engine::Sqlite, &[]));
        let origin = origin.get_or_insert_with(|| start_origin().map(Arc::new)).clone()?;
        let start = || runtime.block_on(Stage::start(plan, origin)).map(Arc::new);
        stages.entry(plan).or_insert_with(start).clone()
    }

    /// Stops everything.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) fn stop(self) -> Result<(), String> {
        let Started { origin, stages } = std::mem::take(&mut *self.started());
        drop(stages);
        let Some(Ok(origin)) = origin else { return Ok(()) };
        let origin = Arc::into_inner(origin).ok_or("a test still uses its origin")?;
        Runtime::new().map_err(|error| error.to_string())?.block_on(origin.stop())
    }

    fn started(&self) -> MutexGuard<'_, Started> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
