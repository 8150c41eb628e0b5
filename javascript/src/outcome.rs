//! What a call came to, as JSON.
//!
//! ```text
//! {"value": …, "lines"?: {"setCookie": […], "headers": {…}}}
//! {"error": {"errType", "code", "message", "status", "stolen"?: {"handle", "userId"}}, "lines"?: …}
//! ```

use serde::Serialize;
use wayleave_edge::{
    Session, SessionError, host::Host, respond::ExpiredStatus, sessions::ErrorType,
    settings::SettingsError,
};
use wayleave_shared::{
    json::Json,
    refusal::Code,
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    user_id::UserId,
    wire::{self, BrowserLines, IssuedToken, StolenSession, TokenTransfer},
};

/// What JavaScript keeps of a session: all that a later call of it needs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Known {
    handle: SessionHandle,
    user_id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt_payload: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<UnixMilliseconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    is_in_header: bool,
}

impl Known {
    pub(crate) fn of(session: &Session<impl Host>) -> Self {
        let verified = session.verified().clone();
        Self {
            handle: verified.handle,
            user_id: verified.user_id,
            jwt_payload: verified.jwt_payload,
            expires_at: Some(verified.expires_at),
            access_token: Some(session.access_token().to_owned()),
            is_in_header: session.transfer().is_header(),
        }
    }

    pub(crate) fn updated(
        session: wire::Session,
        access_token: Option<IssuedToken>,
        transfer: TokenTransfer,
    ) -> Self {
        Self {
            handle: session.handle,
            user_id: session.user_id,
            jwt_payload: session.jwt_payload,
            expires_at: access_token.as_ref().map(|issued| issued.expires_at),
            access_token: access_token.map(|issued| issued.token),
            is_in_header: transfer.is_header(),
        }
    }
}

/// Whether there was something to end.
#[derive(Serialize)]
pub(crate) struct Revoked {
    pub(crate) revoked: bool,
}

#[derive(Serialize)]
struct WrongSetting<'wrong> {
    variable: &'wrong str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'wrong str>,
    accepted: &'wrong str,
}

/// A variable that is missing or wrong.
pub(crate) fn wrong_setting(wrong: &SettingsError) -> String {
    let SettingsError { variable, value, accepted } = wrong;
    json(&WrongSetting { variable, value: value.as_deref(), accepted })
}

#[derive(Serialize)]
struct Success<T> {
    value: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<BrowserLines>,
}

#[derive(Serialize)]
struct Failure<'error> {
    error: Described<'error>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<&'error BrowserLines>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'error> {
    err_type: u16,
    code: Word,
    message: String,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    stolen: Option<&'error StolenSession>,
}

/// What went wrong, in a word that stays the same.
#[derive(Serialize)]
#[serde(untagged)]
enum Word {
    Shared(Code),
    Own(&'static str),
}

/// A value, with the lines that the response must get.
pub(crate) fn success(value: impl Serialize, lines: Option<BrowserLines>) -> String {
    json(&Success { value, lines })
}

/// An error, with the lines that the response must get.
pub(crate) fn of_error(error: &SessionError, expired: ExpiredStatus) -> String {
    json(&Failure {
        error: Described {
            err_type: error.error_type().number(),
            code: Word::Shared(error.code()),
            message: error.to_string(),
            status: status_of(error, expired),
            stolen: error.stolen_session(),
        },
        lines: error.lines(),
    })
}

/// What the app's own code did wrong is no fault of its client.
fn status_of(error: &SessionError, expired: ExpiredStatus) -> u16 {
    match (error.error_type(), error.code()) {
        (ErrorType::General, Code::Unavailable) => 503,
        (ErrorType::General, _) => 500,
        (_, code) => expired.status_of(code),
    }
}

/// For a handle that no session ever had.
pub(crate) fn no_such_session(expired: ExpiredStatus) -> String {
    let code = Code::Unauthorised;
    told(
        ErrorType::Unauthorised,
        Word::Shared(code),
        "there is no such session",
        expired.status_of(code),
    )
}

/// An argument of the app that is not what it must be.
pub(crate) fn wrong_argument(accepted: &str) -> String {
    told(ErrorType::General, Word::Own("invalid_argument"), accepted, 500)
}

fn told(kind: ErrorType, code: Word, message: &str, status: u16) -> String {
    let (err_type, message) = (kind.number(), message.to_owned());
    let error = Described { err_type, code, message, status, stolen: None };
    json(&Failure { error, lines: None })
}

fn json(value: &impl Serialize) -> String {
    // Structs of strings, numbers and JSON that is known to be valid: writing them does not fail.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_app_did_wrong_is_a_general_error_of_its_own() {
        assert_eq!(
            wrong_argument("data must be JSON"),
            r#"{"error":{"errType":1000,"code":"invalid_argument","message":"data must be JSON","status":500}}"#
        );
        assert_eq!(
            no_such_session(ExpiredStatus::LoginTimeout),
            r#"{"error":{"errType":2000,"code":"unauthorised","message":"there is no such session","status":440}}"#
        );
    }
}
