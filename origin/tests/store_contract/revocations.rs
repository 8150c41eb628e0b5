//! Promises about the revocation feed.

use crate::{
    Promise,
    engine::{Fixture, START},
    promises,
    sessions::{ENDING, VALIDITY, alice, created, handle, new_session, rows},
};
use sqlx::Executor;
use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use wayleave_origin::store::{Revocation, RevocationPage, SqlStore, Store, StoreClock};
use wayleave_shared::{
    feed::{FeedCursor, RevokedSession, RevokedUser, UserDigest},
    session_handle::SessionHandle,
    time::UnixSeconds,
};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        an_empty_feed_begins_at_position_0_of_a_random_epoch,
        an_ended_session_is_told_with_the_time_to_forget_it,
        ending_a_user_tells_each_live_session_and_the_user,
        what_was_not_there_is_not_told,
        a_cursor_goes_on_where_the_last_page_ended,
        a_cursor_of_another_epoch_or_ahead_of_the_feed_starts_again,
        a_long_feed_comes_in_pages,
        more_than_one_batch_gets_its_positions,
        what_is_to_be_forgotten_is_not_told_and_then_removed_some_at_a_time,
        an_entry_that_commits_late_does_not_slip_behind_a_cursor,
        of_many_revocations_and_readers_each_entry_is_told_once_in_one_order,
        a_revocation_that_fails_leaves_session_and_feed_alone,
        stores_that_connect_together_draw_one_epoch,
    ]
}

/// `START` is not on a whole second, so the time to forget is rounded up.
const FORGET_AT: UnixSeconds = UnixSeconds(START.0 / 1000 + 61 * 60 + 1);

pub(crate) async fn page(
    fixture: &Fixture,
    since: Option<FeedCursor>,
    limit: usize,
) -> RevocationPage {
    fixture.store.revocations(since, limit).await.unwrap()
}

async fn revoked(fixture: &Fixture, number: u16) -> SessionHandle {
    let handle = created(fixture, number).await;
    assert!(fixture.store.revoke_session(handle, ENDING).await.unwrap());
    handle
}

pub(crate) fn handles(page: &RevocationPage) -> Vec<SessionHandle> {
    page.entries
        .iter()
        .filter_map(|entry| match entry {
            Revocation::Session(session) => Some(session.handle),
            Revocation::Key(_) | Revocation::User(_) => None,
        })
        .collect()
}

async fn an_empty_feed_begins_at_position_0_of_a_random_epoch(fixture: &Fixture) {
    let first = page(fixture, None, 10).await;

    assert!(first.restart && !first.more && first.entries.is_empty());
    assert_eq!(first.cursor.position, 0);
    assert_ne!(first.cursor.epoch, [0; 16]);
    let second = page(fixture, Some(first.cursor), 10).await;
    assert_eq!(second, RevocationPage { restart: false, ..first });
}

async fn an_ended_session_is_told_with_the_time_to_forget_it(fixture: &Fixture) {
    let handle = revoked(fixture, 1).await;

    let page = page(fixture, None, 10).await;

    let entry = RevokedSession { handle, forget_at: FORGET_AT };
    assert_eq!(page.entries, [Revocation::Session(entry)]);
    assert_eq!((page.cursor.position, page.more), (1, false));
}

async fn ending_a_user_tells_each_live_session_and_the_user(fixture: &Fixture) {
    let expected = HashSet::from([created(fixture, 1).await, created(fixture, 2).await]);
    fixture.clock.advance(Duration::from_secs(1));
    fixture.store.revoke_user(&alice(), None, ENDING).await.unwrap();

    let page = page(fixture, None, 10).await;

    assert_eq!(page.entries.len(), 3);
    assert_eq!(handles(&page).into_iter().collect::<HashSet<_>>(), expected);
    let user = Revocation::User(RevokedUser {
        user: UserDigest::of(&alice()),
        issued_before: UnixSeconds(START.0 / 1000 + 1 - 60),
        forget_at: UnixSeconds(FORGET_AT.0 + 1),
    });
    assert!(page.entries.contains(&user), "{page:?}");
}

async fn what_was_not_there_is_not_told(fixture: &Fixture) {
    let (expired, nobody) = (created(fixture, 1).await, handle(&alice(), 2));
    fixture.clock.advance(VALIDITY);

    assert!(!fixture.store.revoke_session(expired, ENDING).await.unwrap());
    assert!(!fixture.store.revoke_session(nobody, ENDING).await.unwrap());

    assert!(page(fixture, None, 10).await.entries.is_empty());
}

