//! What every example keeps, in whichever language and place it verifies.

use crate::{
    stage::{Stage, StageTest, expiry},
    stage_tests,
};
use serde_json::{Value, json};
use std::sync::Arc;
use wayleave_tests::{answer::Answer, patience::until, visitor::Visitor};

pub(crate) fn all() -> Vec<StageTest> {
    stage_tests![
        a_session_lives_from_log_in_to_sign_out,
        a_request_without_a_session_is_unauthorised,
        a_wrong_anti_csrf_token_asks_for_a_refresh,
        a_refresh_token_in_two_hands_ends_the_session,
        a_session_that_was_ended_elsewhere_is_refused,
        an_origin_that_is_away_leaves_the_session_as_it_is,
        a_user_id_keeps_its_type_and_its_letters,
        a_log_in_that_makes_no_sense_is_refused,
    ]
}

/// For examples that write session data only upon the version that they read.
pub(crate) fn of_versions() -> Vec<StageTest> {
    stage_tests![counts_at_the_same_moment_are_all_kept]
}

async fn a_session_lives_from_log_in_to_sign_out(stage: Arc<Stage>) {
    let alice = stage.visitor();
    let payload = json!({"role": "admin", "name": "Zoë"});
    alice.log_in_with(json!({"userId": "story", "jwtPayload": payload})).await.expect_status(200);
    let handle = stage.handle_of("story").await;

    // What is verified costs no call.
    until("it has the keys", async || {
        stage.app.to_origin.forget();
        alice.get(ME).await.expect_status(200);
        (stage.app.to_origin.key_fetches() == 0).then_some(())
    })
    .await;
    let me = alice.get(ME).await.expect(200).json();
    assert_eq!((&me["userId"], &me["jwtPayload"]), (&json!("story"), &payload));
    assert_eq!(stage.app.to_origin.requests_for_someone(), [""; 0]);

    assert_eq!(count(&alice).await, 1);
    assert_eq!(count(&alice).await, 2);
    assert_eq!(stage.data_of(&handle).await, json!({"counter": 2}));

    let before = alice.double();
    expiry(&alice, ME, 401).await;
    expect_code(&alice.post(COUNTER).await, 401, "try_refresh_token");
    alice.refresh().await.expect_status(200);
    assert_ne!(alice.cookie("sAccessToken"), before.cookie("sAccessToken"));
    assert_eq!(stage.handle_of("story").await, handle, "the same session");
    assert_eq!(count(&alice).await, 3);
    assert_eq!(alice.get(ME).await.expect(200).json()["jwtPayload"], payload);

    alice.sign_out().await.expect(200).expect_cookies_cleared();
    assert!(alice.with_cookies(|jar| jar.is_empty()));
    assert_eq!(stage.sessions_of("story").await, [Value::Null; 0]);
    expect_code(&alice.get(ME).await, 401, "unauthorised");
}

async fn a_request_without_a_session_is_unauthorised(stage: Arc<Stage>) {
    let nobody = stage.visitor();

    for answer in [nobody.get(ME).await, nobody.post(COUNTER).await] {
        expect_code(&answer, 401, "unauthorised");
    }
}

async fn a_wrong_anti_csrf_token_asks_for_a_refresh(stage: Arc<Stage>) {
    let alice = stage.logged_in("csrf").await;
    let handle = stage.handle_of("csrf").await;

    let without = alice.post(COUNTER).without_anti_csrf().await;
    let wrong = alice.post(COUNTER).without_anti_csrf().header("anti-csrf", "wrong").await;

    for answer in [without, wrong] {
        expect_code(&answer, 401, "try_refresh_token");
        answer.expect_cookies_untouched();
    }
    assert_eq!(stage.data_of(&handle).await, Value::Null, "nothing was counted");
    alice.get(ME).without_anti_csrf().await.expect_status(200);
}

