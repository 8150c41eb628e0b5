//! What becomes of refresh tokens that are presented again, step by step.

use crate::origin::{Answer, Origin, path, token};
use serde_json::Value;

/// No window: the documented sequences hold to the letter.
async fn strict() -> Origin {
    Origin::with([("WAYLEAVE_REFRESH_REUSE_WINDOW", "0s")]).await
}

/// A window of ten seconds.
async fn tolerant() -> Origin {
    Origin::with([("WAYLEAVE_REFRESH_REUSE_WINDOW", "10s")]).await
}

fn assert_theft(answer: &Answer, of: &Value) {
    let body = answer.refused(401, "token_theft_detected");
    assert_eq!(body["errType"], 4000);
    assert_eq!(body["session"]["handle"], of["session"]["handle"]);
    assert_eq!(body["session"]["userId"], of["session"]["userId"]);
    assert_eq!(body["browser"]["headers"]["front-token"], "remove");
    assert_eq!(body["browser"]["headers"]["id-refresh-token"], "remove");
    let cookies = body["browser"]["setCookie"].as_array().unwrap();
    assert_eq!(cookies.len(), 3);
    assert_eq!(
        cookies[1],
        "sRefreshToken=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/auth/session/refresh; HttpOnly; Secure; SameSite=Lax"
    );
}

#[tokio::test]
async fn s1_r1_s2_r1_is_theft_and_the_session_is_over() {
    let origin = strict().await;
    let first = origin.log_in().await;
    assert_eq!(origin.verify(&first).await.status, 200);
    let second = origin.refreshed(&first).await;
    assert_eq!(origin.verify(&second).await.status, 200);

    assert_theft(&origin.refresh(token(&first, "refreshToken")).await, &first);

    origin.refresh(token(&second, "refreshToken")).await.refused(401, "unauthorised");
    origin.call("GET", &path(&first), "").await.refused(401, "unauthorised");
}

#[tokio::test]
async fn s1_r1_r2_r1_is_theft() {
    let origin = strict().await;
    let first = origin.log_in().await;
    let second = origin.refreshed(&first).await;
    let third = origin.refreshed(&second).await;
    assert_ne!(token(&third, "refreshToken"), token(&second, "refreshToken"));

    assert_theft(&origin.refresh(token(&first, "refreshToken")).await, &first);
}

#[tokio::test]
async fn a_lost_reply_can_be_retried_after_any_time() {
    for origin in [strict().await, tolerant().await] {
        let first = origin.log_in().await;
        let lost = origin.refreshed(&first).await;
        origin.advance(50 * 24 * 3600);

        let again = origin.refreshed(&first).await;

        assert_eq!(token(&again, "refreshToken"), token(&lost, "refreshToken"));
        assert_eq!(again["antiCsrfToken"], lost["antiCsrfToken"]);
        assert_eq!(again["session"]["expiresAt"], lost["session"]["expiresAt"]);
        assert_eq!(origin.verify(&again).await.status, 200);
    }
}

#[tokio::test]
async fn a_parent_is_answered_up_to_the_end_of_the_window_and_is_theft_after_it() {
    for (after_ms, is_theft) in [(0, false), (9_999, false), (10_000, false), (10_001, true)] {
        let origin = tolerant().await;
        let first = origin.log_in().await;
        let second = origin.refreshed(&first).await;
        assert_eq!(origin.verify(&second).await.status, 200);
        origin.advance_ms(after_ms);

        let answer = origin.refresh(token(&first, "refreshToken")).await;

        if is_theft {
            assert_theft(&answer, &first);
        } else {
            assert_eq!(token(&answer.json(), "refreshToken"), token(&second, "refreshToken"));
        }
    }
}

#[tokio::test]
async fn a_token_rotates_at_most_once_per_window() {
    let origin = tolerant().await;
    let second = origin.refreshed(&origin.log_in().await).await;

    // Presenting it is its first use.
    let kept = origin.refreshed(&second).await;
    assert_eq!(token(&kept, "refreshToken"), token(&second, "refreshToken"));
    origin.advance_ms(9_999);
    let kept = origin.refreshed(&second).await;
    assert_eq!(token(&kept, "refreshToken"), token(&second, "refreshToken"));
    origin.advance_ms(1);
    let third = origin.refreshed(&second).await;
    assert_ne!(token(&third, "refreshToken"), token(&second, "refreshToken"));
}

