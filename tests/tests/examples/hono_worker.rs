//! `examples/hono-worker`: Hono in workerd, on the packed `wayleave`.

use crate::{project::Project, stage::Example};
use std::{collections::BTreeMap, sync::Arc};
use wayleave_dev::ports;
use wayleave_tests::{
    lone_origin::{ISSUER, LoneOrigin},
    running::Running,
    tap::Tap,
    wrangler::Worker,
};

pub(crate) const EXAMPLE: Example =
    Example { name: "hono_worker", start: |origin| Box::pin(start(origin)) };

async fn start(origin: Arc<LoneOrigin>) -> Result<Running, String> {
    let files = ["src/index.js", "wrangler.toml"];
    let project = Project::of("hono-worker", &files, &["hono"]).await?;
    let [port] = ports::free().map_err(|error| error.to_string())?;
    let to_origin = Tap::open(origin.url().to_owned()).await;
    let worker = Worker {
        name: "hono-worker",
        configuration: project.path("wrangler.toml"),
        port,
        variables: BTreeMap::from([("ORIGIN_URL", to_origin.url()), ("ISSUER", ISSUER.to_owned())]),
        secrets: BTreeMap::from([("SERVICE_KEY", origin.service_key().to_owned())]),
        ready: ("/api/me", &[401]),
    };
    let process = worker.start(origin.folder()).await?;
    Ok(Running {
        parts: vec![process],
        url: format!("http://127.0.0.1:{port}"),
        behind: None,
        to_origin,
        files: Some(project.into_folder()),
    })
}
