//! Pages of the revocation feed: no panic, and what is accepted says the same when the origin writes it again.
//!
//! An input that begins with a brace is a page that gets a good header and signature; any other is a page as it comes.

#![no_main]

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use libfuzzer_sys::fuzz_target;
use wayleave_shared::{
    feed::{FeedPage, verify_feed},
    key_set::KeySet,
    sign,
    time::UnixSeconds,
};

fuzz_target!(|input: &str| {
    let key = sign::SigningKey::from_seed("k1".parse().expect("a key id"), &SEED);
    let keys = KeySet::new(vec![(key.id().clone(), key.public_key())]);
    let page = if input.starts_with('{') { signed(input) } else { input.to_owned() };
    // The question that the page itself claims to answer: otherwise hardly any would get past it.
    let since = FeedPage::read(input.as_bytes()).ok().and_then(|page| page.since);
    let Ok(page) = verify_feed(&page, &keys, "https://id.example", since, NOW) else { return };

    let written = key.sign_feed(&page).expect("a page that was read can be written");
    let again = verify_feed(&written, &keys, "https://id.example", since, NOW);
    let again = again.expect("what we sign, we accept");
    assert_eq!(text(&again), text(&page));
});

fn signed(payload: &str) -> String {
    let header = r#"{"alg":"EdDSA","typ":"wayleave-feed+jwt","kid":"k1"}"#;
    let message = format!(
        "{}.{}",
        Base64UrlUnpadded::encode_string(header.as_bytes()),
        Base64UrlUnpadded::encode_string(payload.as_bytes())
    );
    let signature = SigningKey::from_bytes(&SEED).sign(message.as_bytes());
    format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature.to_bytes()))
}

fn text(page: &FeedPage) -> String {
    serde_json::to_string(page).expect("a page can be written")
}

const SEED: [u8; 32] = [7; 32];
const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
