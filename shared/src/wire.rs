//! The bodies between the origin and those who call it. `docs/api.md` has the same as a table.
//!
//! Requests refuse unknown members by name; answers leave room for new ones.

use crate::{
    anti_csrf::AntiCsrfToken,
    claims::{AccessClaims, RefreshHashPrefix},
    client::Client,
    header_lines::HeaderLines,
    json::{self, Json},
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    user_id::UserId,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// `POST /v1/sessions`: log this user in. Also the value of the header `x-wayleave-create-session`, where `replaces` is the gateway's to fill in.
///
/// ```
/// use wayleave_shared::wire::CreateSession;
///
/// let body: CreateSession = serde_json::from_str(r#"{"userId": 7, "jwtPayload": null}"#).unwrap();
/// assert_eq!(body.jwt_payload.unwrap().text(), "null");
/// assert!(body.session_data.is_none());
/// let refused = serde_json::from_str::<CreateSession>(r#"{"userId": 7, "payload": 1}"#).unwrap_err();
/// assert!(refused.to_string().starts_with("unknown field `payload`"));
/// let refused = serde_json::from_str::<CreateSession>(r#"{"userId": 7, "jwtPayload": {"a": 1, "a": 2}}"#).unwrap_err();
/// assert!(refused.to_string().starts_with("an object has two members of one name"));
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateSession {
    /// Who it is, after the app's own check.
    pub user_id: UserId,
    /// Travels inside the access token, readable by the page. Two members of one name are refused, as the verifier of the token would.
    #[serde(
        default,
        deserialize_with = "json::present_unique",
        skip_serializing_if = "Option::is_none"
    )]
    pub jwt_payload: Option<Json>,
    /// Stays in the database.
    #[serde(default, deserialize_with = "json::present", skip_serializing_if = "Option::is_none")]
    pub session_data: Option<Json>,
    /// What the user logged in with, for the list of their sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Client>,
    /// How the browser wants its tokens.
    #[serde(default, skip_serializing_if = "TokenTransfer::is_default")]
    pub transfer: TokenTransfer,
    /// The session that the log-in request itself carried; it is ended, so that a log-in always leaves one session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<SessionHandle>,
}

/// `POST /v1/sessions/refresh`.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefreshSession {
    /// The refresh token as the browser sent it.
    pub refresh_token: String,
    /// How the browser wants its tokens.
    #[serde(default, skip_serializing_if = "TokenTransfer::is_default")]
    pub transfer: TokenTransfer,
}

/// How tokens travel between browser and edge.
///
/// ```
/// use wayleave_shared::wire::{RefreshSession, TokenTransfer};
///
/// let body: RefreshSession = serde_json::from_str(r#"{"refreshToken": "…"}"#).unwrap();
/// assert_eq!(body.transfer, TokenTransfer::Cookie);
/// let body: RefreshSession = serde_json::from_str(r#"{"refreshToken": "…", "transfer": "header"}"#).unwrap();
/// assert_eq!(body.transfer, TokenTransfer::Header);
/// ```
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenTransfer {
    /// In cookies, which scripts cannot read.
    #[default]
    Cookie,
    /// In headers, which the client's script keeps. They need no anti-CSRF token: no other site can make a browser send them.
    Header,
    /// In headers, by a browser that still carries cookies of a session: those are cleared.
    HeaderClearingCookies,
}

impl TokenTransfer {
    /// Whether the tokens travel in headers.
    #[must_use]
    pub const fn is_header(self) -> bool {
        matches!(self, Self::Header | Self::HeaderClearingCookies)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The answer to `POST /v1/sessions/duplicates`: what to tell a browser that carries two cookies of one name.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClearedDuplicates {
    /// Whether only cookies of the older cookie domain are cleared, so that the session goes on with those that stay; else all are, and it is over here.
    pub session_goes_on: bool,
    /// The lines that clear them.
    pub browser: BrowserLines,
}

/// `POST /v1/sessions/verify`.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifySession {
    /// The access token as the browser sent it.
    pub access_token: String,
    /// What the request's `anti-csrf` header said; where it is given it must be right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anti_csrf_token: Option<String>,
    /// Whether to ask the store too, so that a revoked session is refused at once.
    #[serde(default)]
    pub check_database: bool,
}

/// A session as the store knows it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Which log-in.
    pub handle: SessionHandle,
    /// Whose.
    pub user_id: UserId,
    /// The app's payload.
    #[serde(default, deserialize_with = "json::present", skip_serializing_if = "Option::is_none")]
    pub jwt_payload: Option<Json>,
    /// When the user logged in.
    pub created_at: UnixMilliseconds,
    /// When it was last refreshed; the log-in counts.
    pub refreshed_at: UnixMilliseconds,
    /// When it ends unless it is refreshed.
    pub expires_at: UnixMilliseconds,
    /// What the user logged in with, as far as the app told and the deployment keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Client>,
    /// Whether it is the session that the list was asked to mark; absent elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<bool>,
}

/// A session as its access token proves it, without asking the store.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedSession {
    /// Which log-in.
    pub handle: SessionHandle,
    /// Whose.
    pub user_id: UserId,
    /// The app's payload.
    #[serde(default, deserialize_with = "json::present", skip_serializing_if = "Option::is_none")]
    pub jwt_payload: Option<Json>,
    /// When the access token ends.
    pub expires_at: UnixMilliseconds,
}

