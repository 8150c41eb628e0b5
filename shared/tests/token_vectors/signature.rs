//! Ed25519 without any of its freedoms (RFC 8032 section 5.1.7).

use crate::{
    file::VectorFile,
    forge::{
        claims, encode, foreign_key, header, key, key_set, message, signed_by, token,
        with_signature,
    },
};
use curve25519_dalek::{
    Scalar,
    constants::{ED25519_BASEPOINT_TABLE, EIGHT_TORSION},
    edwards::EdwardsPoint,
};
use ed25519_dalek::Signer;
use sha2::{Digest, Sha512};
use wayleave_shared::token::TokenRefusal::BadSignature;

pub(crate) fn file() -> VectorFile {
    let mut file = VectorFile::new(
        "signature",
        "The signature is the key's, over exactly these bytes, in Ed25519's only spelling. Header and claims are good.",
        &key_set(),
    );
    file.accept("a good signature", token());
    of_something_else(&mut file);
    changed(&mut file);
    before_the_claims(&mut file);
    scalars(&mut file);
    points(&mut file);
    file
}

fn refuse(file: &mut VectorFile, name: impl Into<String>, signature: &[u8]) {
    file.refuse(BadSignature, name, with_signature(&message(), signature));
}

fn of_something_else(file: &mut VectorFile) {
    let (head, body) = (header().text(), claims().text());
    file.refuse(BadSignature, "of another key", signed_by(&foreign_key(), &head, &body));
    let sign = |bytes: &[u8]| key().sign(bytes).to_bytes();
    let encoded_body = encode(body.as_bytes());
    for (name, signed) in [
        ("of nothing", Vec::new()),
        ("of the header alone", encode(head.as_bytes()).into_bytes()),
        ("of the claims alone", encoded_body.clone().into_bytes()),
        ("of the claims alone, not encoded", body.clone().into_bytes()),
        ("of the two not encoded", format!("{head}.{body}").into_bytes()),
        ("of the two without the dot", message().replace('.', "").into_bytes()),
        (
            "of header encoded and claims not",
            format!("{}.{body}", encode(head.as_bytes())).into_bytes(),
        ),
        ("of a hash of the text", Sha512::digest(message()).to_vec()),
        ("of the text and a dot", format!("{}.", message()).into_bytes()),
        ("of the text and a line feed", format!("{}\n", message()).into_bytes()),
    ] {
        refuse(file, name, &sign(&signed));
    }
    let other = claims().with("sub", "\"mallory\"").text();
    let other = format!("{}.{}", encode(head.as_bytes()), encode(other.as_bytes()));
    refuse(file, "of another user's claims", &sign(other.as_bytes()));
    file.refuse(
        BadSignature,
        "claims of another user put in",
        with_signature(&other, &sign(message().as_bytes())),
    );
    let spaced = format!("{}.{encoded_body}", encode(format!("{head} ").as_bytes()));
    file.refuse(
        BadSignature,
        "header of the same meaning put in",
        with_signature(&spaced, &sign(message().as_bytes())),
    );
}

fn changed(file: &mut VectorFile) {
    let good = key().sign(message().as_bytes()).to_bytes();
    for place in [0, 15, 31, 32, 47, 63] {
        for bit in [0, 7] {
            let mut other = good;
            other[place] ^= 1 << bit;
            refuse(file, format!("bit {bit} of byte {place} flipped"), &other);
        }
    }
    let (first, second) = good.split_at(32);
    refuse(file, "halves swapped", &[second, first].concat());
    let mut other = good;
    other.reverse();
    refuse(file, "bytes in another order", &other);
    refuse(file, "first half twice", &[first, first].concat());
    refuse(file, "first half zero", &[&[0; 32], second].concat());
    refuse(file, "second half zero", &[first, &[0; 32]].concat());
    refuse(file, "all zero", &[0; 64]);
    refuse(file, "all one", &[0xff; 64]);
    refuse(file, "the base point and one", &{
        let base = ED25519_BASEPOINT_TABLE * &Scalar::ONE;
        [base.compress().to_bytes(), Scalar::ONE.to_bytes()].concat()
    });
    refuse(file, "the public key and zero", &[key().verifying_key().to_bytes(), [0; 32]].concat());
}