#[tokio::test]
async fn a_token_that_stays_is_not_written_into_the_jar_again() {
    let origin = tolerant().await;
    let second = origin.refreshed(&origin.log_in().await).await;
    let names = |issued: &Value| {
        let lines = issued["browser"]["setCookie"].as_array().unwrap();
        let name = |line: &Value| line.as_str().unwrap().split('=').next().unwrap().to_owned();
        lines.iter().map(name).collect::<Vec<_>>()
    };

    // Its first use; then it stays for a while.
    let confirmed = origin.refreshed(&second).await;
    let kept = origin.refreshed(&second).await;

    assert_eq!(names(&confirmed), ["sAccessToken", "sRefreshToken", "sIdRefreshToken"]);
    assert_eq!(names(&kept), ["sAccessToken", "sIdRefreshToken"]);
    assert_eq!(token(&kept, "refreshToken"), token(&second, "refreshToken"));
}

#[tokio::test]
async fn only_a_new_refresh_token_brings_an_access_token_of_full_length() {
    let origin = tolerant().await;
    let first = origin.log_in().await;
    let rotated = origin.refreshed(&first).await;
    let repeated = origin.refreshed(&first).await;
    let confirmed = origin.refreshed(&rotated).await;
    let kept = origin.refreshed(&rotated).await;

    let validity = |issued: &Value| {
        issued["accessToken"]["expiresAt"].as_u64().unwrap() - crate::origin::NOW_MS
    };
    let all = [&first, &rotated, &repeated, &confirmed, &kept].map(validity);
    assert_eq!(all, [3_600_000, 3_600_000, 20_000, 20_000, 20_000]);
}

#[tokio::test]
async fn a_token_that_is_answered_again_lets_the_session_live_on() {
    let origin = tolerant().await;
    let second = origin.refreshed(&origin.log_in().await).await;
    origin.advance(3600);

    let kept = origin.refreshed(&second).await;

    assert_eq!(token(&kept, "refreshToken"), token(&second, "refreshToken"));
    let hour_later = second["session"]["expiresAt"].as_u64().unwrap() + 3_600_000;
    assert_eq!(kept["session"]["expiresAt"], hour_later);
    assert_eq!(origin.call("GET", &path(&kept), "").await.json(), kept["session"]);
}

#[tokio::test]
async fn the_end_slides_child_by_child_and_is_half_open() {
    let origin = Origin::with([
        ("WAYLEAVE_REFRESH_REUSE_WINDOW", "0s"),
        ("WAYLEAVE_REFRESH_TOKEN_VALIDITY", "10s"),
    ])
    .await;
    let mut issued = origin.log_in().await;
    for _ in 0..5 {
        origin.advance_ms(9_999);
        let child = origin.refreshed(&issued).await;
        let end = issued["session"]["expiresAt"].as_u64().unwrap();
        assert_eq!(child["session"]["expiresAt"], end + 9_999);
        issued = child;
    }
    origin.advance_ms(10_000);
    origin.refresh(token(&issued, "refreshToken")).await.refused(401, "unauthorised");
}

#[tokio::test]
async fn the_absolute_end_holds_however_often_the_session_is_refreshed() {
    let origin = Origin::with([
        ("WAYLEAVE_REFRESH_TOKEN_VALIDITY", "10s"),
        ("WAYLEAVE_SESSION_MAX_LIFETIME", "25s"),
        ("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "1h"),
    ])
    .await;
    let first = origin.log_in().await;
    let created = first["session"]["createdAt"].as_u64().unwrap();
    // An access token does not outlive its session.
    assert_eq!(first["accessToken"]["expiresAt"], created + 10_000);
    origin.advance(9);
    let second = origin.refreshed(&first).await;
    assert_eq!(second["session"]["expiresAt"], created + 19_000);
    origin.advance(9);
    let third = origin.refreshed(&second).await;
    assert_eq!(third["session"]["expiresAt"], created + 25_000);
    assert_eq!(third["accessToken"]["expiresAt"], created + 25_000);
    origin.advance_ms(6_999);
    assert_eq!(origin.verify(&third).await.status, 200);
    origin.advance_ms(1);
    origin.refresh(token(&third, "refreshToken")).await.refused(401, "unauthorised");
}

#[tokio::test]
async fn a_lifetime_that_is_set_later_ends_older_sessions_at_their_next_refresh() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;
    let shorter = origin.beside(0, [("WAYLEAVE_SESSION_MAX_LIFETIME", "1d")]).await;
    origin.advance(24 * 3600);

    shorter.refresh(token(&issued, "refreshToken")).await.refused(401, "unauthorised");

    origin.call("GET", &path(&issued), "").await.refused(401, "unauthorised");
}

