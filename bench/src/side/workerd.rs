//! Workers in workerd, without wrangler's proxy, which would be measured instead.

use super::{Process, free_port, local};
use crate::{failure::Failure, run::Run};
use std::{
    fmt::Write,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

/// A running workerd with one worker or several; the first one listens.
#[derive(Debug)]
pub struct Workerd {
    process: Process,
    port: u16,
}

/// One worker.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Its name, for bindings of others.
    pub name: &'static str,
    /// Its modules; the first one is its entry.
    pub modules: Vec<Module>,
    /// What it finds in its environment.
    pub bindings: Vec<Binding>,
}

/// One module of a worker.
#[derive(Clone, Debug)]
pub struct Module {
    /// By what name others import it.
    pub name: String,
    /// Its file. A file that ends in `.wasm` is WebAssembly, any other JavaScript.
    pub file: PathBuf,
}

/// Something in a worker's environment.
#[derive(Clone, Debug)]
pub enum Binding {
    /// A variable: name and value.
    Text(&'static str, String),
    /// Another worker of this workerd: name of the binding, name of the worker.
    Service(&'static str, &'static str),
}

impl Workerd {
    /// Starts workerd with these workers, on the core of what is measured, and waits until the first one answers anything.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    pub async fn start(run: &Run, side: &str, workers: &[Worker]) -> Result<Self, Failure> {
        let mut started = Self::spawn(run, side, workers)?;
        started.process.answers(started.port, "/", |_| true).await?;
        Ok(started)
    }

    /// Starts workerd with these workers, and waits for nothing.
    ///
    /// # Errors
    ///
    /// [`Failure`].
    pub fn spawn(run: &Run, side: &str, workers: &[Worker]) -> Result<Self, Failure> {
        let program = run.built("workerd", run.repository.node_command("workerd"))?;
        let folder = run.folder(side)?;
        let port = free_port()?;
        for worker in workers {
            for module in &worker.modules {
                let beside = folder.join(file_name(worker, module));
                fs::copy(&module.file, &beside).map_err(Failure::file("read", &module.file))?;
            }
        }
        let path = folder.join("config.capnp");
        fs::write(&path, configuration(workers, local(port)))
            .map_err(Failure::file("write", &path))?;
        let mut command = Command::new(program);
        command.env_clear().arg("serve").arg(&path).current_dir(&folder);
        let log = folder.join("workerd.log");
        let process = Process::start(side, command, &log, run.side_core())?;
        Ok(Self { process, port })
    }

    /// Where its first worker listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        local(self.port)
    }

    /// Its process, for what it uses.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }
}

impl Module {
    /// This file under this name.
    #[must_use]
    pub fn new(name: &str, file: impl AsRef<Path>) -> Self {
        Self { name: name.to_owned(), file: file.as_ref().to_owned() }
    }

    fn kind(&self) -> &'static str {
        if self.file.extension().is_some_and(|extension| extension == "wasm") {
            "wasm"
        } else {
            "esModule"
        }
    }
}

/// What workerd reads: the schema `workerd.capnp`. Modules lie beside it.
fn configuration(workers: &[Worker], address: SocketAddr) -> String {
    let mut text = String::from(
        "using Workerd = import \"/workerd/workerd.capnp\";\nconst config :Workerd.Config = (\n  services = [\n",
    );
    for worker in workers {
        let modules: Vec<_> = worker
            .modules
            .iter()
            .map(|module| {
                let (name, file) = (quoted(&module.name), quoted(&file_name(worker, module)));
                format!("( name = {name}, {} = embed {file} )", module.kind())
            })
            .collect();
        let bindings: Vec<_> = worker.bindings.iter().map(Binding::text).collect();
        let _ = writeln!(
            text,
            "    ( name = {}, worker = (\n      compatibilityDate = \"{COMPATIBILITY_DATE}\",\n      modules = [ {} ],\n      bindings = [ {} ],\n      globalOutbound = \"network\",\n    ) ),",
            quoted(worker.name),
            modules.join(", "),
            bindings.join(", "),
        );
    }
    let first = workers.first().map_or("", |worker| worker.name);
    let _ = write!(
        text,
        "    ( name = \"network\", network = ( allow = [\"private\"] ) ),\n  ],\n  sockets = [ ( name = \"http\", address = \"{address}\", http = (), service = {} ) ],\n);\n",
        quoted(first),
    );
    text
}

impl Binding {
    fn text(&self) -> String {
        match self {
            Self::Text(name, value) => {
                format!("( name = {}, text = {} )", quoted(name), quoted(value))
            }
            Self::Service(name, service) => {
                format!("( name = {}, service = {} )", quoted(name), quoted(service))
            }
        }
    }
}

fn file_name(worker: &Worker, module: &Module) -> String {
    format!("{}-{}", worker.name, module.name.replace('/', "-"))
}

/// A text of Cap'n Proto's schema language, which has C's escapes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// As in `wrangler.toml`.
const COMPATIBILITY_DATE: &str = "2026-11-01";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_names_workers_modules_and_bindings() {
        let workers = [Worker {
            name: "main",
            modules: vec![
                Module::new("index.js", "edge/index.js"),
                Module::new("./index_bg.wasm", "edge/index_bg.wasm"),
            ],
            bindings: vec![
                Binding::Text("KEYS", "{\"keys\":[]}\n".to_owned()),
                Binding::Service("UPSTREAM", "app"),
            ],
        }];

        let text = configuration(&workers, local(1234));

        assert_eq!(
            text,
            r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "main", worker = (
      compatibilityDate = "2026-11-01",
      modules = [ ( name = "index.js", esModule = embed "main-index.js" ), ( name = "./index_bg.wasm", wasm = embed "main-.-index_bg.wasm" ) ],
      bindings = [ ( name = "KEYS", text = "{\"keys\":[]}\n" ), ( name = "UPSTREAM", service = "app" ) ],
      globalOutbound = "network",
    ) ),
    ( name = "network", network = ( allow = ["private"] ) ),
  ],
  sockets = [ ( name = "http", address = "127.0.0.1:1234", http = (), service = "main" ) ],
);
"#
        );
    }
}