async fn a_refresh_token_in_two_hands_ends_the_session(stage: Arc<Stage>) {
    let alice = stage.logged_in("theft").await;
    let thief = alice.double();
    // Twice, so that the token which the thief has is not the newest's parent either.
    alice.refresh().await.expect_status(200);
    alice.refresh().await.expect_status(200);

    let caught = thief.refresh().await;

    expect_code(&caught, 401, "token_theft_detected");
    caught.expect_cookies_cleared();
    assert_eq!(stage.sessions_of("theft").await, [Value::Null; 0]);
    let refused = alice.refresh().await;
    expect_code(&refused, 401, "unauthorised");
    refused.expect_cookies_cleared();
}

async fn a_session_that_was_ended_elsewhere_is_refused(stage: Arc<Stage>) {
    let alice = stage.logged_in("ended").await;
    let handle = stage.handle_of("ended").await;

    stage.end(&handle).await;

    // The origin knows at once, whatever the feed has told so far.
    expect_code(&alice.double().post(COUNTER).await, 401, "unauthorised");
    let refused = until("the feed has told", async || {
        let answer = alice.get(ME).await;
        (answer.status != 200).then_some(answer)
    })
    .await;
    expect_code(&refused, 401, "unauthorised");
    refused.expect_cookies_cleared();
}

async fn an_origin_that_is_away_leaves_the_session_as_it_is(stage: Arc<Stage>) {
    let alice = stage.logged_in("away").await;
    count(&alice).await;
    stage.app.to_origin.close().await;

    let failed = [
        alice.post(COUNTER).await,
        alice.refresh().await,
        alice.sign_out().await,
        stage.visitor().log_in_with(json!({"userId": "late"})).await,
    ];

    for answer in failed {
        assert!([500, 503].contains(&answer.status), "{}: {}", answer.request, answer.status);
        answer.expect_cookies_untouched();
    }
    stage.app.to_origin.reopen().await;
    until("it has found the origin again", async || {
        (alice.refresh().await.status == 200).then_some(())
    })
    .await;
    until("it has its feed again", async || (alice.get(ME).await.status == 200).then_some(()))
        .await;
    assert_eq!(count(&alice).await, 2);
    assert_eq!(stage.sessions_of("late").await, [Value::Null; 0]);
}

async fn a_user_id_keeps_its_type_and_its_letters(stage: Arc<Stage>) {
    for id in [json!(1), json!("1"), json!(-7), json!("007"), json!("Zoë a/b?"), json!("\"q\"")] {
        let visitor = stage.visitor();
        visitor.log_in(id.clone()).await;

        let me = visitor.get(ME).await.expect(200).json();

        assert_eq!(me["userId"], id);
    }
}

async fn a_log_in_that_makes_no_sense_is_refused(stage: Arc<Stage>) {
    for body in ["", "{", "[]", "{}", r#"{"userId":true}"#] {
        let refused = stage.visitor().post("/login").text(body).await;

        refused.expect_status(400);
        refused.expect_cookies_untouched();
    }
}

async fn counts_at_the_same_moment_are_all_kept(stage: Arc<Stage>) {
    let alice = stage.logged_in("counting").await;

    let counts = tokio::join!(count(&alice), count(&alice), count(&alice));

    let mut counts = [counts.0, counts.1, counts.2];
    counts.sort_unstable();
    assert_eq!(counts, [1, 2, 3]);
}

/// Counts once, and tells what the counter says.
async fn count(visitor: &Visitor) -> u64 {
    let counter = visitor.post(COUNTER).await.expect(200).json();
    counter["counter"].as_u64().unwrap_or_else(|| panic!("a counter, not {counter}"))
}

/// Asserts a refusal by its status and code.
fn expect_code(answer: &Answer, status: u16, code: &str) {
    answer.expect_status(status);
    assert_eq!(answer.json()["code"], code, "{}: {}", answer.request, answer.body);
}

const ME: &str = "/api/me";
const COUNTER: &str = "/api/counter";
