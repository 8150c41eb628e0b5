//! What we accept, `jose` accepts too; and where it accepts more, `jose/differences.json` says why that is refused here.

use crate::{
    mutant::{Kind, mutants},
    vector_file::{ACCEPTED, VectorFile},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Stdio,
    time::Duration,
};
use tokio::{io::AsyncWriteExt, process::Command, time};
use wayleave_dev::repository::Repository;
use wayleave_tests::harness::{Suite, say};

pub(crate) fn add_to(suite: &mut Suite) {
    let vectors = "jose::accepts_every_accepted_vector_and_differs_only_as_listed";
    suite.add_alone(vectors.to_owned(), |runtime| {
        runtime.block_on(accepts_every_accepted_vector_and_differs_only_as_listed());
        Ok(())
    });
    let mutations = "jose::accepts_every_accepted_mutation_and_differs_only_as_listed";
    suite.add_alone(mutations.to_owned(), |runtime| {
        runtime.block_on(accepts_every_accepted_mutation_and_differs_only_as_listed());
        Ok(())
    });
}

async fn accepts_every_accepted_vector_and_differs_only_as_listed() {
    let files = VectorFile::all();
    let questions: Vec<_> = files
        .iter()
        .map(|file| question(file, file.vectors.iter().map(|vector| vector.token.as_str())))
        .collect();
    let answers = ask_jose(&questions).await;

    let (mut only_we, mut only_jose) = (Vec::new(), BTreeSet::new());
    for (file, answers) in files.iter().zip(&answers) {
        for (vector, answer) in file.vectors.iter().zip(answers) {
            let name = format!("{}: {}", file.name, vector.name);
            match (vector.verdict == ACCEPTED, answer == ACCEPTED) {
                (true, false) => only_we.push(format!("{name}: {answer}")),
                (false, true) => drop(only_jose.insert(name)),
                _ => {}
            }
        }
    }

    assert!(only_we.is_empty(), "accepted here and refused by jose:\n{}", only_we.join("\n"));
    let listed = Differences::read().vectors;
    let unlisted: Vec<_> = only_jose.difference(&listed).cloned().collect();
    let gone: Vec<_> = listed.difference(&only_jose).cloned().collect();
    assert!(unlisted.is_empty(), "jose accepts, and nobody has said why:\n{}", unlisted.join("\n"));
    assert!(gone.is_empty(), "listed, but no difference any more:\n{}", gone.join("\n"));
    say(&format!(
        "jose {} refuses none of our vectors; {} differences are listed",
        version(),
        listed.len()
    ));
}

async fn accepts_every_accepted_mutation_and_differs_only_as_listed() {
    let file = VectorFile::named("structure");
    let judge = file.judge();
    let mutants = mutants(file.good_token(), OF_EACH_KIND);
    let tokens = mutants.iter().map(|mutant| mutant.token.as_str());
    let answers = ask_jose(&[question(&file, tokens)]).await;
    let differences = Differences::read().mutations;

    let (mut accepted, mut unlisted) = (0, BTreeMap::new());
    let mut more = BTreeMap::<String, usize>::new();
    for (mutant, answer) in mutants.iter().zip(&answers[0]) {
        let ours = judge(&mutant.token);
        assert!(
            ours != ACCEPTED || answer == ACCEPTED,
            "accepted here, and jose says {answer}: {}",
            mutant.token
        );
        // A change of the spelling alone must never be accepted, unless it undid itself.
        if mutant.kind == Kind::Spelling && mutant.token != file.good_token() {
            assert_ne!(ours, ACCEPTED, "{}", mutant.token);
        }
        accepted += usize::from(ours == ACCEPTED);
        if ours != ACCEPTED && answer == ACCEPTED {
            let difference = format!("{:?}: {ours}", mutant.kind);
            if !differences.contains(&difference) {
                // One example of each is enough.
                unlisted.entry(difference.clone()).or_insert(&mutant.token);
            }
            *more.entry(difference).or_default() += 1;
        }
    }

    assert!(unlisted.is_empty(), "jose accepts, and nobody has said why: {unlisted:#?}");
    assert!(accepted > 0, "no mutation was accepted, so nothing was compared");
    say(&format!(
        "counted: {} mutations against jose: {accepted} accepted by both, accepted by jose only: {more:?}",
        mutants.len()
    ));
}

/// What the reviewed list holds.
struct Differences {
    vectors: BTreeSet<String>,
    mutations: BTreeSet<String>,
}

impl Differences {
    fn read() -> Self {
        let repository = Repository::of_this_program().expect("the repository of this test");
        let path = repository.root().join("tests/tests/verifier/jose/differences.json");
        let text = fs::read_to_string(path).expect("the list of differences");
        let reviewed: Vec<Value> = serde_json::from_str(&text).expect("a JSON list");
        for entry in &reviewed {
            let reason = entry["reason"].as_str().unwrap_or_default();
            assert!(!reason.is_empty(), "a difference has its reason: {entry}");
        }
        let all = |kind: &str| {
            let lists = reviewed.iter().filter_map(|entry| entry[kind].as_array()).flatten();
            lists.map(|name| name.as_str().expect("names are text").to_owned()).collect()
        };
        Self { vectors: all("vectors"), mutations: all("mutations") }
    }
}

fn question<'token>(file: &VectorFile, tokens: impl Iterator<Item = &'token str>) -> Value {
    let mut question = file.setting.clone();
    question["tokens"] = tokens.collect();
    question
}

/// A list of verdicts for each question.
async fn ask_jose(questions: &[Value]) -> Vec<Vec<String>> {
    let repository = Repository::of_this_program().expect("the repository of this test");
    let mut child = Command::new(repository.node_command("node"))
        .arg("tests/tests/verifier/jose/verify.mjs")
        .current_dir(repository.root())
        .env("PATH", repository.search_path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("node: {error}: `make test` installs it"));
    let mut input = child.stdin.take().expect("its input is a pipe");
    let text = json!(questions).to_string();
    let write = async move {
        input.write_all(text.as_bytes()).await.expect("it reads all");
        // Dropped here, which is the end of its input.
    };
    let read = time::timeout(LIMIT, child.wait_with_output());
    let (output, ()) = tokio::join!(read, write);
    let output = output.expect("it ends").expect("a child of ours");
    assert!(output.status.success(), "verify.mjs: {}", output.status);
    serde_json::from_slice(&output.stdout).expect("lists of verdicts")
}

fn version() -> String {
    let repository = Repository::of_this_program().expect("the repository of this test");
    let path = repository.root().join("node_modules/jose/package.json");
    let text = fs::read_to_string(path).expect("jose is installed: `make test` installs it");
    let package: Value = serde_json::from_str(&text).expect("a package is described in JSON");
    package["version"].as_str().expect("it has a version").to_owned()
}

const OF_EACH_KIND: usize = 4000;
const LIMIT: Duration = Duration::from_mins(3);
