//! Browsers that carry two cookies of one name, as after the cookie domain was changed.

use crate::System;
use std::sync::Arc;
use wayleave_tests::{harness::Test, tests, visitor::Visitor};

/// Where the origin knows of an older cookie domain.
pub(crate) fn of_an_older_domain() -> Vec<Test> {
    tests![
        a_browser_with_two_refresh_tokens_drops_those_of_the_older_domain_and_goes_on,
        a_browser_that_cannot_drop_them_does_not_go_round_for_ever,
    ]
}

/// Where it knows of none.
pub(crate) fn of_nobody_knows_where() -> Vec<Test> {
    tests![a_browser_with_two_refresh_tokens_of_which_nobody_can_tell_is_signed_out]
}

/// What the browser had before beside what it has now.
fn twice(visitor: &Visitor) -> String {
    let (refresh, marker) = (visitor.cookie("sRefreshToken"), visitor.cookie("sIdRefreshToken"));
    format!("sRefreshToken={refresh}; sRefreshToken=of-old; sIdRefreshToken={marker}")
}

async fn a_browser_with_two_refresh_tokens_drops_those_of_the_older_domain_and_goes_on(
    system: Arc<System>,
) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    system.to_origin.forget();

    for (mode, status) in [(None, 200), (Some("cookie"), 202)] {
        // The domains of cookies are beyond this browser: its double may lose them all.
        let double = alice.double();
        let mut request = double.post("/auth/session/refresh").header("cookie", &twice(&alice));
        if let Some(mode) = mode {
            request = request.header("st-auth-mode", mode);
        }
        let answer = request.await.expect(status);

        let lines = answer.set_cookies();
        assert_eq!(lines.len(), 3, "{lines:?}");
        for line in lines {
            assert!(line.contains("=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"), "{line}");
            assert!(line.contains("Domain=older.example.test"), "{line}");
        }
        assert_eq!((answer.body.as_str(), answer.header("front-token")), ("{}", None));
    }
    assert_eq!(system.to_origin.requests_but_pulls(), ["POST /v1/sessions/duplicates"; 2]);
    alice.refresh().await.expect_status(200);
}

async fn a_browser_that_cannot_drop_them_does_not_go_round_for_ever(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    let cookies = twice(&alice);

    let mut statuses = Vec::new();
    for _ in 0..5 {
        let double = alice.double();
        let answer = double.post("/auth/session/refresh").header("cookie", &cookies).await;
        statuses.push((answer.status, answer.header("front-token").map(str::to_owned)));
    }

    let over = || (401, Some("remove".to_owned()));
    assert_eq!(statuses, [(200, None), (200, None), (200, None), over(), over()]);
}

async fn a_browser_with_two_refresh_tokens_of_which_nobody_can_tell_is_signed_out(
    system: Arc<System>,
) {
    let alice = system.visitor();
    alice.log_in("alice").await;

    let over = alice.post("/auth/session/refresh").header("cookie", &twice(&alice)).await;

    over.expect_refusal(401, "unauthorised");
    over.expect_cookies_cleared();
}