#[tokio::test]
async fn the_window_is_the_databases_so_origins_whose_clocks_differ_agree() {
    let origin = tolerant().await;
    for skew in [-60, 60] {
        let other = origin.beside(skew, []).await;
        let first = origin.log_in().await;
        let second = other.refreshed(&first).await;
        let confirmed = format!(
            r#"{{"sessions":[{{"handle":{},"refreshHash":"{}"}}]}}"#,
            second["session"]["handle"],
            refresh_hash(token(&second, "accessToken")),
        );
        assert_eq!(other.call("POST", "/v1/sessions/confirm", &confirmed).await.status, 200);
        origin.advance_ms(10_000);
        assert_eq!(
            token(&origin.refreshed(&first).await, "refreshToken"),
            token(&other.refreshed(&first).await, "refreshToken"),
        );
        origin.advance_ms(1);
        assert_theft(&other.refresh(token(&first, "refreshToken")).await, &first);
    }
}

#[tokio::test]
async fn a_new_master_key_in_front_disturbs_no_session() {
    let (old, new) = (
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
    );
    let origin = strict().await;
    let first = origin.log_in().await;
    let lost = origin.refreshed(&first).await;

    let both = origin.beside(0, [("WAYLEAVE_MASTER_KEY", &format!("{new},{old}"))]).await;
    let again = both.refreshed(&first).await;
    assert_eq!(token(&again, "refreshToken"), token(&lost, "refreshToken"));
    let third = both.refreshed(&again).await;
    let fourth = both.refreshed(&third).await;

    // What the new key made needs the new key; what the old one made is no longer ours without it.
    origin.refresh(token(&fourth, "refreshToken")).await.refused(401, "unauthorised");
    origin.call("GET", &path(&first), "").await;
    let both = origin.beside(0, [("WAYLEAVE_MASTER_KEY", &format!("{old},{new}"))]).await;
    assert_eq!(both.refresh(token(&fourth, "refreshToken")).await.status, 200);
}

#[tokio::test]
async fn theft_can_end_all_sessions_of_the_user() {
    let origin = Origin::with([
        ("WAYLEAVE_REFRESH_REUSE_WINDOW", "0s"),
        ("WAYLEAVE_THEFT_ACTION", "revoke-user"),
    ])
    .await;
    let (first, other) = (origin.log_in().await, origin.log_in().await);
    let second = origin.refreshed(&first).await;
    origin.refreshed(&second).await;

    assert_theft(&origin.refresh(token(&first, "refreshToken")).await, &first);

    origin.call("GET", &path(&other), "").await.refused(401, "unauthorised");
}

#[tokio::test]
async fn theft_can_be_the_apps_to_judge() {
    let origin = Origin::with([
        ("WAYLEAVE_REFRESH_REUSE_WINDOW", "0s"),
        ("WAYLEAVE_THEFT_ACTION", "report"),
    ])
    .await;
    let first = origin.log_in().await;
    let second = origin.refreshed(&first).await;
    let third = origin.refreshed(&second).await;

    for _ in 0..2 {
        assert_theft(&origin.refresh(token(&first, "refreshToken")).await, &first);
    }
    assert_eq!(origin.call("GET", &path(&first), "").await.status, 200);
    assert_eq!(origin.refresh(token(&third, "refreshToken")).await.status, 200);
}

#[tokio::test]
async fn a_stolen_session_is_in_the_revocation_feed() {
    let origin = strict().await;
    let first = origin.log_in().await;
    let second = origin.refreshed(&first).await;
    origin.refreshed(&second).await;
    assert_theft(&origin.refresh(token(&first, "refreshToken")).await, &first);

    let feed = origin.call("GET", "/v1/revocations", "").await;

    let handle = first["session"]["handle"].as_str().unwrap();
    assert!(claims(&feed.text).contains(handle), "{}", feed.text);
}

#[tokio::test]
async fn access_tokens_are_valid_for_up_to_a_twentieth_less_so_that_a_crowd_does_not_refresh_at_once()
 {
    let origin = Origin::with([
        ("WAYLEAVE_ACCESS_TOKEN_SPREAD", "on"),
        ("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "1000s"),
    ])
    .await;
    let mut ends = std::collections::BTreeSet::new();
    for _ in 0..40 {
        let issued = origin.log_in().await;
        let created = issued["session"]["createdAt"].as_u64().unwrap();
        ends.insert(issued["accessToken"]["expiresAt"].as_u64().unwrap() - created);
    }
    assert!(ends.first() >= Some(&950_000) && ends.last() <= Some(&1_000_000), "{ends:?}");
    assert!(ends.len() > 10, "{ends:?}");
}

/// What a token says, without asking whether it is good.
fn claims(token: &str) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let payload = token.split('.').nth(1).unwrap();
    String::from_utf8(Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

fn refresh_hash(access_token: &str) -> String {
    let claims: Value = serde_json::from_str(&claims(access_token)).unwrap();
    claims["rth"].as_str().unwrap().to_owned()
}
