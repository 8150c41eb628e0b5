//! Many events: side by side, bounded, each once.

use crate::{deployment::Deployment, receiver::Receiver};
use std::{collections::HashSet, future, sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use wayleave_origin::{job::tell_webhook, store::Store};

#[tokio::test]
async fn an_event_whose_receiver_hangs_does_not_hold_up_others() {
    let mut receiver = Receiver::start(|told| {
        let hangs = told.body.contains("slow");
        Box::pin(async move { if hangs { future::pending().await } else { 200 } })
    })
    .await;
    let deployment = Deployment::telling(&receiver).await;
    for user in ["slow", "first", "second"] {
        deployment.report(user).await;
    }
    let mut origin = deployment.origin();

    origin.take().await.unwrap();
    let together = [receiver.next().await, receiver.next().await, receiver.next().await];
    deployment.report("third").await;
    origin.take().await.unwrap();
    let later = receiver.next().await;

    let users: HashSet<_> = together.iter().map(user_of).collect();
    assert_eq!(users, ["slow", "first", "second"].map(str::to_owned).into());
    assert_eq!(user_of(&later), "third");
    drop(origin);
    // What was on its way when the origin stopped comes again.
    deployment.clock.advance(Duration::from_mins(1));
    let mut other = deployment.origin();
    other.take().await.unwrap();
    assert_eq!(user_of(&receiver.next().await), "slow");
}

#[tokio::test]
async fn no_more_than_eight_are_on_their_way_at_a_time() {
    let gate = Arc::new(Semaphore::new(0));
    let open = Arc::clone(&gate);
    let mut receiver = Receiver::start(move |_| {
        let gate = Arc::clone(&gate);
        Box::pin(async move {
            gate.acquire().await.unwrap().forget();
            200
        })
    })
    .await;
    let deployment = Deployment::telling(&receiver).await;
    for number in 0..20 {
        deployment.report(&format!("user {number}")).await;
    }
    let mut origin = deployment.origin();

    assert!(origin.take().await.unwrap());
    let mut users = HashSet::new();
    for _ in 0..8 {
        users.insert(user_of(&receiver.next().await));
    }
    assert!(origin.take().await.unwrap());
    let untaken = deployment.store.take_events(100, Duration::ZERO).await.unwrap();
    assert_eq!(untaken.len(), 12);
    open.add_permits(20);
    origin.settle().await;
    while origin.take().await.unwrap() {
        origin.settle().await;
    }
    origin.settle().await;

    users.extend(receiver.so_far().iter().map(user_of));
    assert_eq!(users.len(), 20);
    assert_eq!(deployment.counts(), [20, 0, 0]);
}

#[tokio::test]
async fn two_origins_tell_each_event_once_between_them() {
    let mut receiver = Receiver::answering(200).await;
    let deployment = Deployment::telling(&receiver).await;
    let mut expected = HashSet::new();
    for number in 0..30 {
        let user = format!("user {number}");
        deployment.report(&user).await;
        expected.insert(user);
    }

    let origins = [deployment.origin(), deployment.origin()];
    let jobs = origins.map(|origin| tokio::spawn(tell_webhook(origin)));
    let mut told = Vec::new();
    for _ in 0..30 {
        told.push(user_of(&receiver.next().await));
    }

    assert_eq!(told.into_iter().collect::<HashSet<_>>(), expected);
    for job in jobs {
        job.abort();
    }
}

fn user_of(told: &crate::receiver::Told) -> String {
    told.json()["data"]["userId"].as_str().unwrap().to_owned()
}
