//! One running system.

use crate::{
    answer::Answer,
    database::{Database, Engine},
    page_server::{PageServer, SITE},
    second_edge::SecondEdge,
    tap::Tap,
    visitor::Visitor,
};
use http::Method;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::Output,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{sync::OnceCell, task::spawn_blocking};
use wayleave_dev::{
    repository::Repository,
    secrets::Secrets,
    settings::{self, Cancel, Name, Ports, Settings},
    stack::Stack,
};

/// Which system a test wants. Tests with the same plan share one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Plan {
    /// Names its folder of logs, `.wayleave/test/systems/<name>`.
    pub name: &'static str,
    /// What it keeps its sessions in.
    pub engine: Engine,
    /// Variables of the origin beside what every test needs. In a value [`PAGE_ORIGIN`] stands for the origin of pages elsewhere.
    pub origin: &'static [(&'static str, &'static str)],
    /// Variables of the edge, likewise.
    pub edge: &'static [(&'static str, &'static str)],
}

/// Origin, edge, app and database, with a tap on each of the edge's two connections.
#[derive(Debug)]
pub struct System {
    plan: Plan,
    stack: Arc<Mutex<Stack>>,
    database: Database,
    ports: Ports,
    service_key: String,
    folder: PathBuf,
    client: reqwest::Client,
    second_edge: OnceCell<SecondEdge>,
    page_server: PageServer,
    /// Between the edge and the origin.
    pub to_origin: Tap,
    /// Between the edge and the app.
    pub to_app: Tap,
}

impl System {
    /// Starts one, with a database of its own.
    ///
    /// # Errors
    ///
    /// A sentence that names what is missing or failed.
    pub async fn start(plan: Plan) -> Result<Self, String> {
        let repository = Repository::of_this_program().map_err(|error| error.to_string())?;
        let folder = repository.root().join(".wayleave/test/systems").join(plan.name);
        let database = Database::create(plan.engine).await?;
        let ports = Ports::free().map_err(|error| error.to_string())?;
        let secrets = Secrets::generate().map_err(|error| error.to_string())?;
        let service_key = secrets.service_key.clone();
        let to_origin = Tap::open(local(ports.origin)).await;
        let to_app = Tap::open(local(ports.app)).await;
        let page_server = PageServer::open().await;
        let page_origin = page_server.origin();
        let settings = Settings {
            folder: folder.clone(),
            ports,
            secrets,
            database: settings::Database(database.url().to_owned()),
            origin_variables: variables(&[("WAYLEAVE_ISSUER", ISSUER)], plan.origin, &page_origin),
            edge_variables: variables(&[("ISSUER", ISSUER)], plan.edge, &page_origin),
            edge_origin_url: Some(to_origin.url()),
            edge_upstream_url: Some(to_app.url()),
        };
        let start =
            spawn_blocking(move || Stack::start(repository, settings, &Cancel::default(), |_| {}));
        let stack = start.await.map_err(|error| error.to_string())?;
        match stack {
            Ok(stack) => Ok(Self {
                plan,
                stack: Arc::new(Mutex::new(stack)),
                database,
                ports,
                service_key,
                folder,
                client: reqwest::Client::new(),
                second_edge: OnceCell::new(),
                page_server,
                to_origin,
                to_app,
            }),
            Err(error) => {
                database.drop_it().await?;
                Err(error.to_string())
            }
        }
    }

