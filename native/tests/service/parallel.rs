//! Many requests at once, on several threads.

use crate::{
    origin::Origin,
    service::{FEED, KEYS, Stage, builder},
};
use axum::http::Request;
use std::sync::Arc;
use tokio::task::JoinSet;
use wayleave::{Csrf, ErrorType, NewSession, UserId};
use wayleave_origin::clock::ManualClock;

const TASKS: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_tasks_on_four_threads_share_one_memory() {
    let stage = Stage::ready().await;
    let mut browsers = Vec::new();
    for number in 0..8 {
        browsers.push(Arc::new(stage.logged_in(&format!("user{number}")).await));
    }
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (wayleave, browser) = (stage.wayleave.clone(), Arc::clone(&browsers[task % 8]));
        tasks.spawn(async move {
            let request =
                Request::get("/").header("cookie", browser.cookie_header()).body(()).unwrap();
            for _ in 0..50 {
                let session = wayleave.get_session(&request, Csrf::NotRequired).await.unwrap();
                assert_eq!(session.user_id().to_text(), format!("user{}", task % 8));
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(stage.origin.asked(), [""; 0]);

    // What one ends is ended for all.
    let user = UserId::text("user3").unwrap();
    stage.wayleave.revoke_all_sessions_for_user(&user, None).await.unwrap();
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (wayleave, browser) = (stage.wayleave.clone(), Arc::clone(&browsers[task % 8]));
        tasks.spawn(async move {
            let request =
                Request::get("/").header("cookie", browser.cookie_header()).body(()).unwrap();
            let found = wayleave.get_session(&request, Csrf::NotRequired).await;
            assert_eq!(found.is_err(), task % 8 == 3);
        });
    }
    tasks.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_first_requests_fetch_keys_and_feed_once() {
    let stage = Stage::ready().await;
    let alice = Arc::new(stage.logged_in("alice").await);
    let wayleave = builder(&stage.origin, &stage.clock).connect().unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (wayleave, alice) = (wayleave.clone(), Arc::clone(&alice));
        tasks.spawn(async move {
            let request =
                Request::get("/").header("cookie", alice.cookie_header()).body(()).unwrap();
            wayleave.get_session(&request, Csrf::NotRequired).await.unwrap();
        });
    }

    tasks.join_all().await;

    let mut asked = stage.origin.asked();
    asked.sort_unstable();
    assert_eq!(asked, [KEYS, FEED]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_refreshes_of_one_token_all_get_the_same_successor() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let tab = alice.double();
        tasks.spawn(async move {
            tab.post("/auth/session/refresh").await.expect(200);
            tab.cookie("sRefreshToken")
        });
    }

    let mut tokens = tasks.join_all().await;

    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    assert_ne!(tokens[0], alice.cookie("sRefreshToken"));
}

#[tokio::test]
async fn every_future_can_move_between_threads() {
    fn sendable<T: Future + Send>(future: T) {
        drop(future);
    }
    let clock = Arc::new(ManualClock::at(wayleave::UnixMilliseconds(0)));
    let origin = Origin::at(&clock).await;
    let wayleave = builder(&origin, &clock).connect().unwrap();
    // A body that is not `Sync`, as that of most requests.
    let request = Request::new(axum::body::Body::empty());
    let (request, user) = (&request, UserId::text("alice").unwrap());
    let handle = wayleave::SessionHandle::from_bytes([0; 16]);
    let (edge, view) = (wayleave.edge(), wayleave_edge::request::RequestView::default());

    sendable(wayleave.ready());
    sendable(wayleave.get_session(request, Csrf::Required));
    sendable(wayleave.create_session(request, NewSession::of(user.clone())));
    sendable(wayleave.refresh_session(request));
    sendable(edge.get_session(&view, Csrf::Required));
    sendable(edge.create_session(&view, NewSession::of(user.clone())));
    sendable(edge.refresh_session(&view));
    sendable(edge.make_ready());
    sendable(wayleave.session(handle));
    sendable(wayleave.sessions_of_user(&user));
    sendable(wayleave.revoke_session(handle));
    sendable(wayleave.revoke_all_sessions_for_user(&user, None));
    sendable(wayleave.session_data(handle));
    sendable(wayleave.update_session_data(handle, &1, None));
    sendable(wayleave.update_jwt_payload(handle, &1));
    sendable(async {
        // As a handler has it, which owns its request.
        let request = Request::new(axum::body::Body::empty());
        let mut session = wayleave.get_session(&request, Csrf::Required).await?;
        session.data().await?;
        let _set = session.update_jwt_payload(&1).await?;
        session.update_data(&1, None).await?;
        session.stored().await?;
        session.revoke().await
    });
    assert_eq!(
        wayleave.get_session(request, Csrf::Required).await.unwrap_err().error_type(),
        ErrorType::Unauthorised
    );
}
