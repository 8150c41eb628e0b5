//! The origin.

use super::{Process, Readiness, free_port, local};
use crate::{
    failure::Failure,
    load::{exchange, request::request},
    run::Run,
};
use serde_json::Value;
use std::{net::SocketAddr, process::Command};
use wayleave_dev::{repository::ORIGIN, secrets::Secrets};

/// A running origin.
#[derive(Debug)]
pub struct Origin {
    process: Process,
    port: u16,
    service_key: String,
}

/// What tells two origins apart.
#[derive(Clone, Copy, Debug)]
pub struct OriginSettings<'a> {
    /// Whose it is, for errors and the name of its folder.
    pub name: &'a str,
    /// Where it keeps sessions; an SQLite file of its own, if nothing is said.
    pub database_url: Option<&'a str>,
    /// The core on which it runs; any, if none.
    pub core: Option<usize>,
    /// Its further variables, `WAYLEAVE_…`.
    pub variables: &'a [(&'a str, &'a str)],
}

impl Origin {
    /// Starts the release build of the origin.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    pub async fn start(run: &Run, settings: OriginSettings<'_>) -> Result<Self, Failure> {
        let program = run.built("the origin's program", run.repository.program(ORIGIN))?;
        let secrets = Secrets::generate().map_err(|error| Failure::Other(error.to_string()))?;
        let port = free_port()?;
        // Another question of this run may have had an origin of this name, and what it has sealed nobody else can open.
        let folder = run.folder(&format!("{}-{port}", settings.name))?;
        let file = format!("sqlite:{}", folder.join("sessions.sqlite").display());
        let mut command = Command::new(program);
        command
            .arg("serve")
            // Nothing of the shell plays a part.
            .env_clear()
            .env("WAYLEAVE_LISTEN", local(port).to_string())
            .env("WAYLEAVE_DATABASE_URL", settings.database_url.unwrap_or(&file))
            .env("WAYLEAVE_SERVICE_KEYS", &secrets.service_key)
            .env("WAYLEAVE_MASTER_KEY", &secrets.master_key)
            .env("WAYLEAVE_ISSUER", ISSUER)
            .envs(settings.variables.iter().copied());
        let log = folder.join("origin.log");
        let mut process = Process::start(settings.name, command, &log, settings.core)?;
        process.ready(Readiness { port, path: "/readyz", status: 200 }).await?;
        Ok(Self { process, port, service_key: secrets.service_key })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        local(self.port)
    }

    /// Where it answers, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// What its callers present.
    #[must_use]
    pub fn service_key(&self) -> &str {
        &self.service_key
    }

    /// Its process, for what it uses.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Asks it something, as an app's backend does, outside any measurement.
    ///
    /// # Errors
    ///
    /// [`Failure::Answer`] if it does not answer with a status from 200 to 299 and JSON.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let bearer = format!("Bearer {}", self.service_key);
        let body = body.map(|body| body.to_string().into_bytes());
        let bytes = request(method, path, &[("authorization", &bearer)], body.as_deref());
        let failed =
            |sentence: String| Failure::Answer { side: format!("the origin, {path}"), sentence };
        let answer = exchange(self.address(), &bytes, |answer| {
            answer.success()?;
            serde_json::from_slice(answer.body).map_err(|error| error.to_string())
        });
        answer.await.map_err(|error| failed(error.to_string()))?.map_err(failed)
    }
}

/// The `iss` of its access tokens.
pub const ISSUER: &str = "https://wayleave.bench";
