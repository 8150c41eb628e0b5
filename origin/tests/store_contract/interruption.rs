//! Promises about callers that go away in the middle of a step: a browser that hangs up, a job that is stopped. The step goes on, and the connection is as good as
//! before.

use crate::{
    Promise,
    engine::Fixture,
    promises,
    revocations::{handles, page},
    rotation::rotate,
    sessions::{
        ENDING, ONCE, VALIDITY, alice, created_with_data, found, handle, json_of, new_session, rows,
    },
};
use std::{
    future::Future,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};
use wayleave_origin::store::{NewSession, SqlStore, Store, StoreClock};
use wayleave_shared::{
    claims::RefreshHashPrefix, json::Json, session_handle::SessionHandle, wire::Confirmation,
};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        a_revocation_that_is_given_up_is_done_all_the_same,
        a_removal_of_expired_sessions_that_is_given_up_is_done_all_the_same,
        whatever_is_given_up_leaves_the_connection_fit_for_what_comes_next,
        a_store_closes_though_a_step_was_given_up,
    ]
}

/// Drops a step after it was looked at so many times.
async fn given_up_after<T>(polls: u32, step: impl Future<Output = T>) {
    let mut step = pin!(step);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 || step.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        left -= 1;
        Poll::Pending
    })
    .await;
}

/// One connection, so that whatever a step leaves on it meets the next.
async fn one_connection(fixture: &Fixture) -> SqlStore {
    SqlStore::connect(&fixture.url, 1, StoreClock::Given(fixture.clock.clone())).await.unwrap()
}

/// Waits for what goes on by itself; whatever takes that long never comes.
async fn comes<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.unwrap()
}

/// How often a step is looked at before it is given up: from its first statement to about its end.
const POLLS: std::ops::Range<u32> = 1..12;

async fn a_revocation_that_is_given_up_is_done_all_the_same(fixture: &Fixture) {
    let store = one_connection(fixture).await;
    let mut ended = Vec::new();
    for polls in POLLS {
        let handle = created_with_data(fixture, u16::try_from(polls).unwrap()).await;

        given_up_after(polls, store.revoke_session(handle, ENDING)).await;

        comes(async { while found(fixture, handle).await.is_some() {} }).await;
        ended.push(handle);
        assert_eq!(handles(&page(fixture, None, 100).await), ended, "after {polls} polls");
    }
    assert_eq!(rows(fixture, "session_data").await, 0);
    comes(store.close()).await;
}

async fn a_removal_of_expired_sessions_that_is_given_up_is_done_all_the_same(fixture: &Fixture) {
    let store = one_connection(fixture).await;
    for polls in POLLS {
        for number in 0..3 {
            created_with_data(fixture, number).await;
        }
        fixture.clock.advance(VALIDITY);

        given_up_after(polls, store.remove_expired(None, 10)).await;

        comes(async { while rows(fixture, "sessions").await > 0 {} }).await;
        assert_eq!(rows(fixture, "session_data").await, 0, "after {polls} polls");
    }
    comes(store.close()).await;
}

type Step<'store> = Pin<Box<dyn Future<Output = ()> + Send + 'store>>;

/// One step of each manner: with and without transaction, reading and writing, prepared once or each time.
fn steps(store: &SqlStore, number: u16) -> Vec<Step<'_>> {
    let user = alice();
    let (old, new) = (handle(&user, 0), handle(&user, number));
    let create = NewSession { data: Some(one()), ..new_session(&user, 1000 + number) };
    let create_with_much = NewSession { data: Some(json_of(1025)), ..new_session(&user, number) };
    vec![
        Box::pin(async move { store.create_session(create).await.unwrap() }),
        Box::pin(async move { store.create_session(create_with_much).await.unwrap() }),
        Box::pin(async move { drop(store.session(old).await.unwrap()) }),
        Box::pin(async move {
            let _ = store.rotate(rotate(old, 1, 1)).await.unwrap();
        }),
        Box::pin(async move { drop(store.confirm(&[confirmation(old)]).await.unwrap()) }),
        Box::pin(async move { drop(store.sessions_of_user(&alice(), None, 9).await.unwrap()) }),
        Box::pin(async move {
            let _ = store.update_session_data(old, &one(), None, ONCE).await.unwrap();
        }),
        Box::pin(async move {
            let _ = store.revoke_session(new, ENDING).await.unwrap();
        }),
        Box::pin(async move { drop(store.revocations(None, 9).await.unwrap()) }),
        Box::pin(async move {
            let _ = store.hold_lease("work", [1; 16], VALIDITY).await.unwrap();
        }),
        Box::pin(async move { store.ping().await.unwrap() }),
    ]
}

fn one() -> Json {
    Json::parse("1").unwrap()
}

fn confirmation(handle: SessionHandle) -> Confirmation {
    Confirmation { handle, refresh_hash: RefreshHashPrefix([1; 16]) }
}

async fn whatever_is_given_up_leaves_the_connection_fit_for_what_comes_next(fixture: &Fixture) {
    let store = one_connection(fixture).await;
    let probe = created_with_data(fixture, 0).await;
    for polls in POLLS {
        let number = u16::try_from(polls).unwrap();
        for (kind, step) in steps(&store, number).into_iter().enumerate() {
            given_up_after(polls, step).await;

            // What the same connection writes next must be seen from another one.
            let payload = Json::parse(format!("[{polls}, {kind}]")).unwrap();
            assert!(store.update_payload(probe, Some(&payload)).await.unwrap());
            let seen = found(fixture, probe).await.unwrap().session.jwt_payload;
            assert_eq!(seen, Some(payload), "after {polls} polls of step {kind}");
        }
    }
    comes(store.close()).await;
}

async fn a_store_closes_though_a_step_was_given_up(fixture: &Fixture) {
    for polls in POLLS {
        let store = one_connection(fixture).await;
        created_with_data(fixture, u16::try_from(polls).unwrap()).await;

        given_up_after(polls, store.revoke_user(&alice(), None, ENDING)).await;

        comes(store.close()).await;
    }
}
