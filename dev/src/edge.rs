//! How an edge is started: wrangler with the built worker, in a folder of its own.

use crate::{error::StartError, secrets::write_private};
use std::{collections::BTreeMap, path::Path, process::Command};

/// One edge: where it listens and whom it calls. Several can stand before one origin, as they do on a network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Edge {
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// Where it finds the origin, without a slash at the end.
    pub origin_url: String,
    /// Where it finds the app, without a slash at the end.
    pub upstream_url: String,
}

impl Edge {
    /// Completes `wrangler`, a command without arguments, to `wrangler dev`. What the runtime keeps (its caches too) goes to `folder`, which no other edge
    /// may use. The service key goes through a private file there: a command line can be read by everybody on the machine.
    ///
    /// # Errors
    ///
    /// [`StartError::File`] if that file cannot be written.
    pub(crate) fn complete(
        &self,
        mut wrangler: Command,
        folder: &Path,
        service_key: &str,
        variables: &BTreeMap<String, String>,
    ) -> Result<Command, StartError> {
        let secret = folder.join("secret.env");
        write_private(&secret, &format!("SERVICE_KEY=\"{service_key}\"\n"))
            .map_err(|source| StartError::File { action: "write", path: secret.clone(), source })?;

        let mut all = BTreeMap::from([
            ("ORIGIN_URL".to_owned(), self.origin_url.clone()),
            ("UPSTREAM".to_owned(), self.upstream_url.clone()),
            // As the example app wants it: its page is public.
            ("PROTECTED_PATHS".to_owned(), "/api/*".to_owned()),
        ]);
        all.extend(variables.clone());

        wrangler
            .args(["dev", "--ip", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--inspector-port", "0", "--show-interactive-dev-session=false"])
            .arg("--persist-to")
            .arg(folder.join("state"))
            .arg("--env-file")
            .arg(&secret);
        for (name, value) in &all {
            // Wrangler lets the environment win over the command line.
            wrangler.args(["--var", &format!("{name}:{value}")]).env_remove(name);
        }
        wrangler
            .env_remove("SERVICE_KEY")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("WRANGLER_LOG_PATH", folder.join("logs"))
            .env("WRANGLER_REGISTRY_PATH", folder.join("registry"));
        Ok(wrangler)
    }
}
