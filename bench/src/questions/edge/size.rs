//! How much is uploaded.

use super::stage::{bundle, gateway_modules};
use crate::{
    failure::Failure,
    machine::package_version,
    model::{Bound, Goal, Series, SideNote, metric},
    questions::{Answer, Question},
    run::Run,
    side::Module,
};
use async_trait::async_trait;
use std::{fs, process::Command};

/// How large the worker is.
pub(super) struct Size;

#[async_trait(?Send)]
impl Question for Size {
    fn name(&self) -> &'static str {
        "edge-size"
    }

    fn title(&self) -> &'static str {
        "Edge: the size of the worker"
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let version = env!("CARGO_PKG_VERSION");
        let jose = package_version(&run.repository, "jose").unwrap_or_default();
        let workers = [
            (
                gateway_modules(run)?,
                SideNote::new("wayleave", version, "The gateway as it is deployed"),
            ),
            (
                bundle(run, "package-worker")?,
                SideNote::new("package", version, "A worker of a few lines with the npm package"),
            ),
            (
                bundle(run, "jose-worker")?,
                SideNote::new(
                    "jose",
                    &jose,
                    "A worker of a few lines with `jose`: signatures are the platform's, and there is no revocation, gateway, refresh or log-out",
                ),
            ),
        ];
        let mut answer = Answer {
            method: "The modules of each worker as they are uploaded, each packed with `gzip -9`, added up.".to_owned(),
            goals: vec![Goal::absolute("", metric::SIZE_GZIP_BYTES, "wayleave", Bound::AtMost(150_000.0))],
            ..Answer::default()
        };
        for (modules, side) in workers {
            for (metric, size) in [
                (metric::SIZE_GZIP_BYTES, sum(&modules, packed)?),
                ("size_bytes", sum(&modules, unpacked)?),
            ] {
                let (case, side, metric) = (String::new(), side.name.clone(), metric.to_owned());
                answer.series.push(Series { case, side, metric, values: vec![size] });
            }
            answer.sides.push(side);
        }
        Ok(answer)
    }
}

#[expect(clippy::cast_precision_loss, reason = "no worker has 2^52 bytes")]
fn sum(
    modules: &[Module],
    size: impl Fn(&Module) -> Result<usize, Failure>,
) -> Result<f64, Failure> {
    Ok(modules.iter().map(size).sum::<Result<usize, Failure>>()? as f64)
}

fn packed(module: &Module) -> Result<usize, Failure> {
    let output = Command::new("gzip")
        .args(["-9", "--no-name", "--stdout"])
        .arg(&module.file)
        .output()
        .map_err(Failure::file("start", "gzip"))?;
    if output.status.success() {
        return Ok(output.stdout.len());
    }
    let sentence = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Failure::Command { program: "gzip".to_owned(), sentence })
}

fn unpacked(module: &Module) -> Result<usize, Failure> {
    fs::read(&module.file).map(|bytes| bytes.len()).map_err(Failure::file("read", &module.file))
}
