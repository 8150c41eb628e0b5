//! Published key sets: no panic, and what is read is written and read again as the same usable keys.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wayleave_shared::key_set::{JsonWebKeySet, KeyId, KeySet, PublicKey};

fuzz_target!(|text: &[u8]| {
    let Ok(published) = serde_json::from_slice::<JsonWebKeySet>(text) else { return };
    let keys = KeySet::from_published(&published);
    assert!(keys.len() <= published.keys.len());

    let written = serde_json::to_string(&keys.to_published()).expect("a key set can be written");
    let read: JsonWebKeySet = serde_json::from_str(&written).expect("what was written");
    let again = KeySet::from_published(&read);
    assert_eq!(again.len(), keys.len(), "{written}");

    for key in &published.keys {
        let Some(id) = &key.kid else { continue };
        assert_eq!(keys.find(id), again.find(id), "{id}");
        let Some(found) = keys.find(id) else { continue };
        assert!(KeyId::is_valid(id), "{id}");
        assert_eq!(PublicKey::from_bytes(found.to_bytes()).as_ref(), Ok(found), "{id}");
    }
});
