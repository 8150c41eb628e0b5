//! `POST /login`: the whole of what an app does to log somebody in.
//!
//! **There is no password here.** Anybody logs in as anybody, because this is a demo. A real app puts its own check (password,
//! OAuth, passkey) where the comment below says so, and keeps the rest.

use crate::error::ApiError;
use axum::{
    Json,
    extract::rejection::JsonRejection,
    http::{HeaderMap, HeaderName, header::USER_AGENT},
    response::{AppendHeaders, IntoResponse},
};
use serde::Deserialize;
use serde_json::{Value, json};
use wayleave_shared::object::Object;
use wayleave_shared::{
    client::Client,
    header,
    json::{self, Json as JsonText},
    user_id::UserId,
    wire::{CreateSession, TokenTransfer},
};

/// What the page sends.
///
/// Not [`CreateSession`] itself: that has `replaces`, which ends another session. The gateway fills it in from the session that
/// the request proved; from a browser's body it would let anybody end anybody's session.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LoginBody {
    user_id: UserId,
    #[serde(default, deserialize_with = "json::present")]
    jwt_payload: Option<JsonText>,
    #[serde(default, deserialize_with = "json::present")]
    session_data: Option<JsonText>,
}

/// Answers 200 with the header that makes the gateway start a session.
///
/// The gateway takes the header off and puts cookies on; the app makes neither token nor cookie. Values go through as they were
/// written: numbers are not rounded, absent is not `null`.
///
/// # Errors
///
/// [`ApiError::Body`], with words for the person who sent it.
pub(crate) async fn login(
    headers: HeaderMap,
    body: Result<Json<Object<LoginBody>>, JsonRejection>,
) -> Result<impl IntoResponse, ApiError> {
    let Json(Object(LoginBody { user_id, jwt_payload, session_data })) = body?;

    // A real app checks here that it is this user.

    let client = client(&headers);
    let session = CreateSession {
        user_id,
        jwt_payload,
        session_data,
        client,
        transfer: TokenTransfer::default(),
        replaces: None,
    };
    let add = AppendHeaders([(
        HeaderName::from_static(header::CREATE_SESSION),
        create_session(&session),
    )]);
    Ok((add, Json::<Value>(json!({"status": "OK"}))))
}

/// What the user logs in with, for a list of their devices.
fn client(headers: &HeaderMap) -> Option<Client> {
    let name = headers.get(USER_AGENT)?.to_str().ok()?.to_owned();
    Some(Client { name: Some(name), address: None })
}

/// The header's value: the request to the origin as JSON in ASCII, because a header holds no other characters.
fn create_session(session: &CreateSession) -> String {
    serde_json::to_string(session)
        .and_then(JsonText::parse)
        .expect("a body that was read as JSON can be written as JSON")
        .ascii()
}

/// The largest body of a log-in, in bytes. As a header it may be three times as long (`é` becomes `\u00e9`), and that has to pass
/// between app and gateway; more than a cookie can hold is refused by the origin anyway.
pub(crate) const MAX_BODY_BYTES: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::{answer, without_origin};
    use axum::{
        body::Body,
        http::{Request, StatusCode},
    };

    async fn post(body: impl Into<Body>) -> (StatusCode, HeaderMap, String) {
        let request = Request::post("/login").header("content-type", "application/json");
        answer(without_origin(), request.body(body.into()).unwrap()).await
    }

    #[tokio::test]
    async fn the_answer_tells_what_the_user_logs_in_with() {
        let request = Request::post("/login")
            .header("content-type", "application/json")
            .header("user-agent", "Firefox/145.0");
        let request = request.body(r#"{"userId":1}"#.into()).unwrap();
        let (_, headers, _) = answer(without_origin(), request).await;
        let expected = r#"{"userId":1,"client":{"name":"Firefox/145.0"}}"#;
        assert_eq!(headers["x-wayleave-create-session"], expected);
    }

    #[tokio::test]
    async fn the_answer_carries_the_values_as_they_were_written() {
        for (sent, header) in [
            (r#"{"userId":"alice"}"#, r#"{"userId":"alice"}"#),
            (r#"{"userId":1}"#, r#"{"userId":1}"#),
            (r#"{"userId":"1"}"#, r#"{"userId":"1"}"#),
            (r#"{"userId":"a","jwtPayload":null}"#, r#"{"userId":"a","jwtPayload":null}"#),
            (
                r#"{"sessionData":[0.10,1e400],"userId":"a","jwtPayload":{"b":1,"a":12345678901234567890123}}"#,
                r#"{"userId":"a","jwtPayload":{"b":1,"a":12345678901234567890123},"sessionData":[0.10,1e400]}"#,
            ),
            (
                "{\"userId\":\"Zoë 😀\",\"jwtPayload\":{\n\t\"é\": \"\u{7f}\\n\"}}",
                r#"{"userId":"Zo\u00eb \ud83d\ude00","jwtPayload":{  "\u00e9": "\u007f\n"}}"#,
            ),
        ] {
            let (status, headers, body) = post(sent).await;

            assert_eq!((status, body.as_str()), (StatusCode::OK, r#"{"status":"OK"}"#), "{sent}");
            assert_eq!(headers["x-wayleave-create-session"], header, "{sent}");
            assert_eq!(headers["cache-control"], "no-store");
        }
    }

    #[tokio::test]
    async fn a_malformed_body_is_refused_with_words_and_starts_no_session() {
        for (sent, words) in [
            ("", "EOF"),
            ("{", "EOF"),
            ("[]", "expected a JSON object"),
            (r#"["alice"]"#, "expected a JSON object"),
            ("{}", "missing field `userId`"),
            (r#"{"userId":""}"#, "must not be empty"),
            (r#"{"userId":1.5}"#, "a string of 1 to 255 bytes or an integer"),
            (r#"{"userId":null}"#, "a string of 1 to 255 bytes or an integer"),
            (r#"{"userId":9007199254740992}"#, "within ±9007199254740991"),
            (r#"{"userId":"a","userId":"b"}"#, "duplicate field `userId`"),
            (r#"{"userId":"a","password":"x"}"#, "unknown field `password`"),
            (r#"{"userId":"a","replaces":"AAAAAAAAAAAAAAAAAAAAAA"}"#, "unknown field `replaces`"),
            (r#"{"userId":"a"} {}"#, "trailing characters"),
        ] {
            let (status, headers, body) = post(sent).await;
            let problem: Value = serde_json::from_str(&body).unwrap();

            assert_eq!(status, StatusCode::BAD_REQUEST, "{sent}");
            assert_eq!(headers["content-type"], "application/problem+json");
            assert_eq!(problem["code"], "bad_request");
            assert!(problem["detail"].as_str().unwrap().contains(words), "{sent}: {body}");
            assert!(!headers.contains_key("x-wayleave-create-session"));
        }
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused() {
        let body = format!(r#"{{"userId":"a","jwtPayload":"{}"}}"#, "x".repeat(MAX_BODY_BYTES));
        let (status, _, body) = post(body).await;

        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(body.contains("body_too_large"), "{body}");
    }

    #[tokio::test]
    async fn a_form_post_is_refused() {
        // A form can be sent by any other site without asking first; JSON cannot.
        let request =
            Request::post("/login").header("content-type", "application/x-www-form-urlencoded");
        let (status, _, body) =
            answer(without_origin(), request.body(Body::from("userId=a")).unwrap()).await;

        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(body.contains("unsupported_media_type"), "{body}");
    }
}
