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

/// A variable that is missing or wrong.
#[derive(Serialize)]
pub(crate) struct WrongSetting<'wrong> {
    variable: &'wrong str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'wrong str>,
    accepted: &'wrong str,
}

impl<'wrong> From<&'wrong SettingsError> for WrongSetting<'wrong> {
    fn from(wrong: &'wrong SettingsError) -> Self {
        let SettingsError { variable, value, accepted } = wrong;
        Self { variable, value: value.as_deref(), accepted }
    }
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
    code: Code,
    message: String,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    stolen: Option<&'error StolenSession>,
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
            code: error.code(),
            message: error.to_string(),
            status: expired.status_of(error.code()),
            stolen: error.stolen_session(),
        },
        lines: error.lines(),
    })
}

/// A handle that none has ever had.
pub(crate) fn no_such_session(expired: ExpiredStatus) -> String {
    told(ErrorType::Unauthorised, Code::Unauthorised, "there is no such session", expired)
}

/// An argument of the app that is not what it must be.
pub(crate) fn wrong_argument(accepted: &str) -> String {
    told(ErrorType::General, Code::BadRequest, accepted, ExpiredStatus::default())
}

fn told(kind: ErrorType, code: Code, message: &str, expired: ExpiredStatus) -> String {
    let (err_type, message) = (kind.number(), message.to_owned());
    let status = expired.status_of(code);
    json(&Failure {
        error: Described { err_type, code, message, status, stolen: None },
        lines: None,
    })
}

fn json(value: &impl Serialize) -> String {
    // Structs of strings, numbers and JSON that is known to be valid: writing them does not fail.
    serde_json::to_string(value).unwrap_or_default()
}
