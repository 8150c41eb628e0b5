//! What is not in the worker: nothing of ours that could sign a token is built into it.

use std::{fs, process::Command};
use wayleave_dev::repository::{ORIGIN, Repository};
use wayleave_tests::environment;

/// Only the feature `sign` of `shared` can mint, and the worker is built without it.
#[test]
fn the_edge_does_not_depend_on_what_signs() {
    let graph = graph_of("wayleave-edge-worker");

    let shared = features_of("wayleave-shared", &graph);
    assert_eq!(shared, [""; 1], "the features of shared in\n{graph}");
    assert_eq!(features_of("hkdf", &graph), [""; 0], "secrets are derived in\n{graph}");
}

/// Else the test above would look for the wrong words.
#[test]
fn the_origin_depends_on_what_signs() {
    let graph = graph_of("wayleave-origin");

    assert_eq!(features_of("wayleave-shared", &graph), ["sign"], "{graph}");
    assert_eq!(features_of("hkdf", &graph), [""; 1], "{graph}");
}

#[test]
fn nothing_that_signs_is_in_the_built_worker() {
    if !environment::wants_all() {
        return; // Plain `cargo test` runs where no worker was built.
    }
    // The worker that is deployed, before the names of its functions were taken off.
    let worker = repository().root().join("target/wasm/edge/glue/wayleave_bg.wasm");
    let worker = fs::read(worker).expect("the built worker: `make test` builds it");

    assert!(holds(&worker, "wayleave_shared::token::"), "it tells the names of its functions");
    let found: Vec<_> = marks().into_iter().filter(|mark| holds(&worker, mark)).collect();
    assert_eq!(found, [""; 0]);
}

/// Else the test above would look for the wrong marks.
#[test]
fn the_origins_program_bears_the_marks_of_what_signs() {
    if !environment::wants_all() {
        return;
    }
    let origin = repository().program(ORIGIN);
    let origin = fs::read(origin).expect("the origin's program: `make test` builds it");

    for text in TEXTS {
        assert!(holds(&origin, text), "{text}");
    }
    for (krate, module) in MODULES {
        let name = names(krate, module).into_iter().find(|name| holds(&origin, name));
        assert!(name.is_some(), "{krate}::{module}");
    }
}

/// What is uploaded, and loaded by every new isolate.
#[test]
fn the_worker_is_small() {
    if !environment::wants_all() {
        return;
    }
    let root = repository().root().to_owned();
    let packed = |module: &str| {
        let packed = Command::new("gzip")
            .args(["-9", "--no-name", "--stdout"])
            .arg(root.join("edge/build").join(module))
            .output()
            .expect("gzip");
        assert!(packed.status.success(), "{packed:?}");
        packed.stdout.len()
    };

    let bytes = packed("index.js") + packed("index_bg.wasm");

    assert!(bytes <= MAX_PACKED_BYTES, "{bytes} bytes, {MAX_PACKED_BYTES} at most");
}

/// As `docs/performance.md` promises.
const MAX_PACKED_BYTES: usize = 150_000;

/// Texts that only code which derives secrets or signs has.
const TEXTS: [&str; 4] =
    ["wayleave refresh key v1", "anti-csrf v1", "id-refresh-token v1", "wayleave sealing key v1"];

/// Modules that only sign, by crate.
const MODULES: [(&str, &str); 4] = [
    ("wayleave_shared", "refresh_token"),
    ("wayleave_shared", "browser"),
    ("wayleave_shared", "sign"),
    ("ed25519_dalek", "signing"),
];

fn marks() -> Vec<String> {
    let names = MODULES.into_iter().flat_map(|(krate, module)| names(krate, module));
    TEXTS.into_iter().map(str::to_owned).chain(names).collect()
}

/// How the functions of a module are named in a program: as they are written, and as linkers have it.
fn names(krate: &str, module: &str) -> [String; 2] {
    let mangled = format!("{}{krate}{}{module}", krate.len(), module.len());
    [format!("{krate}::{module}::"), mangled]
}

fn holds(program: &[u8], text: &str) -> bool {
    program.windows(text.len()).any(|window| window == text.as_bytes())
}

/// All packages that a package is built with for the Workers runtime, each with its features, one per line.
fn graph_of(package: &str) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--package", package, "--edges", "normal,no-proc-macro"])
        .args(["--target", "wasm32-unknown-unknown", "--prefix", "none", "--format", "{p}|{f}"])
        .current_dir(repository().root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("names and features are UTF-8")
}

/// The features of a package, for each time that it stands in the graph with others; none if it does not.
fn features_of<'graph>(package: &str, graph: &'graph str) -> Vec<&'graph str> {
    let lines = graph.lines().filter_map(|line| line.split_once('|'));
    let mut features: Vec<_> = lines
        .filter(|(name, _)| name.split(' ').next() == Some(package))
        .map(|(_, features)| features.trim_end_matches(" (*)"))
        .collect();
    features.sort_unstable();
    features.dedup();
    features
}

fn repository() -> Repository {
    Repository::of_this_program().expect("the repository of this test")
}
