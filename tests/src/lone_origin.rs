//! One origin with a database of its own and no edge: what apps run on that verify sessions themselves.

use crate::{
    answer::Answer,
    database::{Database, Engine},
    running::start_part,
};
use http::Method;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use wayleave_dev::{
    part::Part,
    ports,
    repository::{ORIGIN, Repository},
    secrets::Secrets,
    settings::Name,
};

/// A running origin. [`stop`](Self::stop) ends it and removes its database.
#[derive(Debug)]
pub struct LoneOrigin {
    _process: Part,
    database: Database,
    folder: PathBuf,
    url: String,
    service_key: String,
    client: reqwest::Client,
}

impl LoneOrigin {
    /// Starts one. `name` is that of its folder, `.wayleave/test/systems/<name>`; `variables` are those of the origin beside what it cannot do without.
    ///
    /// # Errors
    ///
    /// A sentence that names what is missing or failed.
    pub async fn start(
        name: &str,
        engine: Engine,
        variables: &[(&str, &str)],
    ) -> Result<Self, String> {
        let repository = Repository::of_this_program().map_err(|error| error.to_string())?;
        let folder = repository.root().join(".wayleave/test/systems").join(name);
        fs::create_dir_all(folder.join("logs")).map_err(|error| error.to_string())?;
        let [port] = ports::free().map_err(|error| error.to_string())?;
        let secrets = Secrets::generate().map_err(|error| error.to_string())?;
        let database = Database::create(engine).await?;

        let mut command = Command::new(repository.program(ORIGIN));
        command
            .arg("serve")
            // Nothing of the shell that runs the tests plays a part.
            .env_clear()
            .env("WAYLEAVE_LISTEN", format!("127.0.0.1:{port}"))
            .env("WAYLEAVE_DATABASE_URL", database.url())
            .env("WAYLEAVE_SERVICE_KEYS", &secrets.service_key)
            .env("WAYLEAVE_MASTER_KEY", &secrets.master_key)
            .env("WAYLEAVE_ISSUER", ISSUER)
            .envs(variables.iter().copied());
        let log = folder.join("logs/origin.log");
        match start_part(Name::Origin, command, log, port, "/readyz", &[200]).await {
            Ok(process) => Ok(Self {
                _process: process,
                database,
                folder,
                url: format!("http://127.0.0.1:{port}"),
                service_key: secrets.service_key,
                client: reqwest::Client::new(),
            }),
            Err(sentence) => {
                database.drop_it().await?;
                Err(sentence)
            }
        }
    }

    /// Stops it and removes its database.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub async fn stop(self) -> Result<(), String> {
        let Self { _process: process, database, .. } = self;
        drop(process);
        database.drop_it().await
    }

    /// Where it answers, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What its callers know it by.
    #[must_use]
    pub fn service_key(&self) -> &str {
        &self.service_key
    }

    /// Where its logs lie, and those of what runs on it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Calls it directly, as an app's backend does.
    ///
    /// # Panics
    ///
    /// If it does not answer.
    pub async fn backend(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let name = format!("{method} {path}");
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&self.service_key);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        Answer::read(name, response).await
    }
}

/// The `iss` of its access tokens.
pub const ISSUER: &str = "https://wayleave.test";
