//! Access tokens: no panic, nothing is accepted that the key has not signed, and what is accepted has one spelling.
//!
//! An input is a token as it comes, or, if it has a line feed, a header and claims (a line each) that get a good signature:
//! otherwise nothing would ever reach what lies behind it.

#![no_main]

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier};
use libfuzzer_sys::fuzz_target;
use wayleave_shared::{
    claims::AccessClaims,
    key_set::KeySet,
    sign,
    time::UnixSeconds,
    token::{TokenPolicy, session_of, verify},
};

fuzz_target!(|input: &[u8]| {
    match input.iter().position(|byte| *byte == b'\n') {
        None => {
            let Ok(token) = str::from_utf8(input) else { return };
            check(token);
        }
        Some(end) => check(&signed(&input[..end], &input[end + 1..])),
    }
});

fn check(token: &str) {
    let key = sign::SigningKey::from_seed("k1".parse().expect("a key id"), &SEED);
    let keys = KeySet::new(vec![(key.id().clone(), key.public_key())]);
    let policy = TokenPolicy {
        issuer: "https://id.example".to_owned(),
        audience: None,
        max_validity_s: 3600,
    };
    let Ok(verified) = verify(token, &keys, &policy, NOW) else { return };
    let claims = verified.claims();
    assert_eq!(session_of(token, &keys, &policy, NOW), Some(claims.session));

    assert_signed_and_in_its_only_spelling(token);
    let times = [claims.issued_at, NOW, claims.expires_at];
    assert!(times[2] > times[1] && times[0].0 <= NOW.0 + 60, "{times:?}");

    // Written again, by the origin's own hand, it says the same.
    let written = key.sign(claims).expect("claims that were read can be written");
    let again = verify(&written, &keys, &policy, NOW).expect("what we sign, we accept");
    assert_eq!(text(again.claims()), text(claims));
}

/// By other means than the verifier's: the library's plain verification, and encoding what was decoded.
fn assert_signed_and_in_its_only_spelling(token: &str) {
    let (message, _) = token.rsplit_once('.').expect("an accepted token has dots");
    let parts: Vec<_> = token
        .split('.')
        .map(|part| Base64UrlUnpadded::decode_vec(part).expect("an accepted token is base64url"))
        .collect();
    let spelled: Vec<_> = parts.iter().map(|part| Base64UrlUnpadded::encode_string(part)).collect();
    assert_eq!(spelled.join("."), token);
    let signature = Signature::from_slice(&parts[2]).expect("an accepted signature has 64 bytes");
    let public = SigningKey::from_bytes(&SEED).verifying_key();
    public.verify(message.as_bytes(), &signature).expect("an accepted token is signed");
}

fn signed(header: &[u8], claims: &[u8]) -> String {
    let message = format!(
        "{}.{}",
        Base64UrlUnpadded::encode_string(header),
        Base64UrlUnpadded::encode_string(claims)
    );
    let signature = SigningKey::from_bytes(&SEED).sign(message.as_bytes());
    format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature.to_bytes()))
}

fn text(claims: &AccessClaims) -> String {
    serde_json::to_string(claims).expect("claims can be written")
}

/// The key, issuer and clock of `tests/vectors`, which the seeds come from.
const SEED: [u8; 32] = [7; 32];
const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
