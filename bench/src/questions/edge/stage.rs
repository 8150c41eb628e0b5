//! What all sides of the edge need: an origin with its keys, and bundled workers.

use super::mint::{self, Mint, USER_ID, write_request};
use crate::{
    failure::Failure,
    load::exchange,
    run::Run,
    side::{Binding, ISSUER, Module, Origin, OriginSettings, Worker, Workerd},
};
use std::{fs, net::SocketAddr, path::PathBuf, process::Command, sync::Arc};

/// An origin for the key set and the feed, and a mint with its key.
pub(super) struct Stage<'a> {
    run: &'a Run,
    pub(super) origin: Origin,
    pub(super) mint: Arc<Mint>,
    key_set: String,
}

impl<'a> Stage<'a> {
    /// Starts the origin, apart from what is measured.
    pub(super) async fn set(run: &'a Run) -> Result<Self, Failure> {
        let (seed, text) = mint::seed()?;
        let settings = OriginSettings {
            name: "origin",
            database_url: None,
            core: run.load_core(),
            variables: &[("WAYLEAVE_SIGNING_KEY", &text)],
        };
        let origin = Origin::start(run, settings).await?;
        let published = origin.ask("GET", "/.well-known/jwks.json", None).await?;
        let key_id = published["keys"][0]["kid"].as_str().and_then(|id| id.parse().ok());
        let key_id =
            key_id.ok_or_else(|| Failure::Other("the origin publishes no key".to_owned()))?;
        let mint = Arc::new(Mint::new(&seed, key_id)?);
        Ok(Self { run, origin, mint, key_set: published.to_string() })
    }

    /// Our gateway, as it is deployed. What is no route of its own goes to the worker `app`, where there is one.
    pub(super) fn gateway(&self, app: Option<&'static str>) -> Result<Worker, Failure> {
        let mut bindings = self.variables();
        bindings.push(match app {
            Some(app) => Binding::Service("UPSTREAM", app),
            // Nobody is there, and nobody is asked.
            None => Binding::Text("UPSTREAM", "http://127.0.0.1:9".to_owned()),
        });
        Ok(Worker { name: "wayleave", modules: gateway_modules(self.run)?, bindings })
    }

    /// The npm package in a worker of a few lines.
    pub(super) fn package(&self, padding: &str) -> Result<Worker, Failure> {
        let mut bindings = self.variables();
        bindings.push(Binding::Text("PADDING", padding.to_owned()));
        Ok(Worker { name: "package", modules: bundle(self.run, "package-worker")?, bindings })
    }

    /// jose, alone or in a gateway.
    pub(super) fn jose(&self, script: &str, binding: Binding) -> Result<Worker, Failure> {
        let bindings = vec![
            Binding::Text("KEY_SET", self.key_set.clone()),
            Binding::Text("ISSUER", ISSUER.to_owned()),
            binding,
        ];
        Ok(Worker { name: "jose", modules: bundle(self.run, script)?, bindings })
    }

    /// The body that a side answers to a new token. Looks on the way whether it refuses a token that is not signed.
    pub(super) async fn body(
        &self,
        side: &str,
        address: SocketAddr,
        path: &str,
    ) -> Result<String, Failure> {
        let failed = |sentence: String| Failure::Answer { side: side.to_owned(), sentence };
        let token = self.mint.token().map_err(failed)?;
        let mut forged = token.clone();
        // The first character of the signature, all of whose bits count.
        let place = forged.rfind('.').map_or(0, |dot| dot + 1);
        let other = if forged[place..].starts_with('A') { "B" } else { "A" };
        forged.replace_range(place..=place, other);

        let ask = async |token: &str| {
            let mut bytes = Vec::new();
            write_request(&mut bytes, path, token);
            let seen = exchange(address, &bytes, |answer| {
                (
                    answer.status,
                    answer.described(),
                    String::from_utf8_lossy(answer.body).into_owned(),
                )
            });
            seen.await.map_err(|error| failed(error.to_string()))
        };
        let (status, described, _) = ask(&forged).await?;
        if status != 401 {
            return Err(failed(format!("it answers a forged token with {described}")));
        }
        let (status, described, body) = ask(&token).await?;
        if status != 200 || !body.contains(USER_ID) {
            return Err(failed(format!("it answers a valid token with {described}")));
        }
        Ok(body)
    }

    fn variables(&self) -> Vec<Binding> {
        vec![
            Binding::Text("ORIGIN_URL", self.origin.url()),
            Binding::Text("SERVICE_KEY", self.origin.service_key().to_owned()),
            Binding::Text("ISSUER", ISSUER.to_owned()),
        ]
    }

    /// Starts one side.
    pub(super) async fn start(&self, side: &str, workers: &[Worker]) -> Result<Workerd, Failure> {
        Workerd::start(self.run, side, workers).await
    }
}

/// A worker that answers this, and looks at nothing.
pub(super) fn empty(run: &Run, name: &'static str, answer: &str) -> Result<Worker, Failure> {
    let bindings = vec![Binding::Text("ANSWER", answer.to_owned())];
    Ok(Worker { name, modules: bundle(run, "empty-worker")?, bindings })
}

/// A worker of `bench/peers` that needs nothing of its environment.
pub(super) fn peer(run: &Run, script: &'static str) -> Result<Worker, Failure> {
    Ok(Worker { name: script, modules: bundle(run, script)?, bindings: Vec::new() })
}

/// What makes `{"userId":…,"padding":…}` as long as our gateway's answer.
pub(super) fn padding(answer: &str) -> String {
    let without = format!(r#"{{"userId":"{USER_ID}","padding":""}}"#);
    "x".repeat(answer.len().saturating_sub(without.len()))
}

/// The modules of our gateway, as it is deployed.
pub(super) fn gateway_modules(run: &Run) -> Result<Vec<Module>, Failure> {
    Ok(vec![
        Module::new("index.js", run.built("the built gateway", "edge/build/index.js")?),
        Module::new("index_bg.wasm", run.built("the built gateway", "edge/build/index_bg.wasm")?),
    ])
}

/// A script of `bench/peers` with all that it imports, bundled as wrangler bundles: with the condition `workerd`, and Wasm as a module beside it.
pub(in crate::questions) fn bundle(run: &Run, script: &str) -> Result<Vec<Module>, Failure> {
    let esbuild = run.built("esbuild", run.repository.node_command("esbuild"))?;
    let entry = run.built("a peer", format!("bench/peers/{script}.mjs"))?;
    let package = run.repository.root().join("javascript/dist/package/esm/workers.js");
    let folder = run.folder(&format!("bundle-{script}"))?;
    let output = Command::new(esbuild)
        .arg(entry)
        .args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning"])
        .args(["--conditions=workerd,worker,browser", "--loader:.wasm=copy"])
        .args(["--external:cloudflare:workers", "--asset-names=[name]"])
        .arg(format!("--alias:wayleave/workers={}", package.display()))
        .arg(format!("--outdir={}", folder.display()))
        .current_dir(run.repository.root())
        .output()
        .map_err(Failure::file("start", "esbuild"))?;
    if !output.status.success() {
        let sentence = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Failure::Command { program: format!("esbuild of {script}"), sentence });
    }
    modules_in(&folder, script)
}

fn modules_in(folder: &PathBuf, script: &str) -> Result<Vec<Module>, Failure> {
    let entry = format!("{script}.js");
    let mut modules = vec![Module::new(&entry, folder.join(&entry))];
    for file in fs::read_dir(folder).map_err(Failure::file("read", folder))?.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if name != entry {
            modules.push(Module::new(&format!("./{name}"), file.path()));
        }
    }
    Ok(modules)
}
