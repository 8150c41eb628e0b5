//! Promises about the refresh chain: what a refresh changes, and what is noted about a token that is in use.

use crate::{
    Promise,
    engine::{Fixture, START},
    promises,
    sessions::{VALIDITY, alice, created, found, handle, hash, store_at},
};
use std::{collections::HashSet, time::Duration};
use wayleave_origin::store::{Rotate, Rotation, Store, StoredSession, Use};
use wayleave_shared::{
    claims::RefreshHashPrefix,
    refresh_token::{Derivation, RefreshKeyId},
    rotation::Chain,
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    wire::{Confirmation, MAX_CONFIRMATIONS},
};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        a_rotation_makes_the_current_hash_the_parent_and_sets_what_it_is_told,
        a_rotation_forgets_that_the_former_token_was_in_use,
        a_rotation_from_another_hash_is_lost_and_changes_nothing,
        a_rotation_from_the_parent_is_lost_and_changes_nothing,
        of_many_rotations_from_one_hash_exactly_one_advances,
        a_rotation_of_an_expired_session_is_lost,
        a_rotation_is_about_one_session,
        a_use_is_noted_once_by_the_stores_clock,
        of_many_who_note_one_use_exactly_one_does,
        a_use_of_another_token_than_the_current_is_not_noted,
        a_use_of_an_expired_session_is_not_noted,
        a_confirmation_of_the_current_token_is_noted_by_the_stores_clock,
        a_confirmation_of_the_parent_or_of_nothing_known_changes_nothing,
        a_confirmation_that_is_repeated_or_late_never_moves_the_time,
        a_use_that_was_noted_is_not_moved_by_a_confirmation,
        a_confirmation_gives_exactly_the_sessions_that_are_gone,
        as_many_confirmations_as_a_call_may_have_are_noted_also_with_repetitions,
        one_hash_in_two_sessions_confirms_only_what_was_named,
        no_confirmations_are_nothing_to_do,
    ]
}

const KEY: RefreshKeyId = RefreshKeyId([0, 255, 128, 7]);

fn derivation(byte: u8) -> Derivation {
    Derivation { key: KEY, nonce: [byte; 16] }
}

pub(crate) fn rotate(handle: SessionHandle, from: u8, to: u8) -> Rotate {
    Rotate {
        handle,
        from: hash(from),
        to: hash(to),
        derivation: derivation(to),
        refreshed_at: START,
        expires_at: START.after(VALIDITY),
    }
}

fn usage(handle: SessionHandle, token: u8) -> Use {
    Use { handle, token: hash(token), refreshed_at: START, expires_at: START.after(VALIDITY) }
}

/// That a token whose hash begins like this is in use.
fn confirmation(handle: SessionHandle, byte: u8) -> Confirmation {
    Confirmation { handle, refresh_hash: RefreshHashPrefix([byte; 16]) }
}

/// A session whose current hash is 2 and whose parent is 1, not yet seen in use.
async fn rotated(fixture: &Fixture, number: u16) -> SessionHandle {
    let handle = created(fixture, number).await;
    let outcome = fixture.store.rotate(rotate(handle, 1, 2)).await.unwrap();
    assert_eq!(outcome, Rotation::Advanced);
    handle
}

async fn stored(fixture: &Fixture, handle: SessionHandle) -> StoredSession {
    found(fixture, handle).await.unwrap()
}

async fn confirmed_at(fixture: &Fixture, handle: SessionHandle) -> Option<UnixMilliseconds> {
    stored(fixture, handle).await.chain.confirmed_at
}