async fn a_cursor_goes_on_where_the_last_page_ended(fixture: &Fixture) {
    let first = revoked(fixture, 1).await;
    let one = page(fixture, None, 10).await;
    let second = revoked(fixture, 2).await;
    let two = page(fixture, Some(one.cursor), 10).await;

    assert_eq!((handles(&one), handles(&two)), (vec![first], vec![second]));
    assert!(one.restart && !two.restart);
    assert_eq!(two.cursor, FeedCursor { position: 2, ..one.cursor });
    assert!(page(fixture, Some(two.cursor), 10).await.entries.is_empty());
    assert_eq!(handles(&page(fixture, Some(one.cursor), 10).await), [second]);
}

async fn a_cursor_of_another_epoch_or_ahead_of_the_feed_starts_again(fixture: &Fixture) {
    let handle = revoked(fixture, 1).await;
    let whole = page(fixture, None, 10).await;

    for unknown in [
        FeedCursor { position: 2, ..whole.cursor },
        FeedCursor { position: u64::MAX, ..whole.cursor },
        FeedCursor { epoch: [7; 16], position: 1 },
        FeedCursor { epoch: [7; 16], position: 0 },
    ] {
        assert_eq!(page(fixture, Some(unknown), 10).await, whole, "{unknown}");
    }
    assert_eq!(handles(&whole), [handle]);
}

async fn a_long_feed_comes_in_pages(fixture: &Fixture) {
    let mut expected = HashSet::new();
    for number in 0..7 {
        expected.insert(revoked(fixture, number).await);
    }

    let (mut sizes, mut seen, mut since) = (Vec::new(), HashSet::new(), None);
    loop {
        let page = page(fixture, since, 3).await;
        sizes.push(page.entries.len());
        seen.extend(handles(&page));
        since = Some(page.cursor);
        if !page.more {
            break;
        }
    }

    assert_eq!((sizes, seen), (vec![3, 3, 1], expected));
    let exactly_full = page(fixture, None, 7).await;
    assert!(!exactly_full.more);
}

async fn more_than_one_batch_gets_its_positions(fixture: &Fixture) {
    for number in 0..1001 {
        fixture.store.create_session(new_session(&alice(), number)).await.unwrap();
    }
    fixture.store.revoke_user(&alice(), None, ENDING).await.unwrap();

    let first = page(fixture, None, 600).await;
    let second = page(fixture, Some(first.cursor), 600).await;

    assert_eq!((first.entries.len(), first.more), (600, true));
    assert_eq!((second.entries.len(), second.more), (402, false));
    let all: HashSet<_> = handles(&first).into_iter().chain(handles(&second)).collect();
    assert_eq!(all.len(), 1001);
}

async fn what_is_to_be_forgotten_is_not_told_and_then_removed_some_at_a_time(fixture: &Fixture) {
    for number in 0..3 {
        revoked(fixture, number).await;
    }
    let cursor = page(fixture, None, 10).await.cursor;
    fixture.clock.advance(Duration::from_millis(61 * 60_000 - 1));
    assert_eq!(page(fixture, None, 10).await.entries.len(), 3);
    assert_eq!(fixture.store.forget_revocations(10).await.unwrap(), 0);

    fixture.clock.advance(Duration::from_millis(1));

    assert!(page(fixture, None, 10).await.entries.is_empty());
    assert_eq!(fixture.store.forget_revocations(2).await.unwrap(), 2);
    assert_eq!(fixture.store.forget_revocations(2).await.unwrap(), 1);
    assert_eq!(rows(fixture, "revocations").await, 0);
    let last = revoked(fixture, 4).await;
    let after = page(fixture, Some(cursor), 10).await;
    assert_eq!((handles(&after), after.restart, after.cursor.position), (vec![last], false, 4));
}

