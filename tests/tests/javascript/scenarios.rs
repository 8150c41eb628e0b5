//! Each function on a real origin: every file of `scenarios/` is a program of Node that uses the package.

use crate::project::{Project, run};
use std::fs;
use wayleave_dev::repository::Repository;
use wayleave_tests::{
    database::Engine,
    harness::Suite,
    lone_origin::{ISSUER, LoneOrigin},
};

pub(crate) fn add_to(suite: &mut Suite) {
    let repository = Repository::of_this_program().expect("the repository of this test");
    let folder = repository.root().join("tests/tests/javascript/scenarios");
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("the folder of the scenarios")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "support.mjs")
        .collect();
    names.sort();
    assert!(!names.is_empty(), "there is a scenario");
    for name in names {
        let test = name.trim_end_matches(".mjs").to_owned();
        suite.add_alone(format!("scenarios::{test}"), move |runtime| {
            runtime.block_on(play(&name, &test))
        });
    }
}

/// Each has an origin of its own, on MySQL.
async fn play(file: &str, name: &str) -> Result<(), String> {
    let project = Project::with_the_package().await;
    project.bring("scenarios/support.mjs");
    project.bring("workerd.mjs");
    let program = project.bring(&format!("scenarios/{file}"));
    let origin = LoneOrigin::start(&format!("javascript-{name}"), Engine::MySql, ORIGIN).await?;

    let mut node = project.tool("node");
    node.arg(&program)
        .env("ORIGIN_URL", origin.url())
        .env("SERVICE_KEY", origin.service_key())
        .env("ISSUER", ISSUER);
    let outcome = tokio::spawn(async move { run("node", &mut node).await }).await;
    origin.stop().await?;
    match outcome {
        Ok(_) => Ok(()),
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}

/// A refresh token that was replaced counts as stolen at once, as in the documented system.
const ORIGIN: &[(&str, &str)] =
    &[("WAYLEAVE_REFRESH_REUSE_WINDOW", "0s"), ("WAYLEAVE_COOKIE_SECURE", "false")];
