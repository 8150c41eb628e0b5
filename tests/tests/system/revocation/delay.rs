//! How long a session that was ended at one edge goes on at another.

use super::refusal;
use crate::{System, origin_calls::expect_few_pulls};
use std::{sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{self, MissedTickBehavior},
};
use wayleave_dev::stopwatch::Stopwatch;
use wayleave_tests::{
    harness::{Test, say},
    second_edge::SecondEdge,
    tests,
    visitor::Visitor,
};

pub(crate) fn all() -> Vec<Test> {
    tests![a_hundred_sign_outs_at_one_edge_reach_the_other_by_the_feed_alone]
}

async fn a_hundred_sign_outs_at_one_edge_reach_the_other_by_the_feed_alone(system: Arc<System>) {
    let second = system.second_edge().await;
    let bystander = system.visitor();
    bystander.log_in("bystander").await;
    let bystander = second.double(&bystander);
    learn_how_cookies_are_cleared(&system, second).await;
    let mut leavers = Vec::new();
    for index in 0..100 {
        let here = system.visitor();
        here.log_in(format!("leaver-{index}")).await;
        let there = second.double(&here);
        there.get("/api/me").await.expect_status(200);
        leavers.push((here, there));
    }
    system.to_origin.forget();
    second.to_origin.forget();
    let watch = Stopwatch::start();

    // At an even pace, so that they fall on every moment between two pulls.
    let mut pace = time::interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut refusals = JoinSet::new();
    for (here, there) in leavers {
        pace.tick().await;
        here.sign_out().await.expect_status(200);
        refusals.spawn(refused_after(there));
        bystander.get("/api/me").await.expect_status(200);
    }
    let mut delays = refusals.join_all().await;

    delays.sort();
    assert_eq!(delays.len(), 100);
    assert_eq!(second.to_origin.requests_for_someone(), [""; 0], "nothing but the feed told it");
    assert!(second.to_origin.key_fetches() <= 1, "{:?}", second.to_origin.requests());
    expect_few_pulls(&second.to_origin, &watch);
    let sign_outs = system.to_origin.requests_for_someone();
    assert_eq!(sign_outs.len(), 100, "{sign_outs:?}");
    assert!(sign_outs.iter().all(|call| call.starts_with("DELETE ")), "{sign_outs:?}");
    expect_few_pulls(&system.to_origin, &watch);
    bystander.get("/api/me").await.expect_status(200);
    say(&format!(
        "100 sign-outs at one edge, refused at the other after p50 {} ms, p99 {} ms, max {} ms; {} feed pulls in {} s",
        delays[49].as_millis(),
        delays[98].as_millis(),
        delays[99].as_millis(),
        second.to_origin.feed_pulls(),
        watch.elapsed().as_secs(),
    ));
}

/// The edges have no cookie settings: with the first session that is over they ask the origin for the lines that clear its cookies, and remember them.
async fn learn_how_cookies_are_cleared(system: &System, second: &SecondEdge) {
    let here = system.visitor();
    here.log_in("first-leaver").await;
    let there = second.double(&here);
    here.sign_out().await.expect_status(200);
    refused_after(there).await;
}

/// How long after the sign-out was answered this copy of the browser is refused.
async fn refused_after(copy: Visitor) -> Duration {
    let watch = Stopwatch::start();
    let refused = refusal(&copy, "/api/me").await;
    let delay = watch.elapsed();
    refused.expect_session_ended();
    delay
}

const PACE: Duration = Duration::from_millis(130);
