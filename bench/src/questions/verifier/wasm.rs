//! The verifier in Wasm: in Node, started anew for each round, and in workerd.

use super::Tokens;
use crate::{
    failure::Failure,
    load::{exchange, request},
    questions::edge::bundle,
    run::Run,
    side::{Binding, Worker, Workerd},
};
use std::{collections::BTreeMap, fs, path::PathBuf, process::Command, time::Duration};
use wayleave_dev::stopwatch::Stopwatch;

/// Both, with these tokens.
pub(super) struct Wasm {
    workerd: Workerd,
    input: PathBuf,
}

impl Wasm {
    /// Starts workerd, and lets V8 compile everything.
    pub(super) async fn start(run: &Run, tokens: &Tokens) -> Result<Self, Failure> {
        run.built("the verifier in Wasm", "target/wasm/bench/verifier_bg.wasm")?;
        let text = tokens.for_others().to_string();
        let input = run.folder("verifier-input")?.join("input.json");
        fs::write(&input, &text).map_err(Failure::file("write", &input))?;
        let worker = Worker {
            name: "verifier",
            modules: bundle(run, "verifier-worker")?,
            bindings: vec![Binding::Text("INPUT", text)],
        };
        let wasm = Self { workerd: Workerd::start(run, "verifier", &[worker]).await?, input };
        for side in SIDES {
            wasm.timed(side, WARM_UP).await?;
        }
        Ok(wasm)
    }

    /// Microseconds by side, in Node.
    pub(super) fn in_node(&self, run: &Run) -> Result<BTreeMap<String, f64>, Failure> {
        let output = Command::new(run.built("Node", run.repository.node_command("node"))?)
            .arg(run.built("a peer", "bench/peers/verifier-node.mjs")?)
            .arg(&self.input)
            .arg(run.length.as_secs_f64().to_string())
            .output()
            .map_err(Failure::file("start", "node"))?;
        let failed = |sentence: String| Failure::Command { program: "node".to_owned(), sentence };
        if !output.status.success() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))
    }

    /// Microseconds of one side, in workerd.
    pub(super) async fn in_workerd(&self, side: &str, length: Duration) -> Result<f64, Failure> {
        let rough = self.timed(side, PROBE).await? / f64::from(PROBE);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of times"
        )]
        let times = (length.as_secs_f64() / rough).ceil() as u32;
        Ok(self.timed(side, times).await? * 1e6 / f64::from(times))
    }

    /// Seconds, with the request, which is nothing beside so many.
    async fn timed(&self, side: &str, times: u32) -> Result<f64, Failure> {
        let asked = request::request("GET", &format!("/{side}?{times}"), &[], None);
        let watch = Stopwatch::start();
        let good = exchange(self.workerd.address(), &asked, |answer| {
            String::from_utf8_lossy(answer.body).into_owned()
        });
        let failed = |sentence| Failure::Answer { side: side.to_owned(), sentence };
        let good = good.await.map_err(|error| failed(error.to_string()))?;
        if good != times.to_string() {
            return Err(failed(format!("of {times} good tokens it took {good:?}")));
        }
        Ok(watch.elapsed().as_secs_f64())
    }
}

/// As `bench/peers/verifier.mjs` has them.
pub(super) const SIDES: [&str; 5] = ["wayleave", "new-key", "verify_strict", "jose", "webcrypto"];
/// Long enough for V8 to have compiled it a second time.
const WARM_UP: u32 = 3000;
const PROBE: u32 = 500;
