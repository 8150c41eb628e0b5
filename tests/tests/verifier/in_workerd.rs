//! What the built Wasm says to the vectors and mutations that the native verifier was shown too.

use crate::{
    vector_file::{ACCEPTED, VectorFile},
    workerd::Workerd,
};
use serde_json::{Value, json};
use wayleave_tests::harness::{Suite, say};

pub(crate) fn add_to(suite: &mut Suite) {
    suite.add_alone("workerd::every_vector_gets_exactly_its_verdict".to_owned(), |runtime| {
        runtime.block_on(every_vector_gets_exactly_its_verdict());
        Ok(())
    });
    suite.add_alone("workerd::every_mutation_of_a_token_is_refused".to_owned(), |runtime| {
        runtime.block_on(every_mutation_of_a_token_is_refused());
        Ok(())
    });
    suite.add_alone("workerd::odd_arguments_are_named_and_nothing_panics".to_owned(), |runtime| {
        runtime.block_on(odd_arguments_are_named_and_nothing_panics());
        Ok(())
    });
}

async fn every_vector_gets_exactly_its_verdict() {
    let workerd = Workerd::start().await;
    let (mut total, mut wrong) = (0, Vec::new());
    for file in VectorFile::all() {
        let mut body = file.setting.clone();
        body["tokens"] = file.vectors.iter().map(|vector| vector.token.as_str()).collect();
        let verdicts = workerd.ask("/verdicts", &body).await;
        let verdicts = verdicts.as_array().expect("a list of verdicts");
        assert_eq!(verdicts.len(), file.vectors.len(), "{}", file.name);
        for (vector, verdict) in file.vectors.iter().zip(verdicts) {
            if *verdict != vector.verdict.as_str() {
                let expected = &vector.verdict;
                wrong.push(format!(
                    "{}: {}: expected {expected}, got {verdict}",
                    file.name, vector.name
                ));
            }
        }
        total += verdicts.len();
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    say(&format!("counted: {total} vectors in workerd"));
}

async fn every_mutation_of_a_token_is_refused() {
    let file = VectorFile::named("structure");
    let mut body = file.setting.clone();
    body["token"] = file.good_token().into();

    let answer = Workerd::start().await.ask("/mutations", &body).await;

    assert_eq!(answer["accepted"], json!([]));
    let told = answer["told"].as_object().expect("what they were told");
    for name in told.keys() {
        assert!(REFUSALS.contains(&name.as_str()), "told {name}");
    }
    let total: u64 = told.values().filter_map(Value::as_u64).sum();
    let expected = file.good_token().len() as u64 * 256;
    assert!(total >= expected, "{total} of at least {expected}");
    say(&format!("counted: {total} mutations in workerd: {}", answer["told"]));
}

async fn odd_arguments_are_named_and_nothing_panics() {
    let file = VectorFile::named("structure");
    let mut body = file.setting.clone();
    body["token"] = file.good_token().into();

    let answer = Workerd::start().await.ask("/arguments", &body).await;

    assert_eq!(
        answer,
        json!([
            "invalid_argument",
            "invalid_argument",
            "invalid_argument",
            "invalid_argument",
            "invalid_argument",
            "invalid_key_set",
            "invalid_key_set",
            "invalid_key_set",
            "unknown_key",
            "wrong_issuer",
            "validity_too_long",
            "malformed",
            ACCEPTED,
        ])
    );
}

/// What an edit of one character may be told. Anything else would be another fault.
const REFUSALS: [&str; 6] = [
    "bad_signature",
    "header_malformed",
    "malformed",
    "unknown_key",
    "wrong_algorithm",
    "wrong_type",
];
