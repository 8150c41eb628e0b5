//! Promises about signing keys.

use crate::{
    Promise,
    engine::{Fixture, START},
    promises,
};
use std::{sync::Arc, time::Duration};
use wayleave_origin::{
    service::{KeySecrets, KeySettings, KeyState, Keys, list_keys, remove_key},
    store::{
        KeyAddition, KeyRemoval, NewSigningKey, RemoveKey, Revocation, SqlStore, Store, StoreClock,
    },
};
use wayleave_shared::time::UnixMilliseconds;
use zeroize::Zeroizing;

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        keys_come_back_oldest_first_as_they_were,
        a_generation_that_is_taken_is_left_alone,
        generations_are_forgotten_together_and_no_others,
        origins_that_start_together_end_with_one_key,
        a_stored_key_does_not_open_with_another_master_key,
        a_noted_validity_is_only_ever_raised,
        a_removed_key_is_gone_for_ever_and_the_feed_tells_it,
        a_removal_whose_successor_is_taken_changes_nothing,
        a_removed_key_signs_no_more_and_its_successor_does,
        a_key_of_a_setting_takes_over_and_does_not_come_back_once_removed,
    ]
}

fn key(generation: u64, key_id: &str) -> NewSigningKey {
    NewSigningKey {
        generation,
        key_id: key_id.parse().unwrap(),
        sealed_seed: vec![0, 1, 255],
        signs_from: UnixMilliseconds(generation * 10),
        signs_until: UnixMilliseconds(generation * 10 + 10),
        longest_validity: Duration::from_hours(1),
    }
}

async fn ids(store: &SqlStore) -> Vec<String> {
    store.signing_keys().await.unwrap().into_iter().map(|key| key.key_id.to_string()).collect()
}

async fn keys_come_back_oldest_first_as_they_were(fixture: &Fixture) {
    assert_eq!(fixture.store.add_signing_key(key(2, "b")).await.unwrap(), KeyAddition::Added);
    assert_eq!(fixture.store.add_signing_key(key(1, "a")).await.unwrap(), KeyAddition::Added);

    let keys = fixture.store.signing_keys().await.unwrap();

    assert_eq!(ids(&fixture.store).await, ["a", "b"]);
    assert_eq!(keys[0].sealed_seed, [0, 1, 255]);
    assert_eq!(keys[0].signs_from, UnixMilliseconds(10));
    assert_eq!(keys[0].signs_until, UnixMilliseconds(20));
}

async fn a_generation_that_is_taken_is_left_alone(fixture: &Fixture) {
    assert_eq!(fixture.store.add_signing_key(key(1, "a")).await.unwrap(), KeyAddition::Added);
    assert_eq!(fixture.store.add_signing_key(key(1, "b")).await.unwrap(), KeyAddition::Taken);
    assert_eq!(ids(&fixture.store).await, ["a"]);
}

async fn generations_are_forgotten_together_and_no_others(fixture: &Fixture) {
    for (generation, id) in [(1, "a"), (2, "b"), (3, "c")] {
        fixture.store.add_signing_key(key(generation, id)).await.unwrap();
    }
    fixture.store.forget_signing_keys(&[1, 3]).await.unwrap();
    assert_eq!(ids(&fixture.store).await, ["b"]);
}

fn secrets(master_keys: &[Zeroizing<[u8; 32]>]) -> KeySecrets<'_> {
    KeySecrets { master_keys, signing_key: None }
}

const SETTINGS: KeySettings = KeySettings {
    interval: Some(Duration::from_hours(24)),
    access_validity: Duration::from_hours(1),
};

async fn origins_that_start_together_end_with_one_key(fixture: &Fixture) {
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let store: Arc<dyn Store> = Arc::new(fixture.store.clone());
            tokio::spawn(async move {
                let now = UnixMilliseconds(1_000_000);
                Keys::load(store, secrets(&[Zeroizing::new([1; 32])]), SETTINGS, now).await.unwrap()
            })
        })
        .collect();
    let mut published = Vec::new();
    for start in starts {
        published.push(serde_json::to_string(&start.await.unwrap().published()).unwrap());
    }

    published.dedup();
    assert_eq!(published.len(), 1);
    assert_eq!(fixture.store.signing_keys().await.unwrap().len(), 1);
}

async fn a_stored_key_does_not_open_with_another_master_key(fixture: &Fixture) {
    let load = async |master_key: u8| {
        let store = SqlStore::connect(&fixture.url, 1, StoreClock::Database).await.unwrap();
        let now = UnixMilliseconds(1_000_000);
        let keys = [Zeroizing::new([master_key; 32])];
        let loaded =
            Keys::load(Arc::new(store.clone()), secrets(&keys), SETTINGS, now).await.map(|_| ());
        store.close().await;
        loaded.map_err(|error| error.to_string())
    };

    assert_eq!(load(1).await, Ok(()));
    assert_eq!(
        load(2).await,
        Err("signing key 1: a sealed value needs a master key that WAYLEAVE_MASTER_KEY does not list".to_owned())
    );
    assert_eq!(load(1).await, Ok(()));
}

