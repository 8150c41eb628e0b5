use super::*;
use crate::testing;
use proptest::prelude::*;
use wayleave_shared::{
    key_set::KeySet,
    session_handle::SessionHandle,
    token::{TokenPolicy, verify},
};

fn policy() -> TokenPolicy {
    TokenPolicy { issuer: "https://id.test".to_owned(), audience: None, max_validity_s: 86_400 }
}

/// A token of its own, valid for so long.
fn token(number: u8, valid_s: u64) -> String {
    let mut claims = testing::claims();
    claims.session = SessionHandle::from_bytes([number; 16]);
    claims.expires_at = UnixSeconds(testing::NOW.0 + valid_s);
    testing::token(&claims)
}

fn verified(token: &str, keys: &KeySet) -> VerifiedToken {
    verify(token, keys, &policy(), testing::NOW).unwrap()
}

fn session(recalled: &Recalled) -> Option<SessionHandle> {
    match recalled {
        Recalled::Known(claims) => Some(claims.session),
        Recalled::Expired | Recalled::Unknown => None,
    }
}

#[test]
fn a_verified_token_is_known_until_it_expires() {
    let (mut memory, text) = (TokenMemory::default(), token(1, 5));
    memory.remember(&text, verified(&text, &testing::keys()), 0);

    let at = |seconds| UnixSeconds(testing::NOW.0 + seconds);
    assert!(matches!(memory.recall(&text, 0, at(4)), Recalled::Known(_)));
    assert!(matches!(memory.recall(&text, 0, at(5)), Recalled::Expired));
    assert!(memory.is_empty());
    assert_eq!(memory.memory_bytes(), 0);
}

#[test]
fn nothing_is_known_any_more_once_a_key_went() {
    let (mut memory, text) = (TokenMemory::default(), token(1, 60));
    memory.remember(&text, verified(&text, &testing::keys()), 0);

    assert!(matches!(memory.recall(&text, 1, testing::NOW), Recalled::Unknown));
    assert!(matches!(memory.recall(&text, 0, testing::NOW), Recalled::Unknown));
}

#[test]
fn no_other_spelling_of_a_token_is_known() {
    let (mut memory, text) = (TokenMemory::default(), token(1, 60));
    memory.remember(&text, verified(&text, &testing::keys()), 0);

    for place in 0..text.len() {
        let mut other = text.clone().into_bytes();
        other[place] ^= 1;
        let other = String::from_utf8(other).unwrap();
        assert!(matches!(memory.recall(&other, 0, testing::NOW), Recalled::Unknown));
    }
    assert!(matches!(memory.recall(&text[..text.len() - 1], 0, testing::NOW), Recalled::Unknown));
}

#[test]
fn the_memory_stays_within_its_bounds() {
    let proof = verified(&token(1, 60), &testing::keys());
    for (length, most) in [(300, MAX_TOKENS), (8_000, MAX_BYTES / 16_512)] {
        let mut memory = TokenMemory::default();
        for number in 0..most + 500 {
            // The memory does not look into the text, so any text will do.
            memory.remember(&format!("{number:0length$}"), proof.clone(), 0);
            assert!(memory.memory_bytes() <= MAX_BYTES);
        }
        assert_eq!(memory.len(), most);
        let known = |memory: &mut TokenMemory, number: usize| {
            session(&memory.recall(&format!("{number:0length$}"), 0, testing::NOW)).is_some()
        };
        assert!(!known(&mut memory, 499) && known(&mut memory, 500), "the oldest went");
    }
}

#[test]
fn debugging_output_shows_no_token() {
    let (mut memory, text) = (TokenMemory::default(), token(1, 60));
    memory.remember(&text, verified(&text, &testing::keys()), 0);
    assert!(!format!("{memory:?}").contains("ey"));
}

/// What the memory must do, in the simplest words: a list, the newest last.
#[derive(Default)]
struct Model(Vec<(usize, u64)>);

proptest! {
    #[test]
    fn the_memory_is_a_list_of_verified_tokens(
        steps in prop::collection::vec((0_usize..8, 0_u8..4, 0_u64..12), 1..200)
    ) {
        let keys = testing::keys();
        let texts: Vec<String> = (0..8).map(|number| token(number, u64::from(number) + 4)).collect();
        let (mut memory, mut model) = (TokenMemory::default(), Model::default());
        let mut generation = 0;
        for (number, what, seconds) in steps {
            let now = UnixSeconds(testing::NOW.0 + seconds);
            let position = model.0.iter().position(|(known, _)| *known == number);
            match what {
                0 => {
                    memory.remember(&texts[number], verified(&texts[number], &keys), generation);
                    if let Some(position) = position { model.0.remove(position); }
                    model.0.push((number, number as u64 + 4));
                }
                1 if seconds == 0 => {
                    generation += 1;
                    model.0.clear();
                    prop_assert!(matches!(memory.recall(&texts[number], generation, now), Recalled::Unknown));
                }
                _ => {
                    let recalled = memory.recall(&texts[number], generation, now);
                    match position {
                        None => prop_assert!(matches!(recalled, Recalled::Unknown)),
                        Some(position) if model.0[position].1 <= seconds => {
                            prop_assert!(matches!(recalled, Recalled::Expired));
                            model.0.remove(position);
                        }
                        Some(position) => {
                            prop_assert_eq!(session(&recalled), Some(SessionHandle::from_bytes([u8::try_from(number).unwrap(); 16])));
                            let entry = model.0.remove(position);
                            model.0.push(entry);
                        }
                    }
                }
            }
            prop_assert_eq!(memory.len(), model.0.len());
            let oldest = memory.recency.oldest().and_then(|place| memory.remembered[place].as_ref());
            prop_assert_eq!(
                oldest.map(|remembered| remembered.token.as_ref()),
                model.0.first().map(|(number, _)| texts[*number].as_str())
            );
        }
    }
}
