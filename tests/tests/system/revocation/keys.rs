//! A signing key is removed in an emergency.

use super::refusal;
use crate::{System, origin_calls::token_of_key};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;
use std::sync::Arc;
use wayleave_tests::{harness::Test, tests, visitor::Visitor};

pub(crate) fn all() -> Vec<Test> {
    tests![
        tokens_of_a_removed_key_ask_for_a_refresh_at_both_edges_and_the_refresh_helps,
        made_up_keys_do_not_keep_the_edges_from_learning_of_a_removal,
        a_key_that_does_not_exist_cannot_be_removed,
    ]
}

async fn tokens_of_a_removed_key_ask_for_a_refresh_at_both_edges_and_the_refresh_helps(
    system: Arc<System>,
) {
    remove_the_key_and_go_on(&system).await;
}

/// They make an edge fetch the key set, which it then does not do again for a while: not for tokens.
async fn made_up_keys_do_not_keep_the_edges_from_learning_of_a_removal(system: Arc<System>) {
    let second = system.second_edge().await;
    let mallory = system.visitor();
    mallory.log_in("mallory").await;
    mallory.with_cookies(|jar| jar.replace("sAccessToken", &token_of_key("made-up")));
    for mallory in [&mallory, &second.double(&mallory)] {
        mallory.get("/api/me").await.expect_refusal(401, "try_refresh_token");
    }

    remove_the_key_and_go_on(&system).await;
}

async fn remove_the_key_and_go_on(system: &System) {
    let second = system.second_edge().await;
    let alice = system.visitor();
    alice.log_in("key-removed").await;
    let there = second.double(&alice);
    there.get("/api/me").await.expect_status(200);
    let removed = key_of(&alice);

    let output = system.run_origin_program(&["keys", "remove", &removed]).await;

    assert!(output.status.success(), "{output:?}");
    for copy in [&alice, &there] {
        let refused = refusal(copy, "/api/me").await;
        refused.expect_refusal(401, "try_refresh_token");
        refused.expect_cookies_untouched();
    }
    alice.refresh().await.expect_status(200);
    assert_ne!(key_of(&alice), removed);
    alice.get("/api/me").await.expect_status(200);
    second.double(&alice).get("/api/me").await.expect_status(200);
    let newcomer = second.visitor();
    newcomer.log_in("newcomer").await;
    newcomer.get("/api/me").await.expect_status(200);
}

async fn a_key_that_does_not_exist_cannot_be_removed(system: Arc<System>) {
    // One key in sixty-four is named like an option.
    for key in ["AAAAAAAAAAAA", "-AAAAAAAAAAA"] {
        let output = system.run_origin_program(&["keys", "remove", key]).await;

        assert!(!output.status.success(), "{output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(key), "{said}");
    }
}

/// Which key signed the access token that the browser holds.
fn key_of(visitor: &Visitor) -> String {
    let token = visitor.cookie("sAccessToken");
    let header = token.split('.').next().unwrap_or_default();
    let header = Base64UrlUnpadded::decode_vec(header).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    header["kid"].as_str().expect("a token names its key").to_owned()
}
