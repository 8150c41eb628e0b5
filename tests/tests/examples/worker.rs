//! How an example that is a worker is started: in workerd, by its own `wrangler.toml`.

use std::{collections::BTreeMap, path::PathBuf};
use tempfile::TempDir;
use wayleave_dev::ports;
use wayleave_tests::{
    lone_origin::{ISSUER, LoneOrigin},
    running::Running,
    tap::Tap,
    wrangler::Worker,
};

/// Starts it on this origin. `files` is the folder that was made for it, if one was.
pub(crate) async fn start(
    name: &str,
    configuration: PathBuf,
    files: Option<TempDir>,
    origin: &LoneOrigin,
) -> Result<Running, String> {
    let [port] = ports::free().map_err(|error| error.to_string())?;
    let to_origin = Tap::open(origin.url().to_owned()).await;
    let worker = Worker {
        name,
        configuration,
        port,
        variables: BTreeMap::from([("ORIGIN_URL", to_origin.url()), ("ISSUER", ISSUER.to_owned())]),
        secrets: BTreeMap::from([("SERVICE_KEY", origin.service_key().to_owned())]),
        ready: ("/api/me", &[401]),
    };
    let process = worker.start(origin.folder()).await?;
    let url = format!("http://127.0.0.1:{port}");
    Ok(Running { parts: vec![process], url, behind: None, to_origin, files })
}
