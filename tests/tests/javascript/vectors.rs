//! The shared vectors, through the verifier in the packed package.

use crate::project::{Project, run};
use std::path::Path;
use wayleave_dev::repository::Repository;
use wayleave_tests::{
    environment,
    harness::{Suite, say},
};

pub(crate) fn add_to(suite: &mut Suite) {
    for (platform, program) in
        [("Node", "in_node.mjs"), ("workerd", "in_workerd.mjs"), ("Chromium", "in_chromium.mjs")]
    {
        let name = format!("vectors::every_vector_gets_exactly_its_verdict_in_{platform}");
        suite.add_alone(name.to_lowercase(), move |runtime| {
            runtime.block_on(every_vector_gets_exactly_its_verdict(platform, program));
            Ok(())
        });
    }
}

async fn every_vector_gets_exactly_its_verdict(platform: &str, program: &str) {
    let repository = Repository::of_this_program().expect("the repository of this test");
    let chromium = environment::chromium().unwrap_or_else(|sentence| panic!("{sentence}"));
    let project = Project::with_the_package().await;
    project.bring("vectors/judge.mjs");
    project.bring("workerd.mjs");
    let program = project.bring(&format!("vectors/{program}"));

    let mut node = project.tool("node");
    node.arg(&program)
        .env("WAYLEAVE_VECTORS", repository.root().join("tests/vectors"))
        .env("WAYLEAVE_CHROMIUM", chromium);
    let said = run(platform, &mut node).await;

    let judged: usize = said.trim().parse().unwrap_or_else(|_| panic!("{platform} said {said}"));
    assert!(judged >= count_in(&repository.root().join("tests/vectors")), "{judged}");
    say(&format!("counted: {judged} vectors in the npm package in {platform}"));
}

/// How many there are.
fn count_in(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).expect("the folder of the vectors").flatten();
    let counts = files.map(|file| {
        let text = std::fs::read_to_string(file.path()).expect("a file of vectors");
        let file: serde_json::Value = serde_json::from_str(&text).expect("vectors are JSON");
        file["vectors"].as_array().expect("a list of vectors").len()
    });
    counts.sum()
}