async fn a_rotation_makes_the_current_hash_the_parent_and_sets_what_it_is_told(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    fixture.clock.advance(Duration::from_secs(10));
    let told = Rotate {
        refreshed_at: UnixMilliseconds(START.0 + 9_876),
        expires_at: UnixMilliseconds(START.0 + 70_001),
        ..rotate(handle, 1, 2)
    };

    let outcome = fixture.store.rotate(told).await.unwrap();

    assert_eq!(outcome, Rotation::Advanced);
    let stored = stored(fixture, handle).await;
    let chain = Chain { current: hash(2), parent: Some(hash(1)), confirmed_at: None };
    assert_eq!(stored.chain, chain);
    assert_eq!((stored.derivation, stored.generation), (Some(derivation(2)), 1));
    assert_eq!(stored.session.created_at, START);
    assert_eq!(stored.session.refreshed_at, told.refreshed_at);
    assert_eq!(stored.session.expires_at, told.expires_at);
}

async fn a_rotation_forgets_that_the_former_token_was_in_use(fixture: &Fixture) {
    let handle = rotated(fixture, 1).await;
    assert!(fixture.store.note_use(usage(handle, 2)).await.unwrap());

    fixture.store.rotate(rotate(handle, 2, 3)).await.unwrap();

    let stored = stored(fixture, handle).await;
    let chain = Chain { current: hash(3), parent: Some(hash(2)), confirmed_at: None };
    assert_eq!(stored.chain, chain);
    assert_eq!((stored.derivation, stored.generation), (Some(derivation(3)), 2));
}

async fn a_rotation_from_another_hash_is_lost_and_changes_nothing(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    let late = Rotate { expires_at: START.after(2 * VALIDITY), ..rotate(handle, 9, 2) };

    let outcome = fixture.store.rotate(late).await.unwrap();

    assert_eq!(outcome, Rotation::Lost);
    let stored = stored(fixture, handle).await;
    assert_eq!(stored.chain, Chain { current: hash(1), parent: None, confirmed_at: None });
    assert_eq!((stored.derivation, stored.generation), (None, 0));
    assert_eq!(stored.session.expires_at, START.after(VALIDITY));
}

async fn a_rotation_from_the_parent_is_lost_and_changes_nothing(fixture: &Fixture) {
    let handle = rotated(fixture, 1).await;

    let outcome = fixture.store.rotate(rotate(handle, 1, 3)).await.unwrap();

    assert_eq!(outcome, Rotation::Lost);
    let stored = stored(fixture, handle).await;
    assert_eq!((stored.chain.current, stored.chain.parent), (hash(2), Some(hash(1))));
    assert_eq!(stored.generation, 1);
}

async fn of_many_rotations_from_one_hash_exactly_one_advances(fixture: &Fixture) {
    let handle = created(fixture, 1).await;

    let racers: Vec<_> = (2..34)
        .map(|to| {
            let store = fixture.store.clone();
            tokio::spawn(async move { (to, store.rotate(rotate(handle, 1, to)).await.unwrap()) })
        })
        .collect();
    let mut advanced = Vec::new();
    for racer in racers {
        let (to, outcome) = racer.await.unwrap();
        advanced.extend(Some(to).filter(|_| outcome == Rotation::Advanced));
    }

    let [winner] = advanced.as_slice() else { panic!("{advanced:?}") };
    let stored = stored(fixture, handle).await;
    assert_eq!((stored.chain.current, stored.chain.parent), (hash(*winner), Some(hash(1))));
    assert_eq!((stored.derivation, stored.generation), (Some(derivation(*winner)), 1));
}

async fn a_rotation_of_an_expired_session_is_lost(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    fixture.clock.advance(VALIDITY);
    let late = Rotate { expires_at: START.after(2 * VALIDITY), ..rotate(handle, 1, 2) };

    let outcome = fixture.store.rotate(late).await.unwrap();

    assert_eq!(outcome, Rotation::Lost);
    assert!(found(fixture, handle).await.is_none());
}

async fn a_rotation_is_about_one_session(fixture: &Fixture) {
    let (one, other) = (created(fixture, 1).await, created(fixture, 2).await);

    fixture.store.rotate(rotate(one, 1, 2)).await.unwrap();

    assert_eq!(stored(fixture, other).await.chain.current, hash(1));
}