async fn a_noted_validity_is_only_ever_raised(fixture: &Fixture) {
    fixture.store.add_signing_key(key(1, "a")).await.unwrap();
    fixture.store.add_signing_key(key(2, "b")).await.unwrap();
    let noted = async || {
        let keys = fixture.store.signing_keys().await.unwrap();
        keys.iter().map(|key| key.longest_validity.as_secs()).collect::<Vec<_>>()
    };

    fixture.store.raise_validity(1, Duration::from_hours(2)).await.unwrap();
    fixture.store.raise_validity(2, Duration::from_secs(1)).await.unwrap();

    assert_eq!(noted().await, [7200, 3600]);
}

fn removal(key_id: &str, successor: Option<NewSigningKey>) -> RemoveKey {
    RemoveKey { key: key_id.parse().unwrap(), successor, remember: Duration::from_mins(61) }
}

async fn a_removed_key_is_gone_for_ever_and_the_feed_tells_it(fixture: &Fixture) {
    fixture.store.add_signing_key(key(1, "a")).await.unwrap();

    let removed = fixture.store.remove_signing_key(removal("a", Some(key(2, "b")))).await;

    assert_eq!(removed.unwrap(), KeyRemoval::Removed);
    assert_eq!(ids(&fixture.store).await, ["b"]);
    let told = fixture.store.revocations(None, 10).await.unwrap().entries;
    let [Revocation::Key(entry)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(entry.key.as_str(), "a");
    assert_eq!(entry.forget_at.0, START.0 / 1000 + 61 * 60 + 1);
    assert_eq!(fixture.store.add_signing_key(key(3, "a")).await.unwrap(), KeyAddition::Removed);
    let again = fixture.store.remove_signing_key(removal("a", None)).await.unwrap();
    assert_eq!(again, KeyRemoval::Unknown);
    assert_eq!(fixture.store.revocations(None, 10).await.unwrap().entries.len(), 1);
}

async fn a_removal_whose_successor_is_taken_changes_nothing(fixture: &Fixture) {
    fixture.store.add_signing_key(key(1, "a")).await.unwrap();
    fixture.store.add_signing_key(key(2, "b")).await.unwrap();

    let removed = fixture.store.remove_signing_key(removal("a", Some(key(2, "c")))).await;

    assert_eq!(removed.unwrap(), KeyRemoval::SuccessorTaken);
    assert_eq!(ids(&fixture.store).await, ["a", "b"]);
    assert!(fixture.store.revocations(None, 10).await.unwrap().entries.is_empty());
}

const NOW: UnixMilliseconds = UnixMilliseconds(1_000_000_000);

async fn states(fixture: &Fixture) -> Vec<(String, KeyState)> {
    let listed = list_keys(&fixture.store, NOW).await.unwrap();
    listed.into_iter().map(|key| (key.id.to_string(), key.state)).collect()
}

async fn a_removed_key_signs_no_more_and_its_successor_does(fixture: &Fixture) {
    let master_keys = [Zeroizing::new([1; 32])];
    let store: Arc<dyn Store> = Arc::new(fixture.store.clone());
    let keys = Keys::load(store, secrets(&master_keys), SETTINGS, NOW).await.unwrap();
    let (removed, _) = states(fixture).await.remove(0);
    let remove = async |key: &str| {
        let key = key.parse().unwrap();
        remove_key(&fixture.store, secrets(&master_keys), SETTINGS, &key, NOW).await.unwrap()
    };

    assert_eq!(remove("unknown").await, None);
    let successor = remove(&removed).await.unwrap().successor.unwrap().to_string();
    keys.keep_current(NOW).await.unwrap();

    assert_eq!(states(fixture).await, [(successor.clone(), KeyState::Signing)]);
    let published = serde_json::to_string(&keys.published()).unwrap();
    assert!(published.contains(&successor) && !published.contains(&removed), "{published}");
}

async fn a_key_of_a_setting_takes_over_and_does_not_come_back_once_removed(fixture: &Fixture) {
    let (master_keys, seed) = ([Zeroizing::new([1; 32])], Zeroizing::new([2; 32]));
    let store: Arc<dyn Store> = Arc::new(fixture.store.clone());
    Keys::load(Arc::clone(&store), secrets(&master_keys), SETTINGS, NOW).await.unwrap();
    let supplied = KeySecrets { signing_key: Some(&seed), ..secrets(&master_keys) };

    let keys = Keys::load(store, supplied, SETTINGS, NOW).await.unwrap();
    keys.keep_current(NOW).await.unwrap();

    let two = states(fixture).await;
    assert_eq!((two.len(), two[0].1, two[1].1), (2, KeyState::Signing, KeyState::Published));
    let later = NOW.after(SETTINGS.published_before_use());
    assert_eq!(list_keys(&fixture.store, later).await.unwrap()[1].state, KeyState::Signing);

    let key = two[1].0.parse().unwrap();
    remove_key(&fixture.store, supplied, SETTINGS, &key, later).await.unwrap().unwrap();
    // Keys of its own take turns again.
    let later = later.after(Duration::from_hours(24));
    keys.keep_current(later).await.unwrap();
    let left = list_keys(&fixture.store, later).await.unwrap();
    assert!(left.iter().all(|one| one.id != key), "{left:?}");
    let newest: Vec<_> = left.iter().rev().map(|one| one.state).take(2).collect();
    assert_eq!(newest, [KeyState::Published, KeyState::Signing]);
}
