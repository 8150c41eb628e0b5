//! Whatever `ed25519-dalek` says strictly about a key and a signature, with tables or without, is said here too.

use super::*;
use curve25519_dalek::constants::EIGHT_TORSION;
use ed25519_dalek::{Signature, VerifyingKey};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::cell::Cell;

#[test]
fn random_and_malicious_signatures_get_the_verdict_of_verify_strict() {
    let verdicts = Verdicts::default();
    // Each gives 138 signatures, of which some eight are good.
    let mut runner = TestRunner::new(Config::with_cases(300));
    runner
        .run(&material(), |material| {
            verdicts.everything(&material);
            Ok(())
        })
        .unwrap();

    let Verdicts { accepted, refused } = verdicts;
    assert!(accepted.get() > 300, "accepted only {accepted:?}");
    assert!(refused.get() > 35_000, "refused only {refused:?}");
}

#[test]
fn a_key_loads_if_it_is_canonical_and_not_weak() {
    let mut loaded = 0;
    for low in 0..=u8::MAX {
        for (middle, high) in [(0x00, 0x00), (0x00, 0x80), (0xff, 0x7f), (0xff, 0xff)] {
            let mut bytes = [middle; 32];
            (bytes[0], bytes[31]) = (low, high);
            let expected = VerifyingKey::from_bytes(&bytes)
                .is_ok_and(|key| !key.is_weak() && key.to_edwards().compress().0 == bytes);
            let key = PublicKey::from_bytes(bytes);
            assert_eq!(key.as_ref().err(), (!expected).then_some(&InvalidKey::Point), "{bytes:x?}");
            loaded += u32::from(expected);
        }
    }
    assert!((100..900).contains(&loaded), "{loaded}");
}

#[test]
fn a_key_makes_its_tables_once_it_has_verified_as_much_as_they_cost() {
    let key = PublicKey::of(&ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key());
    let clone = key.clone();

    for _ in 1..SIGNATURES_BEFORE_TABLES {
        assert!(!key.verifies(&[0; 64], b""));
    }
    assert!(key.0.multiples.get().is_none());
    assert!(!clone.verifies(&[0; 64], b""));
    assert!(key.0.multiples.get().is_some());
}

#[test]
fn what_cannot_verify_for_its_scalar_is_not_worth_a_table() {
    let key = PublicKey::of(&ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key());
    for _ in 0..=SIGNATURES_BEFORE_TABLES {
        assert!(!key.verifies(&[0xff; 64], b""));
    }
    assert!(key.0.multiples.get().is_none());
}

#[test]
fn a_key_prints_itself_and_equals_its_bytes() {
    let bytes = ED25519_BASEPOINT_POINT.compress().to_bytes();
    let key = PublicKey::from_bytes(bytes).unwrap();

    assert_eq!(key, PublicKey::from_bytes(key.to_bytes()).unwrap());
    assert_ne!(
        key,
        PublicKey::of(&ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key())
    );
    assert_eq!(format!("{key:?}"), "PublicKey(WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY)");
}

/// What a key and its signatures are made of: logarithms, and parts of small order to add to key and `R`.
#[derive(Clone, Copy, Debug)]
struct Material {
    secret: Scalar,
    nonce: Scalar,
    message: [u8; 33],
    place: usize,
}

fn material() -> impl Strategy<Value = Material> {
    any::<([u8; 32], [u8; 32], [u8; 32], u8, usize)>().prop_map(
        |(secret, nonce, message, last, place)| Material {
            secret: Scalar::from_bytes_mod_order(secret),
            nonce: Scalar::from_bytes_mod_order(nonce),
            message: std::array::from_fn(|index| *message.get(index).unwrap_or(&last)),
            place,
        },
    )
}

#[derive(Debug, Default)]
struct Verdicts {
    accepted: Cell<u32>,
    refused: Cell<u32>,
}

/// One key's point, canonically encoded, before and after it has its tables.
struct Keys {
    bytes: [u8; 32],
    theirs: Option<VerifyingKey>,
    ours: Option<[PublicKey; 2]>,
}

impl Keys {
    fn new(bytes: [u8; 32]) -> Self {
        let theirs = VerifyingKey::from_bytes(&bytes).ok();
        // The one thing in which we are stricter: another spelling of a key is none.
        let theirs = theirs.filter(|key| key.to_edwards().compress().to_bytes() == bytes);
        let ours = PublicKey::from_bytes(bytes).ok().map(|early| {
            let late = PublicKey::from_bytes(bytes).unwrap();
            late.make_multiples();
            [early, late]
        });
        Self { bytes, theirs, ours }
    }
}

impl Verdicts {
    fn compare(&self, keys: &Keys, message: &[u8], signature: &[u8; 64]) {
        let theirs = Signature::from_bytes(signature);
        let expected = keys.theirs.is_some_and(|key| key.verify_strict(message, &theirs).is_ok());
        for (index, key) in keys.ours.iter().flatten().enumerate() {
            let verdict = key.verifies(signature, message);
            assert_eq!(verdict, expected, "{key:?} {message:?} {signature:?}, way {index}");
        }
        assert!(!expected || keys.ours.is_some(), "{:?} was not loaded", keys.bytes);
        let counted = if expected { &self.accepted } else { &self.refused };
        counted.set(counted.get() + 1);
    }

