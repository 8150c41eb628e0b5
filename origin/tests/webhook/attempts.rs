//! One event: told, told again, given up.

use crate::{
    deployment::{Deployment, SECRETS},
    log::Log,
    receiver::{Receiver, Told},
};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

#[tokio::test]
async fn a_receiver_that_fails_twice_is_told_once_more_and_then_left_alone() {
    let requests = AtomicUsize::new(0);
    let mut receiver = Receiver::start(move |_| {
        let status = [500, 302, 204][requests.fetch_add(1, Ordering::SeqCst)];
        Box::pin(async move { status })
    })
    .await;
    let deployment = Deployment::telling(&receiver).await;
    let stolen = deployment.report("alice").await;
    let mut origin = deployment.origin();

    let mut told = Vec::new();
    for pause_s in [10, 30, 90, 1_000_000] {
        origin.take().await.unwrap();
        origin.settle().await;
        told.extend(receiver.so_far());
        deployment.clock.advance(Duration::from_secs(pause_s));
    }

    let timestamps: Vec<_> = told.iter().map(|told| told.header("webhook-timestamp")).collect();
    assert_eq!(timestamps, ["1700000000", "1700000010", "1700000040"]);
    for one in &told {
        assert_eq!(one.header("webhook-id"), told[0].header("webhook-id"));
        assert_eq!(one.body, told[0].body);
        assert_eq!(one.header("content-type"), "application/json");
        assert!(SECRETS.iter().all(|secret| one.is_signed_by(secret)));
        assert!(!one.is_signed_by(&[3; 32]));
    }
    let expected = serde_json::json!({
        "type": "session.theft",
        "timestamp": "2023-11-14T22:13:20.123Z",
        "data": { "handle": stolen.to_string(), "userId": "alice", "revoked": [] },
    });
    assert_eq!(told[0].json(), expected);
    assert_eq!(deployment.counts(), [1, 2, 0]);
    assert_eq!(deployment.left().await, 0);
}

#[tokio::test]
async fn an_attempt_is_not_made_before_its_pause_is_over() {
    let mut receiver = Receiver::answering(503).await;
    let deployment = Deployment::telling(&receiver).await;
    deployment.report("alice").await;
    let mut origin = deployment.origin();
    origin.take().await.unwrap();
    origin.settle().await;
    receiver.next().await;

    // The least that chance makes of ten seconds.
    deployment.clock.advance(Duration::from_millis(7_999));
    origin.take().await.unwrap();
    origin.settle().await;

    assert_eq!(receiver.so_far().len(), 0);
    assert_eq!(deployment.counts(), [0, 1, 0]);
}

#[tokio::test]
async fn after_the_tenth_attempt_it_is_given_up_and_the_log_says_so_without_user_or_address() {
    let log = Log::start();
    let mut receiver = Receiver::answering(500).await;
    let deployment = Deployment::telling(&receiver).await;
    deployment.report("alice-id").await;
    let mut origin = deployment.origin();

    let mut told: Vec<Told> = Vec::new();
    for _ in 0..12 {
        origin.take().await.unwrap();
        origin.settle().await;
        told.extend(receiver.so_far());
        deployment.clock.advance(Duration::from_hours(19));
    }

    assert_eq!(told.len(), 10);
    assert_eq!(deployment.counts(), [0, 9, 1]);
    assert_eq!(deployment.left().await, 0);
    let log = log.text();
    let lost: Vec<_> = log.lines().filter(|line| line.contains("ERROR")).collect();
    let [lost] = lost[..] else { panic!("{log}") };
    let event =
        format!("event_id=\"{}\" event_type=\"session.theft\"", told[0].header("webhook-id"));
    assert!(lost.contains(&event) && lost.contains("never be told"), "{lost}");
    for secret in ["alice-id", "url-secret", "AQEBAQEB"] {
        assert!(!log.contains(secret), "{secret} is in:\n{log}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_tried_again() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let deployment = Deployment::at(&format!("http://{closed}/")).await;
    deployment.report("alice").await;
    let mut origin = deployment.origin();

    origin.take().await.unwrap();
    origin.settle().await;

    assert_eq!(deployment.counts(), [0, 1, 0]);
    assert_eq!(deployment.left().await, 1);
}
