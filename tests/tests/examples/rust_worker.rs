//! `examples/rust-worker`: a worker in Rust in workerd, on the crate `wayleave-edge`.

use crate::{stage::Example, worker};
use std::sync::Arc;
use wayleave_dev::repository::Repository;
use wayleave_tests::{lone_origin::LoneOrigin, running::Running};

pub(crate) const EXAMPLE: Example =
    Example { name: "rust_worker", start: |origin| Box::pin(start(origin)) };

async fn start(origin: Arc<LoneOrigin>) -> Result<Running, String> {
    let repository = Repository::of_this_program().map_err(|error| error.to_string())?;
    let configuration = repository.root().join("examples/rust-worker/wrangler.toml");
    worker::start("rust-worker", configuration, None, &origin).await
}
