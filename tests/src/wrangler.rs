//! A Worker of this repository in real workerd: `wrangler dev` with one of its configuration files.

use crate::running::start_part_within;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use wayleave_dev::{part::Part, repository::Repository, secrets::write_private, settings::Name};

/// How a worker is started.
#[derive(Clone, Debug)]
pub struct Worker<'worker> {
    /// Names its folder and its log.
    pub name: &'worker str,
    /// Its `wrangler.toml`.
    pub configuration: PathBuf,
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// Variables of the configuration to override.
    pub variables: BTreeMap<&'worker str, String>,
    /// Its secrets.
    pub secrets: BTreeMap<&'worker str, String>,
    /// A path that it answers once it runs, and how.
    pub ready: (&'worker str, &'worker [u16]),
}

impl Worker<'_> {
    /// Starts it; what the runtime keeps goes below `folder`.
    ///
    /// # Errors
    ///
    /// A sentence, with the end of its log if it has ended.
    pub async fn start(&self, folder: &Path) -> Result<Part, String> {
        let repository = Repository::of_this_program().map_err(|error| error.to_string())?;
        let own = folder.join(self.name);
        // What an earlier run cached is not true any more.
        if own.exists() {
            fs::remove_dir_all(&own).map_err(|error| format!("{}: {error}", own.display()))?;
        }
        fs::create_dir_all(&own).map_err(|error| format!("{}: {error}", own.display()))?;
        // Everybody on the machine can read a command line.
        let file = own.join("secrets.env");
        let line = |(name, value): (&&str, &String)| format!("{name}=\"{value}\"");
        let lines: Vec<_> = self.secrets.iter().map(line).collect();
        write_private(&file, &lines.join("\n"))
            .map_err(|error| format!("{}: {error}", file.display()))?;

        let mut command = Command::new(repository.node_command("wrangler"));
        command
            .args(["dev", "--ip", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--inspector-port", "0", "--show-interactive-dev-session=false"])
            .arg("--config")
            .arg(&self.configuration)
            .arg("--persist-to")
            .arg(own.join("state"))
            .arg("--env-file")
            .arg(&file)
            // Where a person stands who starts it.
            .current_dir(self.configuration.parent().unwrap_or(repository.root()))
            .env("PATH", repository.search_path())
            .env("NO_COLOR", "1")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("WRANGLER_LOG_PATH", own.join("logs"))
            .env("WRANGLER_REGISTRY_PATH", own.join("registry"));
        for (name, value) in &self.variables {
            command.args(["--var", &format!("{name}:{value}")]);
        }
        // Wrangler lets the environment win over the command line.
        for name in self.variables.keys().chain(self.secrets.keys()) {
            command.env_remove(name);
        }
        let log = folder.join("logs").join(format!("{}.log", self.name));
        let (path, expected) = self.ready;
        start_part_within(LIMIT, Name::Edge, command, log, self.port, path, expected).await
    }
}

/// Wrangler builds the worker first if its sources are newer.
const LIMIT: Duration = Duration::from_mins(10);
