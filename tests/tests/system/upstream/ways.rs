//! How a request gets to the app: from whom, by which way, in which time.

use super::{UpstreamTest, stage::Stage};
use std::sync::Arc;
use tokio::task::JoinSet;

pub(super) fn all() -> Vec<UpstreamTest> {
    crate::upstream_tests![
        the_app_learns_the_way_of_a_request_from_the_gateway_alone,
        an_app_has_all_the_time_it_wants_unless_told_otherwise,
        a_request_that_makes_the_memory_grow_is_read_to_its_last_header,
    ]
}

pub(super) fn of_a_late_app() -> Vec<UpstreamTest> {
    crate::upstream_tests![an_app_that_is_late_is_504, an_answer_that_has_begun_may_take_its_time,]
}

pub(super) fn of_a_bound_app() -> Vec<UpstreamTest> {
    crate::upstream_tests![
        a_bound_app_sees_the_clients_url_and_whose_request_it_is,
        the_app_learns_the_way_of_a_request_from_the_gateway_alone,
    ]
}

async fn the_app_learns_the_way_of_a_request_from_the_gateway_alone(stage: Arc<Stage>) {
    let nobody = stage.visitor();
    let request = || {
        nobody
            .get("/public/seen")
            .header("x-forwarded-for", "203.0.113.1")
            .header("x_forwarded_for", "203.0.113.1")
            .header("x-forwarded-host", "evil.example.test")
            .header("x-forwarded-proto", "gopher")
            .header("x-forwarded-port", "1")
            .header("forwarded", "for=203.0.113.1")
            .header("x-real-ip", "203.0.113.1")
    };

    let seen = request().header("cf-connecting-ip", "192.0.2.7").await.expect(200).json();
    let unknown = request().await.expect(200).json();

    let host = format!("127.0.0.1:{}", stage.port());
    for (seen, address) in [(&seen["headers"], Some("192.0.2.7")), (&unknown["headers"], None)] {
        assert_eq!(seen.get("x-forwarded-for").and_then(|value| value.as_str()), address);
        assert_eq!(seen["x-forwarded-host"], host.as_str());
        assert_eq!(seen["x-forwarded-proto"], "http");
        let text = seen.to_string();
        for made_up in ["203.0.113.1", "evil.example.test", "gopher", "x-forwarded-port"] {
            assert!(!text.contains(made_up), "{text}");
        }
    }
}

async fn an_app_has_all_the_time_it_wants_unless_told_otherwise(stage: Arc<Stage>) {
    let answer = stage.visitor().get("/public/late?ms=700").await.expect(200);
    assert_eq!(answer.body, "at last");
}

async fn an_app_that_is_late_is_504(stage: Arc<Stage>) {
    let late = stage.visitor().get("/public/late?ms=30000").await;

    late.expect_refusal(504, "unavailable");
    assert_eq!(late.json()["detail"], "the app did not answer in time");
    assert_eq!(late.header("retry-after"), Some("1"));
    let log = stage.log();
    assert!(log.contains("it did not answer within UPSTREAM_TIMEOUT"), "{log}");
    stage.visitor().get("/public/late?ms=0").await.expect_status(200);
}

async fn an_answer_that_has_begun_may_take_its_time(stage: Arc<Stage>) {
    let slow = stage.visitor().get("/public/slow?ms=1000").await.expect(200);
    assert_eq!(slow.body, "begun, done");
}

async fn a_bound_app_sees_the_clients_url_and_whose_request_it_is(stage: Arc<Stage>) {
    let alice = stage.user(r#"{"userId":"alice"}"#).await;

    let seen = alice.get("/api/seen?x=%2f").await.expect(200).json();

    assert_eq!(seen["url"], format!("{}/api/seen?x=%2f", stage.url()));
    assert_eq!(seen["headers"]["x-wayleave-user-id"], "alice");
    assert_eq!(seen["headers"].get("cookie"), None, "{seen}");
    stage.visitor().get("/api/seen").await.expect_refusal(401, "unauthorised");
}

async fn a_request_that_makes_the_memory_grow_is_read_to_its_last_header(stage: Arc<Stage>) {
    let alice = stage.user(r#"{"userId":"alice"}"#).await;
    let session = alice.with_cookies(|jar| jar.header("/api/late")).expect("she is logged in");
    let mut requests = JoinSet::new();
    // Each of them is kept while the app takes its time: far more together than the memory that was there. Where the later headers of one lie, another had its cookie.
    for number in 0..400 {
        let visitor = stage.visitor();
        let cookie = format!("{session}; other={}", "x".repeat(977 * number % 1000));
        requests.spawn(async move {
            let request = visitor.get("/api/late?ms=2000").header("cookie", &cookie);
            request.header("origin", "https://evil.example.test").await
        });
    }
    for answer in requests.join_all().await {
        assert_eq!(answer.expect(200).body, "at last");
    }
}
