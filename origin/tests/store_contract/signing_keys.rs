//! Promises about signing keys.

use crate::{Promise, engine::Fixture, promises};
use std::{sync::Arc, time::Duration};
use wayleave_origin::{
    service::{KeySettings, Keys},
    store::{NewSigningKey, SqlStore, Store, StoreClock},
};
use wayleave_shared::time::UnixMilliseconds;
use zeroize::Zeroizing;

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        keys_come_back_oldest_first_as_they_were,
        a_generation_that_is_taken_is_left_alone,
        old_generations_are_forgotten_together,
        origins_that_start_together_end_with_one_key,
        a_stored_key_does_not_open_with_another_master_key,
    ]
}

fn key(generation: u64, key_id: &str) -> NewSigningKey {
    NewSigningKey {
        generation,
        key_id: key_id.to_owned(),
        sealed_seed: vec![0, 1, 255],
        signs_from: UnixMilliseconds(generation * 10),
        signs_until: UnixMilliseconds(generation * 10 + 10),
    }
}

async fn ids(store: &SqlStore) -> Vec<String> {
    store.signing_keys().await.unwrap().into_iter().map(|key| key.key_id).collect()
}

async fn keys_come_back_oldest_first_as_they_were(fixture: &Fixture) {
    assert!(fixture.store.add_signing_key(key(2, "b")).await.unwrap());
    assert!(fixture.store.add_signing_key(key(1, "a")).await.unwrap());

    let keys = fixture.store.signing_keys().await.unwrap();

    assert_eq!(ids(&fixture.store).await, ["a", "b"]);
    assert_eq!(keys[0].sealed_seed, [0, 1, 255]);
    assert_eq!(keys[0].signs_from, UnixMilliseconds(10));
    assert_eq!(keys[0].signs_until, UnixMilliseconds(20));
}

async fn a_generation_that_is_taken_is_left_alone(fixture: &Fixture) {
    assert!(fixture.store.add_signing_key(key(1, "a")).await.unwrap());
    assert!(!fixture.store.add_signing_key(key(1, "b")).await.unwrap());
    assert_eq!(ids(&fixture.store).await, ["a"]);
}

async fn old_generations_are_forgotten_together(fixture: &Fixture) {
    for (generation, id) in [(1, "a"), (2, "b"), (3, "c")] {
        fixture.store.add_signing_key(key(generation, id)).await.unwrap();
    }
    fixture.store.remove_signing_keys_up_to(2).await.unwrap();
    assert_eq!(ids(&fixture.store).await, ["c"]);
}

const SETTINGS: KeySettings =
    KeySettings { interval: Duration::from_hours(24), access_validity: Duration::from_hours(1) };

async fn origins_that_start_together_end_with_one_key(fixture: &Fixture) {
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let store: Arc<dyn Store> = Arc::new(fixture.store.clone());
            tokio::spawn(async move {
                let now = UnixMilliseconds(1_000_000);
                Keys::load(store, &[Zeroizing::new([1; 32])], SETTINGS, now).await.unwrap()
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
        let loaded = Keys::load(Arc::new(store.clone()), &keys, SETTINGS, now).await.map(|_| ());
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