async fn a_use_is_noted_once_by_the_stores_clock(fixture: &Fixture) {
    let handle = rotated(fixture, 1).await;
    fixture.clock.advance(Duration::from_millis(1_234));
    let told = Use {
        refreshed_at: UnixMilliseconds(START.0 + 1_000),
        expires_at: UnixMilliseconds(START.0 + 61_000),
        ..usage(handle, 2)
    };

    assert!(fixture.store.note_use(told).await.unwrap());
    fixture.clock.advance(Duration::from_secs(1));
    let again = Use { expires_at: UnixMilliseconds(START.0 + 99_000), ..told };
    assert!(!fixture.store.note_use(again).await.unwrap());

    let stored = stored(fixture, handle).await;
    assert_eq!(stored.chain.confirmed_at, Some(UnixMilliseconds(START.0 + 1_234)));
    assert_eq!((stored.chain.current, stored.generation), (hash(2), 1));
    assert_eq!(stored.session.refreshed_at, told.refreshed_at);
    assert_eq!(stored.session.expires_at, told.expires_at);
}

async fn of_many_who_note_one_use_exactly_one_does(fixture: &Fixture) {
    let handle = rotated(fixture, 1).await;

    let racers: Vec<_> = (0..32)
        .map(|_| {
            let store = fixture.store.clone();
            tokio::spawn(async move { store.note_use(usage(handle, 2)).await.unwrap() })
        })
        .collect();
    let mut noted = 0;
    for racer in racers {
        noted += u32::from(racer.await.unwrap());
    }

    assert_eq!(noted, 1);
}

async fn a_use_of_another_token_than_the_current_is_not_noted(fixture: &Fixture) {
    let handle = rotated(fixture, 1).await;

    for other in [1, 9] {
        assert!(!fixture.store.note_use(usage(handle, other)).await.unwrap());
    }

    assert_eq!(confirmed_at(fixture, handle).await, None);
}

async fn a_use_of_an_expired_session_is_not_noted(fixture: &Fixture) {
    let handle = rotated(fixture, 1).await;
    fixture.clock.advance(VALIDITY);
    let late = Use { expires_at: START.after(2 * VALIDITY), ..usage(handle, 2) };

    assert!(!fixture.store.note_use(late).await.unwrap());

    assert!(found(fixture, handle).await.is_none());
}

async fn a_confirmation_of_the_current_token_is_noted_by_the_stores_clock(fixture: &Fixture) {
    let (handle, other) = (rotated(fixture, 1).await, rotated(fixture, 2).await);
    fixture.clock.advance(Duration::from_millis(321));

    let gone = fixture.store.confirm(&[confirmation(handle, 2)]).await.unwrap();

    assert!(gone.is_empty());
    let now = UnixMilliseconds(START.0 + 321);
    assert_eq!(confirmed_at(fixture, handle).await, Some(now));
    assert_eq!(confirmed_at(fixture, other).await, None);
    let stored = stored(fixture, handle).await;
    assert_eq!(stored.session.refreshed_at, START);
    assert_eq!((stored.session.expires_at, stored.generation), (START.after(VALIDITY), 1));
}

async fn a_confirmation_of_the_parent_or_of_nothing_known_changes_nothing(fixture: &Fixture) {
    let handle = rotated(fixture, 1).await;
    let mut nearly = [2; 16];
    nearly[15] = 3;
    let nearly = Confirmation { handle, refresh_hash: RefreshHashPrefix(nearly) };

    let told = [confirmation(handle, 1), confirmation(handle, 9), nearly];
    let gone = fixture.store.confirm(&told).await.unwrap();

    assert!(gone.is_empty());
    assert_eq!(confirmed_at(fixture, handle).await, None);
}

