//! Who can be logged in, and what a log-in does to the session before it.

use crate::System;
use http::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use wayleave_tests::{harness::Test, tests};

pub(crate) fn all() -> Vec<Test> {
    tests![
        a_number_and_its_string_are_two_users,
        users_are_told_apart_by_every_byte,
        many_who_ask_at_once_are_each_told_of_themselves,
        values_come_back_exactly_as_they_were_given,
        any_writing_comes_back_as_the_same_value,
        what_was_never_given_is_absent_and_not_null,
        a_log_in_while_logged_in_ends_the_former_session,
        two_browsers_of_one_user_have_two_sessions,
        a_token_too_large_for_a_cookie_is_refused_with_its_size,
        a_user_id_that_is_too_long_is_refused,
    ]
}

async fn a_number_and_its_string_are_two_users(system: Arc<System>) {
    let number = system.visitor();
    let string = system.visitor();
    number.log_in(1).await;
    string.log_in("1").await;
    assert_eq!(number.get("/auth/session").await.expect(200).json()["userId"], json!(1));
    let handle = number.handle().await;

    let ended =
        system.backend(Method::DELETE, "/v1/users/1/sessions", None).await.expect(200).json();

    assert_eq!(string.get("/auth/session").await.expect(200).json()["userId"], json!("1"));
    assert_eq!(string.get("/api/me").await.expect(200).json()["userId"], json!("1"));
    assert_eq!(ended["revoked"], json!([handle]));
    number.refresh().await.expect_refusal(401, "unauthorised");
    string.refresh().await.expect_status(200);
}

/// Answers of different lengths, at the same time and many times: bodies cross in one place of the Wasm's memory, and some are given again.
async fn many_who_ask_at_once_are_each_told_of_themselves(system: Arc<System>) {
    let mut visitors = Vec::new();
    for number in 1..=12 {
        let visitor = system.visitor();
        let user = format!("user {number} {}", "é".repeat(7 * number));
        visitor.log_in(user.as_str()).await;
        visitors.push(Arc::new((user, visitor.handle().await, visitor)));
    }

    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..25 {
        for visitor in &visitors {
            let visitor = Arc::clone(visitor);
            asking.spawn(async move {
                let (user, handle, visitor) = &*visitor;
                let told = visitor.get("/auth/session").await.expect(200).json();
                assert_eq!((&told["userId"], &told["handle"]), (&json!(user), &json!(handle)));
                let told = visitor.request(Method::HEAD, "/auth/session").await;
                told.expect_status(200);
            });
        }
    }
    while let Some(asked) = asking.join_next().await {
        asked.expect("what it asserts");
    }
    // Somebody who is nobody gets nothing of theirs in between.
    system.visitor().get("/auth/session").await.expect_refusal(401, "unauthorised");
}

async fn users_are_told_apart_by_every_byte(system: Arc<System>) {
    let names = [
        "crab", "Crab", "crab ", " crab", "cräb", "🦀", "🦀🦀", "\"crab\"", "%63rab", "{}", "null",
    ];
    let mut visitors = Vec::new();
    for name in names {
        let visitor = system.visitor();
        visitor.log_in(name).await;
        visitors.push((name, visitor));
    }

    for (name, visitor) in &visitors {
        assert_eq!(visitor.get("/auth/session").await.expect(200).json()["userId"], json!(name));
        assert_eq!(visitor.get("/api/me").await.expect(200).json()["userId"], json!(name));
    }
    let list =
        system.backend(Method::GET, "/v1/users/crab/sessions", None).await.expect(200).json();
    assert_eq!(list["sessions"].as_array().map(Vec::len), Some(1), "{list}");
    for (_, visitor) in &visitors {
        visitor.refresh().await.expect_status(200);
    }
}