/// Claims that would be refused for other reasons: none of them is looked at before the signature holds.
fn before_the_claims(file: &mut VectorFile) {
    let deep = claims().with("p", &"[".repeat(5000)).text();
    for (name, claims) in [
        ("claims that are no JSON", "alice".to_owned()),
        ("claims that nest without an end", deep),
        ("claims that are expired", claims().with("exp", "1").with("iat", "0").text()),
        ("claims of another issuer", claims().with("iss", "\"https://evil.example\"").text()),
        ("claims with a name twice", claims().and("sub", "\"mallory\"").text()),
        ("claims valid for ever", claims().with("exp", "9007199254740991").text()),
    ] {
        let token = signed_by(&foreign_key(), header().text(), claims);
        file.refuse(BadSignature, format!("{name}, of another key"), token);
    }
    let not_unicode = signed_by(&foreign_key(), header().text(), [0xff; 300]);
    file.refuse(BadSignature, "claims that are not UTF-8, of another key", not_unicode);
}

/// `S` has one spelling: adding the group's order gives another that many verifiers take.
fn scalars(file: &mut VectorFile) {
    let good = key().sign(message().as_bytes()).to_bytes();
    let mut scalar: [u8; 32] = good[32..].try_into().unwrap();
    for times in 1..=7 {
        scalar = sum(scalar, ORDER);
        refuse(file, format!("S plus {times} times the order"), &[&good[..32], &scalar].concat());
    }
    for bits in [0x20, 0x40, 0xc0, 0xe0] {
        let mut other = good;
        other[63] |= bits;
        refuse(file, format!("S with the top bits {bits:#x}"), &other);
    }
    let negative = -Scalar::from_canonical_bytes(good[32..].try_into().unwrap()).unwrap();
    refuse(file, "S negated", &[&good[..32], negative.as_bytes()].concat());
    refuse(file, "S is the order", &[&good[..32], &ORDER].concat());
}

/// `R` of small order, and `R` with a part of small order: some verifiers multiply by eight and take them.
fn points(file: &mut VectorFile) {
    for (index, point) in EIGHT_TORSION.iter().enumerate() {
        let encoded = point.compress().to_bytes();
        let order = if index == 0 {
            "the neutral point".to_owned()
        } else {
            format!("small-order point {index}")
        };
        refuse(file, format!("R is {order}, S fits"), &with_first_half(encoded, Scalar::ZERO));
    }
    for (name, encoded) in NON_CANONICAL {
        refuse(file, format!("R is {name}, S fits"), &with_first_half(encoded, Scalar::ZERO));
    }
    let random = Scalar::from_bytes_mod_order([9; 32]);
    let point = ED25519_BASEPOINT_TABLE * &random;
    for (index, torsion) in EIGHT_TORSION.iter().enumerate().skip(1) {
        let encoded = (point + torsion).compress().to_bytes();
        refuse(
            file,
            format!("R has small-order part {index}, S fits but for it"),
            &with_first_half(encoded, random),
        );
    }
    let negative: EdwardsPoint = -point;
    refuse(
        file,
        "R negated, S fits but for it",
        &with_first_half(negative.compress().to_bytes(), random),
    );
    // And the way of making them is right: without the additions it gives a good signature.
    let good = with_first_half(point.compress().to_bytes(), random);
    file.accept("R of our own choice, S fits", with_signature(&message(), &good));
}

/// The signature with this `R`, given its discrete logarithm without any part of small order.
fn with_first_half(encoded: [u8; 32], logarithm: Scalar) -> Vec<u8> {
    let public = key().verifying_key().to_bytes();
    let hash = Sha512::new().chain_update(encoded).chain_update(public).chain_update(message());
    let challenge = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    let scalar = logarithm + challenge * key().to_scalar();
    [encoded, scalar.to_bytes()].concat()
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

/// The order of the group, 2^252 + 27742317777372353535851937790883648493.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Points of small order in spellings that RFC 8032 does not have: `y` not below the field's prime, or the sign of a zero.
pub(crate) const NON_CANONICAL: [(&str, [u8; 32]); 6] = [
    ("the neutral point with a sign", bytes(0x01, 0x00, 0x80)),
    ("the neutral point beyond the prime", bytes(0xee, 0xff, 0x7f)),
    ("the neutral point beyond the prime, with a sign", bytes(0xee, 0xff, 0xff)),
    ("the point of order two with a sign", bytes(0xec, 0xff, 0xff)),
    ("a point of order four beyond the prime", bytes(0xed, 0xff, 0x7f)),
    ("a point of order four beyond the prime, with a sign", bytes(0xed, 0xff, 0xff)),
];

const fn bytes(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}