    fn everything(&self, material: &Material) {
        let keys: [Keys; 8] = std::array::from_fn(|torsion| {
            let point = material.secret * BASE_POINT + EIGHT_TORSION[torsion];
            Keys::new(point.compress().to_bytes())
        });
        for keys in &keys {
            self.small_parts(material, keys);
        }
        self.changed(material, &keys[0]);
        self.scalars(material, &keys[0]);
        for keys in &keys[..2] {
            self.small_points(material, keys);
        }
        self.anybody_signs(material);
    }

    /// `R` with a part of small order, under keys with and without one: the equation holds with the cofactor, and without it by chance.
    fn small_parts(&self, material: &Material, keys: &Keys) {
        for torsion in EIGHT_TORSION {
            let point = material.nonce * BASE_POINT + torsion;
            let signature = material.signature(keys, point.compress().to_bytes(), material.nonce);
            self.compare(keys, &material.message, &signature);
        }
    }

    /// One bit of anything changed, and halves that are nothing or not theirs.
    fn changed(&self, material: &Material, keys: &Keys) {
        let good = material.good(keys);
        for half in [0, 256] {
            let mut other = good;
            flip(&mut other, half + material.place % 256);
            self.compare(keys, &material.message, &other);
        }
        let mut message = material.message;
        flip(&mut message, material.place);
        self.compare(keys, &message, &good);
        self.compare(keys, &message[1..], &good);
        let mut key = keys.bytes;
        flip(&mut key, material.place);
        self.compare(&Keys::new(key), &material.message, &good);
        let negated = (-(material.nonce * BASE_POINT)).compress().to_bytes();
        let fitting = material.signature(keys, negated, material.nonce);
        self.compare(keys, &material.message, &fitting);
        let (first, second) = halves(&good);
        for pair in [
            [second, first],
            [first, first],
            [[0; 32], second],
            [first, [0; 32]],
            [[0; 32]; 2],
            [[0xff; 32]; 2],
            [keys.bytes, second],
            [keys.bytes, [0; 32]],
            [BASE_POINT.compress().to_bytes(), Scalar::ONE.to_bytes()],
            [negated, second],
        ] {
            self.compare(keys, &material.message, &joined(pair));
        }
    }

    /// `S` and every larger number that means the same.
    fn scalars(&self, material: &Material, keys: &Keys) {
        let (first, mut scalar) = halves(&material.good(keys));
        for _ in 1..=14 {
            scalar = sum(scalar, ORDER);
            self.compare(keys, &material.message, &joined([first, scalar]));
        }
        for limit in [ORDER, (-Scalar::ONE).to_bytes()] {
            self.compare(keys, &material.message, &joined([first, limit]));
        }
    }

    /// `R` of small order in all spellings, `S` fitting.
    fn small_points(&self, material: &Material, keys: &Keys) {
        for encoded in small_order_spellings() {
            let signature = material.signature(keys, encoded, Scalar::ZERO);
            self.compare(keys, &material.message, &signature);
        }
    }

    /// Keys of small order, under which `S` fits without any secret.
    fn anybody_signs(&self, material: &Material) {
        let point = (material.nonce * BASE_POINT).compress().to_bytes();
        for bytes in small_order_spellings() {
            self.compare(
                &Keys::new(bytes),
                &material.message,
                &joined([point, material.nonce.to_bytes()]),
            );
        }
    }
}

impl Material {
    fn good(&self, keys: &Keys) -> [u8; 64] {
        let point = self.nonce * BASE_POINT;
        self.signature(keys, point.compress().to_bytes(), self.nonce)
    }

    /// The signature with this `R`, given its logarithm but for a part of small order.
    fn signature(&self, keys: &Keys, encoded: [u8; 32], logarithm: Scalar) -> [u8; 64] {
        let hash =
            Sha512::new().chain_update(encoded).chain_update(keys.bytes).chain_update(self.message);
        let challenge = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        joined([encoded, (logarithm + challenge * self.secret).to_bytes()])
    }
}

/// Every encoding that decodes to a point of small order: the eight, and those that RFC 8032 does not have.
fn small_order_spellings() -> impl Iterator<Item = [u8; 32]> {
    let canonical = EIGHT_TORSION.map(|point| point.compress().to_bytes());
    let others = [
        (0x01, 0x00, 0x80),
        (0xee, 0xff, 0x7f),
        (0xee, 0xff, 0xff),
        (0xec, 0xff, 0xff),
        (0xed, 0xff, 0x7f),
        (0xed, 0xff, 0xff),
    ];
    let others = others.map(|(first, middle, last)| {
        let mut bytes = [middle; 32];
        (bytes[0], bytes[31]) = (first, last);
        bytes
    });
    canonical.into_iter().chain(others)
}

fn flip(bytes: &mut [u8], bit: usize) {
    let length = bytes.len();
    bytes[bit / 8 % length] ^= 1 << (bit % 8);
}

fn halves(signature: &[u8; 64]) -> ([u8; 32], [u8; 32]) {
    (signature[..32].try_into().unwrap(), signature[32..].try_into().unwrap())
}

fn joined(halves: [[u8; 32]; 2]) -> [u8; 64] {
    halves.concat().try_into().unwrap()
}

/// Adds two numbers, least byte first.
fn sum(left: [u8; 32], right: [u8; 32]) -> [u8; 32] {
    let mut carry = 0;
    std::array::from_fn(|index| {
        let total = u16::from(left[index]) + u16::from(right[index]) + carry;
        carry = total >> 8;
        total.to_le_bytes()[0]
    })
}

/// The order of the group.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

const BASE_POINT: EdwardsPoint = ED25519_BASEPOINT_POINT;