impl From<&AccessClaims> for VerifiedSession {
    fn from(claims: &AccessClaims) -> Self {
        Self {
            handle: claims.session,
            user_id: claims.user_id.clone(),
            jwt_payload: claims.payload.clone(),
            expires_at: claims.expires_at.milliseconds(),
        }
    }
}

/// A token and its end.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedToken {
    /// The token's wire form.
    pub token: String,
    /// From when on it is refused.
    pub expires_at: UnixMilliseconds,
}

/// The answer to a create or refresh: the session, its tokens, and the finished lines for the browser.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedSession {
    /// The session as it is now stored.
    pub session: Session,
    /// What each request carries.
    pub access_token: IssuedToken,
    /// What gets the next access token.
    pub refresh_token: IssuedToken,
    /// What unsafe requests repeat; absent where anti-CSRF is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anti_csrf_token: Option<AntiCsrfToken>,
    /// The same as finished lines.
    pub browser: BrowserLines,
}

/// Finished lines to copy onto the answer for the browser, so that no caller builds cookies.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BrowserLines {
    /// One `Set-Cookie` header each.
    pub set_cookie: Vec<String>,
    /// Other headers by name.
    pub headers: HeaderLines,
}

/// `POST /v1/sessions/confirm`: these sessions' newest tokens have arrived, for access tokens that came with them are in use.
///
/// ```
/// use wayleave_shared::wire::ConfirmSessions;
///
/// let body: ConfirmSessions = serde_json::from_str(
///     r#"{"sessions": [{"handle": "AgICAgICAgICAgICAgICAg", "refreshHash": "AwMDAwMDAwMDAwMDAwMDAw"}]}"#,
/// ).unwrap();
/// assert_eq!(body.sessions[0].refresh_hash.0, [3; 16]);
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmSessions {
    /// At most [`MAX_CONFIRMATIONS`].
    pub sessions: Vec<Confirmation>,
}

/// That a refresh token has arrived at its browser.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Confirmation {
    /// The session: `sid` of the access token.
    pub handle: SessionHandle,
    /// The refresh token: `rth` of the access token. One that is not the session's newest confirms nothing.
    pub refresh_hash: RefreshHashPrefix,
}

/// The answer to `POST /v1/sessions/confirm`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmedSessions {
    /// Those of the sessions asked about that are over.
    pub gone: Vec<SessionHandle>,
}

/// How many sessions one call confirms at most.
pub const MAX_CONFIRMATIONS: usize = 500;

/// `PUT …/payload`: replaces what the session's next access tokens carry.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdatePayload {
    /// The new payload; absent for none, which is not `null`.
    #[serde(
        default,
        deserialize_with = "json::present_unique",
        skip_serializing_if = "Option::is_none"
    )]
    pub jwt_payload: Option<Json>,
    /// The access token in use, where a new one is wanted at once: the same but for the payload and the time of issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// How the browser wants that.
    #[serde(default, skip_serializing_if = "TokenTransfer::is_default")]
    pub transfer: TokenTransfer,
}

/// The answer to a `PUT …/payload`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdatedPayload {
    /// The session as it is now stored.
    pub session: Session,
    /// The new access token, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<IssuedToken>,
    /// The same as finished lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<BrowserLines>,
}

/// Whose refresh token was used by somebody else: part of the refusal `token_theft_detected`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StolenSession {
    /// Which log-in.
    pub handle: SessionHandle,
    /// Whose.
    pub user_id: UserId,
}

/// `GET …/data`: what the app keeps in a session.
///
/// `data` is absent where none was ever stored; `version` is 0 then.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionData {
    /// The stored value.
    #[serde(default, deserialize_with = "json::present", skip_serializing_if = "Option::is_none")]
    pub data: Option<Json>,
    /// Counts the writes.
    pub version: u64,
}

/// The largest session data, in bytes of JSON.
pub const MAX_SESSION_DATA_BYTES: usize = 1024 * 1024;

/// The largest body of a `PUT` or `PATCH …/data`: there is something around the data.
pub const MAX_SESSION_DATA_BODY_BYTES: usize = MAX_SESSION_DATA_BYTES + 1024;

/// `PUT …/data`: replaces the stored value.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateSessionData {
    /// The new value; `null` is a value.
    pub data: Json,
}

/// The answer to a `PUT` or `PATCH …/data`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdatedSessionData {
    /// The version that the write made.
    pub version: u64,
}

/// The answer to `DELETE /v1/sessions/{handle}`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RevokedSession {
    /// Whether there was something to end.
    pub revoked: bool,
    /// What clears the browser's cookies. Only for the browser whose session it was.
    pub browser: BrowserLines,
}

/// The answer to `DELETE /v1/users/{userId}/sessions`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RevokedSessions {
    /// The sessions that were ended.
    pub revoked: Vec<SessionHandle>,
}

/// The answer to `GET /v1/users/{userId}/sessions`: one page, in order of handles.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionList {
    /// The live sessions.
    pub sessions: Vec<Session>,
    /// What to pass as `after` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<SessionHandle>,
}

impl fmt::Debug for RefreshSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RefreshSession")
    }
}

impl fmt::Debug for VerifySession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("VerifySession")
    }
}

impl fmt::Debug for UpdatePayload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UpdatePayload")
    }
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "IssuedToken({} bytes)", self.token.len())
    }
}

impl fmt::Debug for BrowserLines {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BrowserLines({} cookies)", self.set_cookie.len())
    }
}