async fn a_confirmation_that_is_repeated_or_late_never_moves_the_time(fixture: &Fixture) {
    let handle = rotated(fixture, 1).await;
    for _ in 0..3 {
        let gone = fixture.store.confirm(&[confirmation(handle, 2)]).await.unwrap();
        assert!(gone.is_empty());
        fixture.clock.advance(Duration::from_secs(1));
    }
    assert!(!fixture.store.note_use(usage(handle, 2)).await.unwrap());
    assert_eq!(confirmed_at(fixture, handle).await, Some(START));

    // The edge may tell of a token after its successor was made.
    fixture.store.rotate(rotate(handle, 2, 3)).await.unwrap();
    fixture.store.confirm(&[confirmation(handle, 2)]).await.unwrap();
    assert_eq!(confirmed_at(fixture, handle).await, None);
}

async fn a_use_that_was_noted_is_not_moved_by_a_confirmation(fixture: &Fixture) {
    let handle = rotated(fixture, 1).await;
    assert!(fixture.store.note_use(usage(handle, 2)).await.unwrap());
    fixture.clock.advance(Duration::from_secs(1));

    fixture.store.confirm(&[confirmation(handle, 2)]).await.unwrap();

    assert_eq!(confirmed_at(fixture, handle).await, Some(START));
}

async fn a_confirmation_gives_exactly_the_sessions_that_are_gone(fixture: &Fixture) {
    let (expired, revoked) = (rotated(fixture, 1).await, rotated(fixture, 2).await);
    fixture.clock.advance(VALIDITY);
    let late = store_at(fixture, START).await;
    late.revoke_session(revoked, crate::sessions::ENDING).await.unwrap();
    late.close().await;
    let confirmed = created(fixture, 3).await;
    let superseded = created(fixture, 4).await;
    let nobody = handle(&alice(), 5);
    let told = [
        confirmation(nobody, 1),
        confirmation(superseded, 9),
        confirmation(expired, 2),
        confirmation(confirmed, 1),
        confirmation(revoked, 2),
        confirmation(nobody, 2),
    ];

    let gone = fixture.store.confirm(&told).await.unwrap();

    assert_eq!(gone.len(), 3, "each once: {gone:?}");
    assert_eq!(HashSet::from_iter(gone), HashSet::from([expired, revoked, nobody]));
    assert_eq!(confirmed_at(fixture, confirmed).await, Some(START.after(VALIDITY)));
}

async fn as_many_confirmations_as_a_call_may_have_are_noted_also_with_repetitions(
    fixture: &Fixture,
) {
    let mut handles = Vec::new();
    for number in 0..200 {
        handles.push(created(fixture, number).await);
    }
    let nobody = handle(&alice(), 999);
    handles.push(nobody);
    let told: Vec<_> = (0..MAX_CONFIRMATIONS)
        .map(|index| confirmation(handles[index % handles.len()], 1))
        .collect();

    let gone = fixture.store.confirm(&told).await.unwrap();

    assert_eq!(gone, [nobody]);
    let listed = fixture.store.sessions_of_user(&alice(), None, 1000).await.unwrap();
    assert_eq!(listed.len(), 200);
    assert!(listed.iter().all(|stored| stored.chain.confirmed_at == Some(START)));
}

async fn one_hash_in_two_sessions_confirms_only_what_was_named(fixture: &Fixture) {
    // Both rows hold the hash 1, which no two sessions that we make ever do.
    let (named, meant_otherwise) = (created(fixture, 1).await, created(fixture, 2).await);

    let told = [confirmation(named, 1), confirmation(meant_otherwise, 2)];
    fixture.store.confirm(&told).await.unwrap();

    assert_eq!(confirmed_at(fixture, named).await, Some(START));
    assert_eq!(confirmed_at(fixture, meant_otherwise).await, None);
}

async fn no_confirmations_are_nothing_to_do(fixture: &Fixture) {
    assert!(fixture.store.confirm(&[]).await.unwrap().is_empty());
}