async fn values_come_back_exactly_as_they_were_given(system: Arc<System>) {
    let values = [
        "null",
        "false",
        "0",
        "-0.0",
        "1.0",
        "12345678901234567890123",
        "\"\"",
        "[]",
        "{}",
        r#"{"b":{"a":[null]},"a":1}"#,
    ];
    for value in values {
        let visitor = system.visitor();
        let body = format!(r#"{{"userId":"exact","jwtPayload":{value},"sessionData":{value}}}"#);

        visitor.post("/login").text(&body).await.expect_status(200);

        let session = visitor.get("/auth/session").await.expect(200);
        let data = visitor.get("/auth/session/data").await.expect(200);
        assert!(
            session.body.contains(&format!(r#""jwtPayload":{value},"#)),
            "{value}: {}",
            session.body
        );
        assert!(data.body.contains(&format!(r#""data":{value},"#)), "{value}: {}", data.body);
    }
}

async fn any_writing_comes_back_as_the_same_value(system: Arc<System>) {
    let visitor = system.visitor();
    let value = json!({"crab 🦀": ["Zoë", "\u{0}\u{1f}\u{7f}\"\\", "\u{2028}", "\r\n", "ﷺ"]});
    let body = json!({"userId": "writing", "jwtPayload": value, "sessionData": value});

    visitor.log_in_with(body).await.expect_status(200);

    assert_eq!(visitor.get("/auth/session").await.json()["jwtPayload"], value);
    assert_eq!(visitor.get("/api/me").await.json()["jwtPayload"], value);
    assert_eq!(visitor.get("/auth/session/data").await.json()["data"], value);
}

async fn what_was_never_given_is_absent_and_not_null(system: Arc<System>) {
    let visitor = system.visitor();
    visitor.log_in("nothing").await;

    let session = visitor.get("/auth/session").await.expect(200).json();
    let me = visitor.get("/api/me").await.expect(200).json();
    let data = visitor.get("/auth/session/data").await.expect(200).json();

    assert_eq!(session.get("jwtPayload"), None);
    assert_eq!(me.get("jwtPayload"), None);
    assert_eq!(data, json!({"version": 0}));
}

async fn a_log_in_while_logged_in_ends_the_former_session(system: Arc<System>) {
    let browser = system.visitor();
    browser.log_in("first").await;
    let former = browser.double();
    let handle = browser.handle().await;

    browser.log_in("second").await;

    assert_eq!(browser.get("/auth/session").await.expect(200).json()["userId"], "second");
    assert_ne!(browser.handle().await, handle);
    let gone = system.backend(Method::GET, &format!("/v1/sessions/{handle}"), None).await;
    gone.expect_refusal(401, "unauthorised");
    former.refresh().await.expect_refusal(401, "unauthorised");
}

async fn two_browsers_of_one_user_have_two_sessions(system: Arc<System>) {
    let desk = system.visitor();
    let phone = system.visitor();
    desk.log_in("two-browsers").await;
    phone.log_in("two-browsers").await;

    desk.sign_out().await.expect_status(200);

    desk.get("/api/me").await.expect_refusal(401, "unauthorised");
    phone.get("/api/me").await.expect_status(200);
    phone.refresh().await.expect_status(200);
}

async fn a_token_too_large_for_a_cookie_is_refused_with_its_size(system: Arc<System>) {
    let visitor = system.visitor();
    let body = json!({"userId": "large", "jwtPayload": "x".repeat(4000)});

    let refused = visitor.log_in_with(body).await;

    refused.expect_refusal(413, "access_token_too_large");
    refused.expect_cookies_untouched();
    // "… 5832 bytes, at most 4064 fit …": a little under what browsers keep, because a token grows with its generation.
    let numbers: Vec<u32> = refused
        .body
        .split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    let [_status, size, limit] = numbers[..] else { panic!("{}", refused.body) };
    assert!(size > 4096 && limit <= 4096, "{}", refused.body);
    let list =
        system.backend(Method::GET, "/v1/users/large/sessions", None).await.expect(200).json();
    assert_eq!(list["sessions"], Value::Array(vec![]), "nothing is half-written");
}

async fn a_user_id_that_is_too_long_is_refused(system: Arc<System>) {
    let longest = system.visitor();
    let too_long = system.visitor();
    // 255 bytes: 63 of four bytes each, and three of one.
    let name = format!("{}abc", "🦀".repeat(63));

    longest.log_in(name.as_str()).await;
    let refused = too_long.log_in_with(json!({"userId": format!("{name}d")})).await;

    assert_eq!(longest.get("/api/me").await.expect(200).json()["userId"], json!(name));
    refused.expect_refusal(400, "bad_request");
    refused.expect_cookies_untouched();
}
