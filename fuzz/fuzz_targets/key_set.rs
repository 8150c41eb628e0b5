//! Published key sets: no panic, and what is read is written and read again as the same usable keys.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wayleave_shared::{
    key_set::{JsonWebKeySet, KeyId, KeySet, PublicKey},
    members::{FromMembers, Members},
};

fuzz_target!(|text: &[u8]| {
    let Ok(text) = str::from_utf8(text) else { return };
    let read = |text| JsonWebKeySet::from_members(&Members::read(text).ok()?).ok();
    let Some(published) = read(text) else { return };
    let keys = KeySet::from_published(&published);
    assert!(keys.len() <= published.keys.len());

    let written = serde_json::to_string(&keys.to_published()).expect("a key set can be written");
    let again = KeySet::from_published(&read(&written).expect("what was written"));
    assert_eq!(again.len(), keys.len(), "{written}");

    for key in &published.keys {
        let Some(id) = &key.kid else { continue };
        assert_eq!(keys.find(id), again.find(id), "{id}");
        let Some(found) = keys.find(id) else { continue };
        assert!(KeyId::is_valid(id), "{id}");
        assert_eq!(PublicKey::from_bytes(found.to_bytes()).as_ref(), Ok(found), "{id}");
    }
});