async fn an_entry_that_commits_late_does_not_slip_behind_a_cursor(fixture: &Fixture) {
    let late = handle(&alice(), 9);
    let mut slow = fixture.connection().await;
    let many_writers = !fixture.url.starts_with("sqlite:");
    slow.execute(if many_writers { "BEGIN" } else { "BEGIN IMMEDIATE" }).await.unwrap();
    sqlx::query("INSERT INTO revocations (id, kind, subject, forget_at) VALUES (?, 1, ?, ?)")
        .bind(late.as_bytes().to_vec())
        .bind(late.as_bytes().to_vec())
        .bind(i64::MAX)
        .execute(&mut slow)
        .await
        .unwrap();
    // SQLite lets one write at a time; there nothing can be ended meanwhile.
    let early = if many_writers { vec![revoked(fixture, 1).await] } else { Vec::new() };
    let before = page(fixture, None, 10).await;

    slow.execute("COMMIT").await.unwrap();
    let after = page(fixture, Some(before.cursor), 10).await;

    assert_eq!((handles(&before), handles(&after)), (early, vec![late]));
}

async fn of_many_revocations_and_readers_each_entry_is_told_once_in_one_order(fixture: &Fixture) {
    const WRITERS: u16 = 8;
    const EACH: u16 = 12;
    let mut expected = HashSet::new();
    for number in 0..WRITERS * EACH {
        expected.insert(created(fixture, number).await);
    }
    let (finished, pulls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            tokio::spawn(follow(fixture.store.clone(), Arc::clone(&finished), Arc::clone(&pulls)))
        })
        .collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (store, pulls) = (fixture.store.clone(), Arc::clone(&pulls));
            tokio::spawn(async move {
                for number in writer * EACH..(writer + 1) * EACH {
                    let handle = handle(&alice(), number);
                    // A database that is busy beyond patience says so; the caller tries again.
                    while store.revoke_session(handle, ENDING).await.is_err() {}
                    // The readers must get between the writes.
                    let seen = pulls.load(Ordering::SeqCst);
                    while pulls.load(Ordering::SeqCst) == seen {
                        tokio::task::yield_now().await;
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    finished.store(true, Ordering::SeqCst);

    let mut orders = Vec::new();
    for reader in readers {
        orders.push(reader.await.unwrap());
    }
    assert_eq!(orders[0].len(), expected.len());
    assert_eq!(orders[0].iter().copied().collect::<HashSet<_>>(), expected);
    assert_eq!(orders[0], orders[1]);
}

/// Reads the feed by cursor until there is nothing more after `finished`.
async fn follow(
    store: SqlStore,
    finished: Arc<AtomicBool>,
    pulls: Arc<AtomicU64>,
) -> Vec<SessionHandle> {
    let (mut seen, mut since) = (Vec::new(), None);
    loop {
        let last = finished.load(Ordering::SeqCst);
        let Ok(page) = store.revocations(since, 5).await else { continue };
        pulls.fetch_add(1, Ordering::SeqCst);
        assert_eq!(page.restart, since.is_none());
        seen.extend(handles(&page));
        since = Some(page.cursor);
        if last && !page.more {
            return seen;
        }
    }
}

async fn a_revocation_that_fails_leaves_session_and_feed_alone(fixture: &Fixture) {
    let handle = created(fixture, 1).await;
    let mut connection = fixture.connection().await;
    connection.execute("ALTER TABLE revocations RENAME TO hidden").await.unwrap();

    assert!(fixture.store.revoke_session(handle, ENDING).await.is_err());
    assert!(fixture.store.revoke_user(&alice(), None, ENDING).await.is_err());

    connection.execute("ALTER TABLE hidden RENAME TO revocations").await.unwrap();
    assert!(fixture.store.session(handle).await.unwrap().is_some());
    assert_eq!(rows(fixture, "revocations").await, 0);
    assert!(fixture.store.revoke_session(handle, ENDING).await.unwrap());
    assert_eq!(handles(&page(fixture, None, 10).await), [handle]);
}

async fn stores_that_connect_together_draw_one_epoch(fixture: &Fixture) {
    let mut connection = fixture.connection().await;
    connection.execute("DELETE FROM feed_state").await.unwrap();
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let url = fixture.url.clone();
            tokio::spawn(async move {
                let store = SqlStore::connect(&url, 2, StoreClock::Database).await.unwrap();
                let epoch = store.revocations(None, 1).await.unwrap().cursor.epoch;
                store.close().await;
                epoch
            })
        })
        .collect();
    let mut epochs = HashSet::new();
    for start in starts {
        epochs.insert(start.await.unwrap());
    }
    assert_eq!(epochs.len(), 1);
    assert_eq!(rows(fixture, "feed_state").await, 1);
}
