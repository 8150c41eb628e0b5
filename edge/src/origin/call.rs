//! What is sent for each thing that the origin can do.

use crate::settings::Settings;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;
use wayleave_shared::{
    feed::FeedCursor,
    session_handle::SessionHandle,
    user_id::UserId,
    wire::{
        ConfirmSessions, Confirmation, CreateSession, RefreshSession, TokenTransfer, UpdatePayload,
        VerifySession,
    },
};

/// One thing that the origin can do.
#[derive(Clone, Copy)]
pub enum Call<'call> {
    /// `POST /v1/sessions/duplicates`.
    ClearDuplicates,
    /// `POST /v1/sessions/confirm`.
    Confirm(&'call [Confirmation]),
    /// `POST /v1/sessions`.
    CreateSession(&'call CreateSession),
    /// `PATCH /v1/sessions/{handle}/data`.
    PatchData(DataWrite<'call>),
    /// `GET /.well-known/jwks.json`.
    PublicKeys,
    /// `GET /v1/sessions/{handle}/data`.
    ReadData(SessionHandle),
    /// `POST /v1/sessions/refresh`, with the refresh token as the browser sent it, and how it wants the new one.
    Refresh(&'call str, TokenTransfer),
    /// `DELETE /v1/sessions/{handle}`.
    Revoke(SessionHandle),
    /// `DELETE /v1/users/{userId}/sessions`, but for the session that is excepted.
    RevokeUser(&'call UserId, Option<SessionHandle>),
    /// `GET /v1/revocations`, from this cursor on.
    Revocations(Option<FeedCursor>),
    /// `GET /v1/sessions/{handle}`.
    Session(SessionHandle),
    /// `GET /v1/users/{userId}/sessions`, the page after this session.
    SessionsOfUser(&'call UserId, Option<SessionHandle>),
    /// `PUT /v1/sessions/{handle}/data`.
    UpdateData(DataWrite<'call>),
    /// `PUT /v1/sessions/{handle}/payload`.
    UpdatePayload(SessionHandle, &'call UpdatePayload),
    /// `POST /v1/sessions/verify`, the database included. It confirms as well.
    Verify(&'call str),
}

/// A change of session data, as a browser wants it.
#[derive(Clone, Copy)]
pub struct DataWrite<'call> {
    /// Whose data.
    pub session: SessionHandle,
    /// The body as the browser sent it: the origin judges it.
    pub body: &'call [u8],
    /// The `If-Match` header as the browser sent it.
    pub if_match: Option<&'call str>,
}

/// A request to the origin, ready to be sent.
pub struct OriginRequest {
    /// The method.
    pub method: &'static str,
    /// The absolute URL.
    pub url: String,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body; `None` for no body at all.
    pub body: Option<Vec<u8>>,
}

impl Call<'_> {
    /// A name for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ClearDuplicates => "clear duplicates",
            Self::Confirm(_) => "confirm sessions",
            Self::CreateSession(_) => "create session",
            Self::PatchData(_) => "patch session data",
            Self::PublicKeys => "public keys",
            Self::ReadData(_) => "read session data",
            Self::Refresh(..) => "refresh",
            Self::Revocations(_) => "revocations",
            Self::Revoke(_) => "revoke session",
            Self::RevokeUser(..) => "revoke a user's sessions",
            Self::Session(_) => "read session",
            Self::SessionsOfUser(..) => "list a user's sessions",
            Self::UpdateData(_) => "update session data",
            Self::UpdatePayload(..) => "update the payload",
            Self::Verify(_) => "verify session",
        }
    }

    /// The request that asks the origin for it.
    #[must_use]
    pub fn request(&self, settings: &Settings) -> OriginRequest {
        let (method, path, body) = match *self {
            Self::ClearDuplicates => {
                ("POST", "/v1/sessions/duplicates".to_owned(), Some(b"{}".to_vec()))
            }
            Self::Confirm(sessions) => {
                let body = ConfirmSessions { sessions: sessions.to_vec() };
                ("POST", "/v1/sessions/confirm".to_owned(), Some(json(&body)))
            }
            Self::CreateSession(body) => ("POST", "/v1/sessions".to_owned(), Some(json(body))),
            Self::PatchData(DataWrite { session, body, .. }) => {
                ("PATCH", data_path(session), Some(body.to_vec()))
            }
            Self::PublicKeys => ("GET", "/.well-known/jwks.json".to_owned(), None),
            Self::ReadData(session) => ("GET", data_path(session), None),
            Self::Refresh(token, transfer) => {
                let body = RefreshSession { refresh_token: token.to_owned(), transfer };
                ("POST", "/v1/sessions/refresh".to_owned(), Some(json(&body)))
            }
            Self::Revocations(None) => ("GET", "/v1/revocations".to_owned(), None),
            // A cursor has no character that a query would have to escape.
            Self::Revocations(Some(since)) => {
                ("GET", format!("/v1/revocations?since={since}"), None)
            }
            Self::Revoke(session) => ("DELETE", format!("/v1/sessions/{session}"), None),
            Self::RevokeUser(user_id, except) => {
                ("DELETE", user_path(user_id, "", "except", except), None)
            }
            Self::Session(session) => ("GET", format!("/v1/sessions/{session}"), None),
            Self::SessionsOfUser(user_id, after) => {
                ("GET", user_path(user_id, LIST_PAGE, "after", after), None)
            }
            Self::UpdateData(DataWrite { session, body, .. }) => {
                ("PUT", data_path(session), Some(body.to_vec()))
            }
            Self::UpdatePayload(session, body) => {
                ("PUT", format!("/v1/sessions/{session}/payload"), Some(json(body)))
            }
            Self::Verify(token) => {
                let body = VerifySession {
                    access_token: token.to_owned(),
                    anti_csrf_token: None,
                    check_database: true,
                };
                ("POST", "/v1/sessions/verify".to_owned(), Some(json(&body)))
            }
        };
        let accepted = match self {
            Self::Revocations(_) => "application/jose",
            _ => "application/json",
        };
        let mut headers = vec![("accept", accepted.to_owned())];
        if !matches!(self, Self::PublicKeys) {
            headers.push(("authorization", settings.service_key.authorization()));
        }
        if body.is_some() {
            let media_type = match self {
                Self::PatchData(_) => MERGE_PATCH,
                _ => "application/json",
            };
            headers.push(("content-type", media_type.to_owned()));
        }
        if let Self::PatchData(write) | Self::UpdateData(write) = self
            && let Some(version) = write.if_match
        {
            headers.push(("if-match", version.to_owned()));
        }
        OriginRequest { method, url: format!("{}{path}", settings.origin_url), headers, body }
    }
}

fn data_path(session: SessionHandle) -> String {
    format!("/v1/sessions/{session}/data")
}

/// The user id stands there in its text form, percent-encoded; a handle has no character that a query would have to escape.
fn user_path(user_id: &UserId, query: &str, name: &str, session: Option<SessionHandle>) -> String {
    let user_id = user_id.to_text();
    let user_id = utf8_percent_encode(&user_id, NON_ALPHANUMERIC);
    let parameter = session.map(|session| format!("{name}={session}")).unwrap_or_default();
    let separator = if query.is_empty() || parameter.is_empty() { "" } else { "&" };
    let mark = if query.is_empty() && parameter.is_empty() { "" } else { "?" };
    format!("/v1/users/{user_id}/sessions{mark}{query}{separator}{parameter}")
}

fn json(body: &impl serde::Serialize) -> Vec<u8> {
    // Our bodies are structs of strings, numbers and JSON that is known to be valid: writing them does not fail.
    serde_json::to_vec(body).unwrap_or_default()
}

/// As many sessions as the origin puts on one page.
const LIST_PAGE: &str = "limit=1000";

/// The media type of a change to a JSON value (RFC 7396).
pub const MERGE_PATCH: &str = "application/merge-patch+json";

/// Shows neither headers nor body: they hold the service key, tokens and the app's data.
impl fmt::Debug for OriginRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OriginRequest({} {})", self.method, self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use wayleave_shared::{claims::RefreshHashPrefix, json::Json};

    const HANDLE: SessionHandle = SessionHandle::from_bytes([0; 16]);

    fn sent(call: &Call<'_>) -> (String, Vec<(&'static str, String)>, Option<String>) {
        let request = call.request(&testing::settings_with(&[]));
        let body = request.body.map(|body| String::from_utf8(body).unwrap());
        (format!("{} {}", request.method, request.url), request.headers, body)
    }

    #[test]
    fn each_call_is_the_request_of_the_api() {
        let create = CreateSession {
            user_id: UserId::text("alice").unwrap(),
            jwt_payload: None,
            session_data: None,
            client: None,
            transfer: TokenTransfer::HeaderClearingCookies,
            replaces: Some(HANDLE),
        };
        let write = DataWrite { session: HANDLE, body: b"{not json", if_match: None };
        let arrived = Confirmation { handle: HANDLE, refresh_hash: RefreshHashPrefix([3; 16]) };
        for (call, line, body) in [
            (
                Call::Confirm(&[arrived]),
                "POST http://origin.test:8788/v1/sessions/confirm",
                Some(
                    r#"{"sessions":[{"handle":"AAAAAAAAAAAAAAAAAAAAAA","refreshHash":"AwMDAwMDAwMDAwMDAwMDAw"}]}"#,
                ),
            ),
            (
                Call::ClearDuplicates,
                "POST http://origin.test:8788/v1/sessions/duplicates",
                Some("{}"),
            ),
            (
                Call::Refresh("t", TokenTransfer::Header),
                "POST http://origin.test:8788/v1/sessions/refresh",
                Some(r#"{"refreshToken":"t","transfer":"header"}"#),
            ),
            (Call::PublicKeys, "GET http://origin.test:8788/.well-known/jwks.json", None),
            (
                Call::ReadData(HANDLE),
                "GET http://origin.test:8788/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA/data",
                None,
            ),
            (
                Call::Revoke(HANDLE),
                "DELETE http://origin.test:8788/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA",
                None,
            ),
            (Call::Revocations(None), "GET http://origin.test:8788/v1/revocations", None),
            (
                Call::Revocations(Some(FeedCursor { epoch: [0; 16], position: 7 })),
                "GET http://origin.test:8788/v1/revocations?since=AAAAAAAAAAAAAAAAAAAAAA.7",
                None,
            ),
            (
                Call::Verify("a.b.c"),
                "POST http://origin.test:8788/v1/sessions/verify",
                Some(r#"{"accessToken":"a.b.c","checkDatabase":true}"#),
            ),
            (
                Call::Refresh("r\"t", TokenTransfer::Cookie),
                "POST http://origin.test:8788/v1/sessions/refresh",
                Some(r#"{"refreshToken":"r\"t"}"#),
            ),
            (
                Call::CreateSession(&create),
                "POST http://origin.test:8788/v1/sessions",
                Some(
                    r#"{"userId":"alice","transfer":"header-clearing-cookies","replaces":"AAAAAAAAAAAAAAAAAAAAAA"}"#,
                ),
            ),
            (
                Call::PatchData(write),
                "PATCH http://origin.test:8788/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA/data",
                Some("{not json"),
            ),
            (
                Call::UpdateData(write),
                "PUT http://origin.test:8788/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA/data",
                Some("{not json"),
            ),
        ] {
            let (sent_line, _, sent_body) = sent(&call);
            assert_eq!((sent_line.as_str(), sent_body.as_deref()), (line, body));
        }
    }

    #[test]
    fn each_call_of_the_apps_code_is_the_request_of_the_api() {
        let payload = UpdatePayload {
            jwt_payload: Some(Json::parse("null").unwrap()),
            access_token: Some("a.b.c".to_owned()),
            transfer: TokenTransfer::Cookie,
        };
        for (call, line, body) in [
            (
                Call::RevokeUser(&UserId::text("a b/é").unwrap(), None),
                "DELETE http://origin.test:8788/v1/users/%22a%20b%2F%5Cu00e9%22/sessions",
                None,
            ),
            (
                Call::RevokeUser(&UserId::text("a").unwrap(), Some(HANDLE)),
                "DELETE http://origin.test:8788/v1/users/a/sessions?except=AAAAAAAAAAAAAAAAAAAAAA",
                None,
            ),
            (
                Call::Session(HANDLE),
                "GET http://origin.test:8788/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA",
                None,
            ),
            (
                Call::SessionsOfUser(&UserId::text("1").unwrap(), None),
                "GET http://origin.test:8788/v1/users/%221%22/sessions?limit=1000",
                None,
            ),
            (
                Call::SessionsOfUser(&UserId::text("a").unwrap(), Some(HANDLE)),
                "GET http://origin.test:8788/v1/users/a/sessions?limit=1000&after=AAAAAAAAAAAAAAAAAAAAAA",
                None,
            ),
            (
                Call::UpdatePayload(HANDLE, &payload),
                "PUT http://origin.test:8788/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA/payload",
                Some(r#"{"jwtPayload":null,"accessToken":"a.b.c"}"#),
            ),
        ] {
            let (sent_line, _, sent_body) = sent(&call);
            assert_eq!((sent_line.as_str(), sent_body.as_deref()), (line, body));
        }
    }

    #[test]
    fn only_the_public_keys_are_asked_for_without_the_service_key() {
        let (_, headers, _) = sent(&Call::PublicKeys);
        assert_eq!(headers, [("accept", "application/json".to_owned())]);

        let write = DataWrite { session: HANDLE, body: b"{}", if_match: Some("\"3\"") };
        for (call, media_type) in [
            (Call::UpdateData(write), "application/json"),
            (Call::PatchData(write), "application/merge-patch+json"),
        ] {
            assert_eq!(
                sent(&call).1,
                [
                    ("accept", "application/json".to_owned()),
                    ("authorization", format!("Bearer {}", testing::SERVICE_KEY)),
                    ("content-type", media_type.to_owned()),
                    ("if-match", "\"3\"".to_owned()),
                ]
            );
        }
    }

    #[test]
    fn debugging_output_shows_no_secret() {
        let request =
            Call::Refresh("token", TokenTransfer::Header).request(&testing::settings_with(&[]));
        assert_eq!(
            format!("{request:?}"),
            "OriginRequest(POST http://origin.test:8788/v1/sessions/refresh)"
        );
    }
}
