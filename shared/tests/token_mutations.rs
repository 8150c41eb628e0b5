//! One token has one spelling: whatever is done to a single character or bit of a good token, it is refused.
//!
//! Exhaustive, not sampled. The tests of the whole system do the same to the built Wasm in workerd.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::BTreeMap,
    io::{Write, stderr},
};
use wayleave_shared::{
    anti_csrf::AntiCsrfToken,
    claims::{AccessClaims, RefreshHashPrefix},
    json::Json,
    key_set::KeySet,
    session_handle::SessionHandle,
    sign::SigningKey,
    time::UnixSeconds,
    token::{TokenPolicy, TokenRefusal, session_of, verify},
    user_id::UserId,
};

#[test]
fn every_bit_flip_of_header_claims_and_signature_is_refused() {
    let judge = Judge::new();
    let parts: Vec<Vec<u8>> = judge.token.split('.').map(decode).collect();
    let mut tally = Tally::default();
    for (part, bytes) in parts.iter().enumerate() {
        for bit in 0..bytes.len() * 8 {
            let mut parts = parts.clone();
            parts[part][bit / 8] ^= 1 << (bit % 8);
            let parts: Vec<_> = parts.iter().map(|bytes| encode(bytes)).collect();
            tally.add(&judge, &parts.join("."), || format!("part {part}, bit {bit}"));
        }
    }
    tally.finish("bit flips", parts.concat().len() * 8);
}

#[test]
fn every_other_character_in_any_place_is_refused() {
    let judge = Judge::new();
    let mut tally = Tally::default();
    for (index, old) in judge.token.char_indices() {
        for new in CHARACTERS.filter(|new| *new != old) {
            let edited = judge.spliced(index, index + 1, new);
            tally.add(&judge, &edited, || format!("{new:?} in place of character {index}"));
        }
    }
    tally.finish("replaced characters", judge.token.len() * 255);
}

#[test]
fn every_character_put_in_anywhere_is_refused() {
    let judge = Judge::new();
    let mut tally = Tally::default();
    for index in 0..=judge.token.len() {
        for new in CHARACTERS {
            let edited = judge.spliced(index, index, new);
            tally.add(&judge, &edited, || format!("{new:?} before character {index}"));
        }
    }
    tally.finish("inserted characters", (judge.token.len() + 1) * 256);
}

#[test]
fn every_character_left_out_and_every_cut_is_refused() {
    let judge = Judge::new();
    let mut tally = Tally::default();
    for index in 0..judge.token.len() {
        let edited = format!("{}{}", &judge.token[..index], &judge.token[index + 1..]);
        tally.add(&judge, &edited, || format!("without character {index}"));
        let (before, after) = judge.token.split_at(index);
        tally.add(&judge, before, || format!("the first {index} characters"));
        if index > 0 {
            tally.add(&judge, after, || format!("without the first {index} characters"));
        }
    }
    tally.finish("deletions and cuts", judge.token.len() * 3 - 1);
}

#[test]
fn every_two_neighbours_swapped_are_refused() {
    let judge = Judge::new();
    let mut tally = Tally::default();
    for index in 1..judge.token.len() {
        let mut bytes = judge.token.clone().into_bytes();
        bytes.swap(index - 1, index);
        let edited = String::from_utf8(bytes).unwrap();
        if edited != judge.token {
            tally.add(&judge, &edited, || format!("characters {} and {index}", index - 1));
        }
    }
    tally.finish("swaps", judge.token.len() / 2);
}

/// What every byte is, and as many characters beyond ASCII.
const CHARACTERS: std::ops::RangeInclusive<char> = '\0'..='\u{ff}';

/// A good token and whoever judges its mutations.
struct Judge {
    token: String,
    keys: KeySet,
    policy: TokenPolicy,
}

impl Judge {
    fn new() -> Self {
        let key = SigningKey::from_seed("k1".parse().unwrap(), &[7; 32]);
        let claims = AccessClaims {
            issuer: "https://id.example".to_owned(),
            audience: None,
            user_id: UserId::text("alice").unwrap(),
            session: SessionHandle::from_bytes([2; 16]),
            issued_at: NOW,
            expires_at: UnixSeconds(NOW.0 + 3600),
            anti_csrf: Some(AntiCsrfToken::from_bytes([3; 16])),
            refresh_hash: RefreshHashPrefix([4; 16]),
            generation: 0,
            payload: Some(Json::parse(r#"{"role":"admin"}"#).unwrap()),
        };
        let judge = Self {
            token: key.sign(&claims).unwrap(),
            keys: KeySet::new(vec![(key.id().clone(), key.public_key())]),
            policy: TokenPolicy { issuer: claims.issuer, audience: None, max_validity_s: 3600 },
        };
        assert_eq!(judge.refusal(&judge.token), None, "the token itself is good");
        judge
    }

    fn refusal(&self, token: &str) -> Option<TokenRefusal> {
        verify(token, &self.keys, &self.policy, NOW).err()
    }

    fn spliced(&self, start: usize, end: usize, new: char) -> String {
        format!("{}{new}{}", &self.token[..start], &self.token[end..])
    }
}

/// How many were tried, and what they were told.
#[derive(Default)]
struct Tally {
    told: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn add(&mut self, judge: &Judge, mutation: &str, what: impl Fn() -> String) {
        let refusal = judge.refusal(mutation);
        let refusal = refusal.unwrap_or_else(|| panic!("accepted: {}: {mutation}", what()));
        // The way to name the session of an expired token is no way around.
        let session = session_of(mutation, &judge.keys, &judge.policy, NOW);
        assert_eq!(session, None, "{}: {mutation}", what());
        *self.told.entry(refusal.name()).or_default() += 1;
    }

    /// Past the harness, which would keep it back: `make test` adds up such lines, wherever they come from.
    fn finish(self, kind: &str, at_least: usize) {
        let total: usize = self.told.values().sum();
        assert!(total >= at_least, "only {total} of {at_least} {kind}");
        let line = format!("counted: {total} mutations: {kind}: {:?}\n", self.told);
        stderr().write_all(line.as_bytes()).unwrap();
    }
}

fn encode(bytes: &[u8]) -> String {
    use base64ct::Encoding;
    base64ct::Base64UrlUnpadded::encode_string(bytes)
}

fn decode(text: &str) -> Vec<u8> {
    use base64ct::Encoding;
    base64ct::Base64UrlUnpadded::decode_vec(text).unwrap()
}

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
