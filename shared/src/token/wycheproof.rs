//! Google's Wycheproof vectors for Ed25519, through our reading of keys and our strict verification.

use super::jws::StrictEd25519;
use crate::key_set::PublicKey;
use ed25519_dalek::Signature;
use jwt_compact::{Algorithm, AlgorithmSignature};
use std::{
    collections::BTreeSet,
    io::{Write, stderr},
};
use wycheproof::{
    TestResult,
    eddsa::{TestName, TestSet},
};

#[test]
fn every_wycheproof_vector_gets_its_verdict_but_for_the_listed_ones() {
    let set = TestSet::load(TestName::Ed25519).unwrap();
    let (mut total, mut differences) = (0, BTreeSet::new());
    for group in &set.test_groups {
        for test in &group.tests {
            let accepted = verifies(&group.key.pk, &test.msg, &test.sig);
            match test.result {
                TestResult::Valid if accepted => {}
                TestResult::Invalid if !accepted => {}
                TestResult::Valid => drop(differences.insert(test.tc_id)),
                // There is no leave in this set; if some comes, somebody has to look at it.
                TestResult::Acceptable | TestResult::Invalid => {
                    panic!("{}: {:?}: accepted is {accepted}", test.tc_id, test.comment)
                }
            }
            total += 1;
        }
    }

    assert_eq!(differences, STRICTER, "valid to Wycheproof and refused here");
    assert!(total > 100, "only {total} vectors");
    // Past the harness, which would keep it back: `make test` adds up such lines, wherever they come from.
    let line = format!("counted: {total} vectors of Wycheproof\n");
    stderr().write_all(line.as_bytes()).unwrap();
}

fn verifies(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = key.try_into() else { return false };
    let Ok(key) = PublicKey::from_bytes(key) else { return false };
    // As for a token: another length is refused before.
    if signature.len() != Signature::BYTE_SIZE {
        return false;
    }
    let Ok(signature) = <Signature as AlgorithmSignature>::try_from_slice(signature) else {
        return false;
    };
    let by_itself = StrictEd25519.verify_signature(&signature, &key, message);
    key.make_multiples();
    assert_eq!(StrictEd25519.verify_signature(&signature, &key, message), by_itself);
    by_itself
}

/// The reviewed list of valid vectors that we refuse: none.
const STRICTER: BTreeSet<usize> = BTreeSet::new();
