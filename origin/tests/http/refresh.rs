//! `POST /v1/sessions/refresh`.

use crate::origin::{DAYS_100_MS, HOUR_MS, NOW_MS, Origin, path, token};

#[tokio::test]
async fn a_refresh_gives_new_tokens_and_lets_the_session_live_on() {
    let origin = Origin::start().await;
    let first = origin.log_in().await;
    origin.advance(3600);

    let answer = origin.refresh(token(&first, "refreshToken")).await;

    assert_eq!(answer.status, 200);
    let second = answer.json();
    assert_eq!(second["session"]["handle"], first["session"]["handle"]);
    assert_eq!(second["session"]["createdAt"], NOW_MS);
    assert_eq!(second["session"]["refreshedAt"], NOW_MS + HOUR_MS);
    assert_eq!(second["session"]["expiresAt"], NOW_MS + HOUR_MS + DAYS_100_MS);
    for kind in ["accessToken", "refreshToken"] {
        assert_ne!(token(&second, kind), token(&first, kind));
    }
    assert_ne!(second["antiCsrfToken"], first["antiCsrfToken"]);
    assert_eq!(origin.call("GET", &path(&first), "").await.json(), second["session"]);
}

#[tokio::test]
async fn the_payload_travels_on_and_the_chain_goes_on() {
    let origin = Origin::start().await;
    let body = r#"{"userId":1,"jwtPayload":{"n":1.0}}"#;
    let mut issued = origin.call("POST", "/v1/sessions", body).await.json();
    for _ in 0..3 {
        issued = origin.refresh(token(&issued, "refreshToken")).await.json();
    }
    let verify = serde_json::json!({ "accessToken": token(&issued, "accessToken") }).to_string();
    let verified = origin.call("POST", "/v1/sessions/verify", &verify).await;
    assert!(verified.text.contains(r#""jwtPayload":{"n":1.0}"#), "{}", verified.text);
}

#[tokio::test]
async fn a_session_past_its_end_is_not_refreshed() {
    let origin = Origin::with([("WAYLEAVE_REFRESH_TOKEN_VALIDITY", "10s")]).await;
    let first = origin.log_in().await;
    origin.advance(9);
    let second = origin.refresh(token(&first, "refreshToken")).await.json();
    origin.advance(10);

    origin.refresh(token(&second, "refreshToken")).await.refused(401, "unauthorised");
}

#[tokio::test]
async fn what_is_not_a_refresh_token_of_ours_is_refused_in_the_same_words() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;
    let genuine = token(&issued, "refreshToken");
    let flipped = format!("{}{}", if genuine.starts_with('A') { "B" } else { "A" }, &genuine[1..]);

    for presented in ["", "x", token(&issued, "accessToken"), &flipped, &"a".repeat(10_000)] {
        let refused = origin.refresh(presented).await.refused(401, "unauthorised");
        assert_eq!(refused["detail"], "there is no such session");
    }
    assert_eq!(origin.refresh(genuine).await.status, 200);
}

#[tokio::test]
async fn parallel_refreshes_of_one_token_all_get_the_same_successor() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;
    let refresh_token = token(&issued, "refreshToken");

    let (one, two, three, four) = tokio::join!(
        origin.refresh(refresh_token),
        origin.refresh(refresh_token),
        origin.refresh(refresh_token),
        origin.refresh(refresh_token)
    );

    let answers = [one, two, three, four].map(|answer| {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let issued = answer.json();
        (token(&issued, "refreshToken").to_owned(), issued["antiCsrfToken"].clone())
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_ne!(answers[0].0, refresh_token);
}