    /// Stops it and removes its database.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub async fn stop(self: Arc<Self>) -> Result<(), String> {
        self.with_stack(Stack::stop).await;
        match Arc::into_inner(self) {
            Some(system) => system.database.drop_it().await,
            None => Err("a test still uses its system".to_owned()),
        }
    }

    /// Puts right what a failed test may have left behind, and begins to count anew.
    pub async fn prepare(&self) {
        self.start_origin().await;
        self.to_app.reopen().await;
        self.to_origin.forget();
        self.to_app.forget();
        if let Some(second) = self.second_edge.get() {
            second.to_origin.forget();
        }
    }

    /// Which plan it follows.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Where its logs lie.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// What browsers open.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.ports.edge)
    }

    /// The origin of pages elsewhere, on the same site as [`sibling_url`](Self::sibling_url).
    #[must_use]
    pub fn page_origin(&self) -> String {
        self.page_server.origin()
    }

    /// The edge by a name beside that of such pages.
    #[must_use]
    pub fn sibling_url(&self) -> String {
        format!("http://api.{SITE}:{}", self.ports.edge)
    }

    /// What browsers of these tests ask.
    #[must_use]
    pub fn edge_url(&self) -> String {
        local(self.ports.edge)
    }

    /// A new browser.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.edge_url())
    }

    /// The second edge; started when it is first asked for.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub async fn second_edge(&self) -> &SecondEdge {
        let start = || async {
            let (second, edge) =
                SecondEdge::prepare(local(self.ports.origin), self.to_app.url()).await;
            let started = self.with_stack(move |stack| stack.start_second_edge(&edge)).await;
            started.unwrap_or_else(|error| panic!("the second edge: {error}"));
            second
        };
        self.second_edge.get_or_init(start).await
    }

    /// Runs the origin's program beside the one that serves, as an operator does.
    ///
    /// # Panics
    ///
    /// If it cannot be run.
    pub async fn run_origin_program(&self, arguments: &[&str]) -> Output {
        let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let output = self.with_stack(move |stack| {
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            stack.origin_program(&arguments).output()
        });
        output.await.unwrap_or_else(|error| panic!("the origin's program: {error}"))
    }

    /// Calls the origin directly, as an app's backend does.
    ///
    /// # Panics
    ///
    /// If the origin does not answer.
    pub async fn backend(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let name = format!("{method} {path}");
        let mut request = self
            .client
            .request(method, format!("{}{path}", local(self.ports.origin)))
            .bearer_auth(&self.service_key);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        Answer::read(name, response).await
    }

    /// Stops the origin; whoever calls it, at whichever edge, is refused as if there were none.
    ///
    /// # Panics
    ///
    /// If it does not end with exit code 0, as it should when it is told to stop.
    pub async fn stop_origin(&self) {
        self.to_origin.close().await;
        if let Some(second) = self.second_edge.get() {
            second.to_origin.close().await;
        }
        let status = self.with_stack(|stack| stack.stop_part(Name::Origin)).await;
        assert!(status.is_some_and(|status| status.success()), "the origin ended with {status:?}");
    }

    /// Starts the origin again, unless it runs.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub async fn start_origin(&self) {
        let started = self.with_stack(|stack| {
            let runs = stack.process_id(Name::Origin).is_some();
            if runs { Ok(()) } else { stack.start_part(Name::Origin) }
        });
        started.await.unwrap_or_else(|error| panic!("{error}"));
        self.to_origin.reopen().await;
        if let Some(second) = self.second_edge.get() {
            second.to_origin.reopen().await;
        }
    }

    /// What ended by itself, if anything did.
    pub async fn fault(&self) -> Option<String> {
        self.with_stack(Stack::check).await.err().map(|ended| ended.to_string())
    }

    async fn with_stack<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Stack) -> T + Send + 'static,
    ) -> T {
        let stack = Arc::clone(&self.stack);
        spawn_blocking(move || act(&mut stack.lock().unwrap_or_else(PoisonError::into_inner)))
            .await
            .expect("handling the stack does not panic")
    }
}

fn variables(
    always: &[(&str, &str)],
    more: &[(&str, &str)],
    page_origin: &str,
) -> BTreeMap<String, String> {
    always
        .iter()
        .chain(more)
        .map(|(name, value)| ((*name).to_owned(), value.replace(PAGE_ORIGIN, page_origin)))
        .collect()
}

fn local(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Stands for the origin of pages elsewhere in the variables of a [`Plan`]: its port is known only once they are served.
pub const PAGE_ORIGIN: &str = "{page origin}";

const ISSUER: &str = "https://wayleave.test";
