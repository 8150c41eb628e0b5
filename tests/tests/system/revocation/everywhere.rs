//! Which sessions an end reaches, and which not.

use super::refusal;
use crate::System;
use http::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use wayleave_tests::{harness::Test, tests};

pub(crate) fn all() -> Vec<Test> {
    tests![
        the_edge_that_ended_a_session_refuses_the_very_next_request,
        a_log_in_over_a_session_ends_the_former_one_at_both_edges,
        a_session_that_the_backend_ended_is_refused_at_both_edges,
        ending_a_users_sessions_reaches_both_edges_and_spares_the_next_log_in,
        ending_a_numbers_sessions_spares_the_user_with_the_same_digits,
    ]
}

async fn the_edge_that_ended_a_session_refuses_the_very_next_request(system: Arc<System>) {
    for _ in 0..10 {
        let alice = system.visitor();
        alice.log_in("at-once").await;
        let asleep = alice.double();
        asleep.get("/api/me").await.expect_status(200);

        alice.sign_out().await.expect_status(200);

        asleep.get("/api/me").await.expect_session_ended();
    }
}

async fn a_log_in_over_a_session_ends_the_former_one_at_both_edges(system: Arc<System>) {
    let second = system.second_edge().await;
    let browser = system.visitor();
    browser.log_in("former").await;
    let (here, there) = (browser.double(), second.double(&browser));
    there.get("/api/me").await.expect_status(200);

    browser.log_in("latter").await;

    here.get("/api/me").await.expect_session_ended();
    refusal(&there, "/api/me").await.expect_session_ended();
    browser.get("/api/me").await.expect_status(200);
    second.double(&browser).get("/api/me").await.expect_status(200);
}

async fn a_session_that_the_backend_ended_is_refused_at_both_edges(system: Arc<System>) {
    let second = system.second_edge().await;
    let alice = system.visitor();
    alice.log_in("expelled").await;
    let there = second.double(&alice);
    there.get("/api/me").await.expect_status(200);

    let path = format!("/v1/sessions/{}", alice.handle().await);
    system.backend(Method::DELETE, &path, None).await.expect_status(200);

    refusal(&alice, "/api/me").await.expect_session_ended();
    refusal(&there, "/api/me").await.expect_session_ended();
}

async fn ending_a_users_sessions_reaches_both_edges_and_spares_the_next_log_in(
    system: Arc<System>,
) {
    let second = system.second_edge().await;
    let desk = system.visitor();
    desk.log_in("evicted").await;
    let phone = second.visitor();
    phone.log_in("evicted").await;
    let ended =
        [desk.double(), second.double(&desk), phone.double_at(system.edge_url()), phone.double()];
    for copy in &ended {
        copy.get("/api/me").await.expect_status(200);
    }

    let answer = system.backend(Method::DELETE, "/v1/users/evicted/sessions", None).await;
    let back = system.visitor();
    back.log_in("evicted").await;
    let back_elsewhere = second.double(&back);

    assert_eq!(answer.expect(200).json()["revoked"].as_array().map(Vec::len), Some(2));
    for copy in &ended {
        refusal(copy, "/api/me").await.expect_session_ended();
        back.get("/api/me").await.expect_status(200);
        back_elsewhere.get("/api/me").await.expect_status(200);
    }
    back_elsewhere.refresh().await.expect_status(200);
    back_elsewhere.get("/api/me").await.expect_status(200);
}

async fn ending_a_numbers_sessions_spares_the_user_with_the_same_digits(system: Arc<System>) {
    let second = system.second_edge().await;
    let (number, string) = (second.visitor(), second.visitor());
    number.log_in(7_000).await;
    string.log_in("7000").await;

    let answer = system.backend(Method::DELETE, "/v1/users/7000/sessions", None).await;

    answer.expect_status(200);
    refusal(&number, "/api/me").await.expect_session_ended();
    let session: Value = string.get("/auth/session").await.expect(200).json();
    assert_eq!(session["userId"], json!("7000"));
}
