//! The named test vectors of `tests/vectors`: what every build of the verifier must say to these tokens.
//!
//! The files are made here, from fixed seeds, so that each token can be traced to the line that forged it. The tests of the whole system run the
//! same files through the built Wasm in workerd.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod claims;
mod file;
mod forge;
mod header;
mod keys;
mod payload;
mod signature;
mod structure;
mod times;

use file::VectorFile;
use std::{
    collections::BTreeSet,
    fs,
    io::{Write, stderr},
    path::PathBuf,
};
use wayleave_shared::{
    key_set::{JsonWebKeySet, KeySet},
    time::UnixSeconds,
    token::{TokenPolicy, TokenRefusal, verify},
};

/// To write the files anew: `WRITE_VECTORS=1 cargo test -p wayleave-shared --test token_vectors`.
#[test]
#[expect(clippy::disallowed_methods, reason = "whether to write is for who runs the test to say")]
fn the_files_are_what_the_generator_writes() {
    let writes = std::env::var("WRITE_VECTORS").is_ok();
    let mut expected = BTreeSet::new();
    for file in generated() {
        let path = folder().join(format!("{}.json", file.name));
        if writes {
            fs::write(&path, file.to_json()).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == file.to_json(), "{} is out of date", path.display());
        expected.insert(path);
    }
    let found: BTreeSet<_> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(found, expected, "every file of the folder comes from the generator");
}

#[test]
fn every_vector_gets_exactly_its_verdict() {
    let (mut total, mut refused, mut wrong) = (0, 0, Vec::new());
    for file in generated() {
        let published: JsonWebKeySet = serde_json::from_str(&file.key_set).unwrap();
        let keys = KeySet::from_published(&published);
        let policy = TokenPolicy {
            issuer: file::ISSUER.to_owned(),
            audience: None,
            max_validity_s: file::MAX_VALIDITY_S,
        };
        for vector in &file.vectors {
            let answer = verify(&vector.token, &keys, &policy, UnixSeconds(file::NOW));
            let verdict = answer.map_or_else(TokenRefusal::name, |_| file::ACCEPTED);
            if verdict != vector.verdict {
                wrong.push(format!(
                    "{}: {}: expected {}, got {verdict}",
                    file.name, vector.name, vector.verdict
                ));
            }
            total += 1;
            refused += usize::from(vector.verdict != file::ACCEPTED);
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused >= 150, "only {refused} vectors that must be refused");
    // Past the harness, which would keep it back: `make test` adds up such lines, wherever they come from.
    let line = format!("counted: {total} vectors, {refused} of them to be refused\n");
    stderr().write_all(line.as_bytes()).unwrap();
}

#[test]
fn no_name_and_no_token_stands_twice() {
    for file in generated() {
        let (mut names, mut tokens) = (BTreeSet::new(), BTreeSet::new());
        for vector in &file.vectors {
            assert!(names.insert(&vector.name), "{}: {}", file.name, vector.name);
            assert!(tokens.insert(&vector.token), "{}: {}", file.name, vector.name);
        }
    }
}

fn generated() -> Vec<VectorFile> {
    vec![
        claims::file(),
        header::file(),
        keys::file(),
        payload::file(),
        signature::file(),
        structure::file(),
        times::file(),
    ]
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "tests", "vectors"].iter().collect()
}
