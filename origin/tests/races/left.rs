//! Callers that go away in the middle of a request: the server drops what it was doing for them, wherever that stood.

use crate::{
    Promise,
    cut_operation::{ALL, Operation},
    engine::Fixture,
    origin::{Answer, Origin, token},
    promises, say,
    whole::assert_whole,
};
use serde_json::Value;
use sqlx::AnyConnection;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use wayleave_origin::store::Store;

pub(crate) fn promises() -> Vec<Promise> {
    promises![a_caller_who_leaves_at_any_point_disturbs_nobody_after_him]
}

/// Waits so many times, then drops what it waits for.
struct Leaving<Request> {
    request: Option<Pin<Box<Request>>>,
    patience: usize,
}

impl<Request: Future> Future for Leaving<Request> {
    /// `None` where it left.
    type Output = Option<Request::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(request) = self.request.as_mut() else { return Poll::Ready(None) };
        if let Poll::Ready(answer) = request.as_mut().poll(context) {
            return Poll::Ready(Some(answer));
        }
        let Some(left) = self.patience.checked_sub(1) else {
            self.request = None;
            return Poll::Ready(None);
        };
        self.patience = left;
        Poll::Pending
    }
}

async fn a_caller_who_leaves_at_any_point_disturbs_nobody_after_him(
    fixture: &Fixture,
    engine: &'static str,
) {
    let direct = Origin::connect(&fixture.url, 2, "10s").await;
    // Whoever comes next gets the same connection.
    let origin = Origin::connect(&fixture.url, 1, "10s").await;
    let (mut connection, mut left) = (fixture.connection().await, 0);
    for operation in ALL {
        left += leave_everywhere(&mut connection, &direct, &origin, operation).await;
    }
    assert_whole(&mut connection).await;
    say(&format!("{left} requests left by their callers on {engine}: nobody after them noticed"));
    origin.close().await;
    direct.close().await;
}

async fn leave_everywhere(
    connection: &mut AnyConnection,
    direct: &Origin,
    origin: &Origin,
    operation: Operation,
) -> usize {
    for patience in 0.. {
        let user = format!("{operation:?}-{patience}");
        let issued = operation.prepare(direct, &user).await;
        let bystander = direct.log_in("bystander").await;
        let request = Box::pin(operation.attempt(origin, &issued));
        let answered = Leaving { request: Some(request), patience }.await;

        // What is said to be done is done: others see it too.
        let refreshed = origin.refresh(token(&bystander, "refreshToken")).await;
        assert_eq!(refreshed.status, 200, "after {user}: {}", refreshed.body);
        let handle = bystander["session"]["handle"].as_str().unwrap().parse().unwrap();
        let stored = direct.store.session(handle).await.unwrap().unwrap();
        assert_eq!(stored.generation, 1, "after {user}: a refresh was answered, but is not there");

        let second = operation.attempt(origin, &issued).await.good();
        let is_over = answered.is_some();
        let nothing =
            Answer { status: 503, headers: axum::http::HeaderMap::new(), body: Value::Null };
        let first = answered.unwrap_or(nothing);
        operation.check(connection, direct, &issued, (&first, &second)).await;
        if is_over {
            return patience;
        }
    }
    0
}
