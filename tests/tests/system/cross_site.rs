//! What pages of other sites can make a browser do.

use crate::{LISTED_ORIGIN, System};
use http::Method;
use serde_json::json;
use std::sync::Arc;
use wayleave_tests::{harness::Test, tests};

pub(crate) fn all() -> Vec<Test> {
    tests![
        an_unsafe_request_without_the_anti_csrf_token_is_refused,
        an_unsafe_request_with_a_wrong_anti_csrf_token_is_refused,
        a_safe_request_needs_no_anti_csrf_token,
        a_refresh_needs_no_anti_csrf_token,
        another_site_can_neither_refresh_nor_sign_out,
        a_listed_origin_may_refresh,
        a_pre_flight_of_a_listed_origin_names_what_the_client_needs,
        an_origin_that_is_not_listed_gets_no_permission,
        a_listed_origin_may_read_the_answers,
    ]
}

async fn an_unsafe_request_without_the_anti_csrf_token_is_refused(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    system.to_app.forget();

    for (method, path) in [
        (Method::POST, "/api/counter"),
        (Method::PUT, "/api/counter"),
        (Method::DELETE, "/api/counter"),
        (Method::PUT, "/auth/session/data"),
        (Method::POST, "/auth/signout"),
    ] {
        let request = alice.request(method, path).json(&json!({"data": 1})).without_anti_csrf();
        let refused = request.await;

        refused.expect_refusal(401, "try_refresh_token");
        refused.expect_cookies_untouched();
    }
    assert!(system.to_app.requests().is_empty());
    alice.post("/api/counter").await.expect_status(200);
}

async fn an_unsafe_request_with_a_wrong_anti_csrf_token_is_refused(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    let bob = system.visitor();
    bob.log_in("bob").await;
    let of_bob = bob.anti_csrf().unwrap_or_default();

    for wrong in ["", "x", &of_bob] {
        let request = alice.post("/api/counter").without_anti_csrf().header("anti-csrf", wrong);
        let refused = request.await;

        refused.expect_refusal(401, "try_refresh_token");
        refused.expect_cookies_untouched();
    }
}

async fn a_safe_request_needs_no_anti_csrf_token(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;

    for path in ["/api/me", "/auth/session", "/auth/session/data"] {
        alice.get(path).without_anti_csrf().await.expect_status(200);
    }
}

async fn a_refresh_needs_no_anti_csrf_token(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;

    alice.post("/auth/session/refresh").without_anti_csrf().await.expect_status(200);
}

async fn another_site_can_neither_refresh_nor_sign_out(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;
    system.to_origin.forget();

    for path in ["/auth/session/refresh", "/auth/signout"] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let refused = alice.post(path).header(name, value).await;

            refused.expect_refusal(403, "cross_site_request");
            refused.expect_cookies_untouched();
        }
    }
    assert_eq!(system.to_origin.requests_but_pulls(), [""; 0]);
    alice.refresh().await.expect_status(200);
}

async fn a_listed_origin_may_refresh(system: Arc<System>) {
    let alice = system.visitor();
    alice.log_in("alice").await;

    let refreshed = alice
        .post("/auth/session/refresh")
        .header("sec-fetch-site", "cross-site")
        .header("origin", LISTED_ORIGIN)
        .await;

    refreshed.expect_status(200);
    assert_eq!(refreshed.header("access-control-allow-origin"), Some(LISTED_ORIGIN));
}

async fn a_pre_flight_of_a_listed_origin_names_what_the_client_needs(system: Arc<System>) {
    let page = system.visitor();

    for path in ["/auth/session/refresh", "/auth/signout", "/api/counter"] {
        let answer = page
            .request(Method::OPTIONS, path)
            .header("origin", LISTED_ORIGIN)
            .header("access-control-request-method", "POST")
            .await;

        answer.expect_status(204);
        assert_eq!(answer.header("access-control-allow-origin"), Some(LISTED_ORIGIN), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
        assert!(
            answer.words("access-control-allow-methods").contains(&"post".to_owned()),
            "{path}"
        );
        assert_eq!(
            answer.words("access-control-allow-headers"),
            [
                "content-type",
                "if-match",
                "anti-csrf",
                "rid",
                "fdi-version",
                "st-auth-mode",
                "authorization",
                "supertokens-sdk-name",
                "supertokens-sdk-version"
            ]
        );
        assert!(answer.header("access-control-max-age").is_some());
        assert!(answer.words("vary").contains(&"origin".to_owned()));
    }
    assert!(system.to_app.requests().is_empty(), "answered at the edge");
}

async fn an_origin_that_is_not_listed_gets_no_permission(system: Arc<System>) {
    let page = system.visitor();

    for origin in ["https://evil.example", "null", "https://page.example.test.evil.example"] {
        let answer = page
            .request(Method::OPTIONS, "/auth/session/refresh")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .await;

        for name in ["access-control-allow-origin", "access-control-allow-credentials"] {
            assert_eq!(answer.header(name), None, "{origin}");
        }
        assert!(answer.words("vary").contains(&"origin".to_owned()));
    }
}

async fn a_listed_origin_may_read_the_answers(system: Arc<System>) {
    let page = system.visitor();
    page.log_in("alice").await;

    for path in ["/auth/session", "/api/me", "/auth/session/data"] {
        let answer = page.get(path).header("origin", LISTED_ORIGIN).await.expect(200);

        assert_eq!(answer.header("access-control-allow-origin"), Some(LISTED_ORIGIN), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"), "{path}");
        let readable = answer.words("access-control-expose-headers");
        for name in ["front-token", "id-refresh-token", "anti-csrf"] {
            assert!(readable.contains(&name.to_owned()), "{path}: {readable:?}");
        }
    }
}
