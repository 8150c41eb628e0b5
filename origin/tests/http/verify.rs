//! `POST /v1/sessions/verify`.

use crate::origin::{Answer, HOUR_MS, NOW_MS, Origin, path, token};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

async fn verify(origin: &Origin, body: &Value) -> Answer {
    origin.call("POST", "/v1/sessions/verify", &body.to_string()).await
}

#[tokio::test]
async fn a_good_token_gives_the_session() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;

    let answer = verify(&origin, &json!({"accessToken": token(&issued, "accessToken")})).await;

    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({"handle": issued["session"]["handle"], "userId": "alice", "expiresAt": NOW_MS + HOUR_MS})
    );
}

#[tokio::test]
async fn an_expired_or_foreign_token_or_a_wrong_anti_csrf_token_asks_for_a_refresh() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;
    let access_token = token(&issued, "accessToken");
    let refresh_token = token(&issued, "refreshToken");

    for body in [
        json!({"accessToken": "a.b.c"}),
        json!({"accessToken": refresh_token}),
        json!({"accessToken": access_token, "antiCsrfToken": "AAAAAAAAAAAAAAAAAAAAAA"}),
        json!({"accessToken": access_token, "antiCsrfToken": ""}),
    ] {
        let refused = verify(&origin, &body).await.refused(401, "try_refresh_token");
        assert_eq!(refused["errType"], 3000);
        assert!(refused.get("browser").is_none());
    }
    let right = json!({"accessToken": access_token, "antiCsrfToken": issued["antiCsrfToken"]});
    assert_eq!(verify(&origin, &right).await.status, 200);
    origin.advance(3600);
    verify(&origin, &right).await.refused(401, "try_refresh_token");
}

#[tokio::test]
async fn a_revoked_session_is_refused_at_once_where_the_database_is_asked() {
    let origin = Origin::start().await;
    let issued = origin.log_in().await;
    let body =
        |check: bool| json!({"accessToken": token(&issued, "accessToken"), "checkDatabase": check});
    assert_eq!(verify(&origin, &body(true)).await.status, 200);

    origin.call("DELETE", &path(&issued), "").await;

    assert_eq!(verify(&origin, &body(false)).await.status, 200);
    verify(&origin, &body(true)).await.refused(401, "unauthorised");
}

#[tokio::test]
async fn tokens_name_the_audience_that_is_set_and_are_good_for_it_only() {
    let origin = Origin::with([("WAYLEAVE_AUDIENCE", "app")]).await;
    let issued = origin.log_in().await;
    let body = json!({"accessToken": token(&issued, "accessToken")});

    assert_eq!(verify(&origin, &body).await.status, 200);
    let claims = token(&issued, "accessToken").split('.').nth(1).unwrap();
    let claims = Base64UrlUnpadded::decode_vec(claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["aud"], "app");
}
