//! `examples/hono-worker`: Hono in workerd, on the packed `wayleave`.

use crate::{project::Project, stage::Example, worker};
use std::sync::Arc;
use wayleave_tests::{lone_origin::LoneOrigin, running::Running};

pub(crate) const EXAMPLE: Example =
    Example { name: "hono_worker", start: |origin| Box::pin(start(origin)) };

async fn start(origin: Arc<LoneOrigin>) -> Result<Running, String> {
    let files = ["src/index.js", "wrangler.toml"];
    let project = Project::of("hono-worker", &files, &["hono"]).await?;
    let configuration = project.path("wrangler.toml");
    worker::start("hono-worker", configuration, Some(project.into_folder()), &origin).await
}
