//! Which published keys verify, and what a token under each of the others is told.

use crate::{
    file::VectorFile,
    forge::{
        claims, encode, foreign_key, header, key, published, signed_by, with_signature,
        with_trailing_bits,
    },
    signature::NON_CANONICAL,
};
use curve25519_dalek::{constants::EIGHT_TORSION, edwards::CompressedEdwardsY};
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use wayleave_shared::token::TokenRefusal::{BadSignature, UnknownKey};

pub(crate) fn file() -> VectorFile {
    let (weak, unusable) = (weak_keys(), unusable_keys());
    let mut keys = vec![
        published("k1", &key()),
        published("second", &second_key()),
        changed("verifies", |key| key["key_ops"] = json!(["verify"])),
        changed("bare", |key| {
            for name in ["use", "alg"] {
                key.as_object_mut().unwrap().remove(name);
            }
        }),
        changed("with-more", |key| key["x5t"] = json!("AAAA")),
    ];
    keys.extend(weak.iter().map(|(_, key)| key.clone()));
    let beyond_the_prime = keys_beyond_the_prime();
    keys.extend(beyond_the_prime.iter().cloned());
    keys.extend(unusable.iter().map(|(_, key)| key.clone()));
    keys.extend([published("twice", &key()), published("twice", &second_key())]);
    keys.extend([published("twice-the-same", &key()), published("twice-the-same", &key())]);
    let mut file = VectorFile::new(
        "keys",
        "The key set holds two good keys and many that must be left out; a token under one of those is told unknown_key.",
        &json!({ "keys": keys }),
    );

    for id in ["k1", "verifies", "bare", "with-more"] {
        file.accept(format!("key {id}"), token(id, &key()));
    }
    file.accept("the second key", token("second", &second_key()));
    file.refuse(BadSignature, "the second key under the first's id", token("k1", &second_key()));
    file.refuse(BadSignature, "the first key under the second's id", token("second", &key()));
    file.refuse(BadSignature, "a foreign key under the first's id", token("k1", &foreign_key()));
    file.refuse(UnknownKey, "a foreign key under an unknown id", token("k3", &foreign_key()));
    file.refuse(UnknownKey, "the first key under an unknown id", token("k3", &key()));
    file.refuse(UnknownKey, "an id that stands twice, first key", token("twice", &key()));
    file.refuse(UnknownKey, "an id that stands twice, second key", token("twice", &second_key()));
    file.refuse(UnknownKey, "an id that stands twice for one key", token("twice-the-same", &key()));
    for (name, key_json) in &unusable {
        let id = key_json["kid"].as_str().unwrap();
        file.refuse(UnknownKey, format!("key {name}"), token(id, &key()));
    }
    for key_json in &beyond_the_prime {
        let id = key_json["kid"].as_str().unwrap();
        file.refuse(UnknownKey, format!("key of large order, {id}"), token(id, &key()));
    }
    for (name, key_json) in &weak {
        // Under such a key the neutral point and zero are a signature of many messages.
        let id = key_json["kid"].as_str().unwrap();
        let header = header().with("kid", &format!("\"{id}\"")).text();
        let message =
            format!("{}.{}", encode(header.as_bytes()), encode(claims().text().as_bytes()));
        let mut signature = [0; 64];
        signature[0] = 1;
        file.refuse(
            UnknownKey,
            format!("key that is {name}"),
            with_signature(&message, &signature),
        );
    }
    file.refuse(
        BadSignature,
        "the neutral point and zero under a good key",
        with_signature(
            &format!(
                "{}.{}",
                encode(header().text().as_bytes()),
                encode(claims().text().as_bytes())
            ),
            &{
                let mut signature = [0; 64];
                signature[0] = 1;
                signature
            },
        ),
    );
    file
}

fn second_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn token(id: &str, key: &SigningKey) -> String {
    signed_by(key, header().with("kid", &format!("\"{id}\"")).text(), claims().text())
}

fn changed(id: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut key = published(id, &key());
    change(&mut key);
    key
}

fn unusable_keys() -> Vec<(&'static str, Value)> {
    let public = key().verifying_key().to_bytes();
    let text = encode(&public);
    let with_x = |id: &str, x: &str| changed(id, |key| key["x"] = json!(x));
    vec![
        ("of type EC", changed("type-ec", |key| key["kty"] = json!("EC"))),
        ("of type RSA", json!({"kty": "RSA", "kid": "type-rsa", "n": "AQAB", "e": "AQAB"})),
        ("of type oct", json!({"kty": "oct", "kid": "type-oct", "k": text})),
        ("of type okp in small letters", changed("type-small", |key| key["kty"] = json!("okp"))),
        ("on X25519", changed("x25519", |key| key["crv"] = json!("X25519"))),
        ("on Ed448", changed("ed448", |key| key["crv"] = json!("Ed448"))),
        ("without a curve", changed("no-curve", |key| key["crv"] = Value::Null)),
        ("for encryption", changed("use-enc", |key| key["use"] = json!("enc"))),
        ("for ES256", changed("alg-es256", |key| key["alg"] = json!("ES256"))),
        ("for HS256", changed("alg-hs256", |key| key["alg"] = json!("HS256"))),
        ("for signing only", changed("signs", |key| key["key_ops"] = json!(["sign"]))),
        ("for no operation", changed("no-operation", |key| key["key_ops"] = json!([]))),
        (
            "with its private half",
            changed("private", |private| private["d"] = json!(encode(&key().to_bytes()))),
        ),
        ("without x", changed("no-x", |key| key["x"] = Value::Null)),
        ("with an empty x", with_x("empty-x", "")),
        ("with 31 bytes", with_x("short-x", &encode(&public[..31]))),
        ("with 33 bytes", with_x("long-x", &encode(&[&public[..], &[0]].concat()))),
        ("with a padded x", with_x("padded-x", &format!("{text}="))),
        ("with unused bits in x", with_x("bits-x", &with_trailing_bits(&text, 1))),
        ("with a space in x", with_x("space-x", &format!(" {text}"))),
        ("that is no point", with_x("no-point", &encode(&[2; 32]))),
    ]
}

/// Good points whose `y` is written with the prime added to it: a second spelling. Nobody knows their private halves.
fn keys_beyond_the_prime() -> Vec<Value> {
    let mut keys = Vec::new();
    for y in 2..19 {
        let mut encoded = [0xff; 32];
        (encoded[0], encoded[31]) = (0xed + y, 0x7f);
        let point = CompressedEdwardsY(encoded).decompress();
        if point.is_some_and(|point| !point.is_small_order()) {
            let id = format!("prime-plus-{y}");
            keys.push(changed(&id, |key| key["x"] = json!(encode(&encoded))));
        }
    }
    assert!(!keys.is_empty(), "there are such points");
    keys
}

fn weak_keys() -> Vec<(String, Value)> {
    let canonical = EIGHT_TORSION
        .iter()
        .enumerate()
        .map(|(index, point)| (format!("small-order point {index}"), point.compress().to_bytes()));
    let others = NON_CANONICAL.iter().map(|(name, encoded)| ((*name).to_owned(), *encoded));
    canonical
        .chain(others)
        .enumerate()
        .map(|(index, (name, encoded))| {
            let id = format!("weak-{index}");
            (name, changed(&id, |key| key["x"] = json!(encode(&encoded))))
        })
        .collect()
}
