//! Who is asking, as the gateway proved it.

use crate::error::ApiError;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use wayleave_shared::{header, json::Json, session_handle::SessionHandle, user_id::UserId};

/// The session of a request. A handler that takes it as an argument is reached with a session only.
///
/// # Security
///
/// The app believes these headers because it is reached through the gateway alone, which removes those that a client sent and
/// writes its own. Whoever can connect to the app itself can claim to be anybody: that is why it listens on the loopback address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Session {
    /// Which log-in.
    pub(crate) handle: SessionHandle,
    /// What the app put into the token at the log-in.
    pub(crate) jwt_payload: Option<Json>,
    /// Who. The number 1 and the string "1" are two users.
    pub(crate) user_id: UserId,
}

impl Session {
    /// Reads the trust headers; `None` unless all of them are whole.
    fn read(headers: &HeaderMap) -> Option<Self> {
        let jwt_payload = if headers.contains_key(header::TRUST_PAYLOAD) {
            Some(Json::parse(single(headers, header::TRUST_PAYLOAD)?).ok()?)
        } else {
            None
        };
        Some(Self {
            handle: single(headers, header::TRUST_SESSION)?.parse().ok()?,
            jwt_payload,
            user_id: UserId::from_text(single(headers, header::TRUST_USER_ID)?).ok()?,
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = ApiError;

    /// # Errors
    ///
    /// [`ApiError::NoSession`]: the gateway refuses such a request itself on a protected path, so this is the second lock.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::read(&parts.headers).ok_or(ApiError::NoSession)
    }
}

/// The header's only value. The gateway writes each once: a second would be somebody else's.
fn single<'headers>(headers: &'headers HeaderMap, name: &str) -> Option<&'headers str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    const HANDLE: &str = "K9GCN3jbdgcHBwcHBwcHBw";
    const USER: &str = "x-wayleave-user-id";
    const SESSION: &str = "x-wayleave-session";
    const PAYLOAD: &str = "x-wayleave-payload";

    fn read(lines: &[(&'static str, &str)]) -> Option<Session> {
        let headers = lines.iter().map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::try_from(*value).unwrap())
        });
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        Session::read(&map)
    }

    #[test]
    fn a_user_id_is_read_back_as_what_it_was() {
        for (text, json) in [
            ("1", "1"),
            ("-7", "-7"),
            (r#""1""#, r#""1""#),
            ("007", r#""007""#),
            ("alice", r#""alice""#),
            (r#""alice ""#, r#""alice ""#),
            (r#""Zo\u00eb""#, r#""Zoë""#),
            ("a/b?c", r#""a/b?c""#),
        ] {
            let session = read(&[(USER, text), (SESSION, HANDLE)]).unwrap();

            assert_eq!(serde_json::to_string(&session.user_id).unwrap(), json, "{text}");
            assert_eq!(session.handle.to_string(), HANDLE);
            assert!(session.jwt_payload.is_none());
        }
    }

    #[test]
    fn a_payload_is_kept_as_it_was_written_and_null_is_a_payload() {
        for payload in
            ["null", "false", "0", r#""""#, "{}", r#"{"b":1.0,"a":[1e400]}"#, r#""\u00e9""#]
        {
            let session = read(&[(USER, "1"), (SESSION, HANDLE), (PAYLOAD, payload)]).unwrap();

            assert_eq!(session.jwt_payload.unwrap().text(), payload);
        }
    }

    #[test]
    fn headers_that_are_not_whole_are_no_session() {
        for lines in [
            &[][..],
            &[(USER, "1")],
            &[(SESSION, HANDLE)],
            &[(USER, ""), (SESSION, HANDLE)],
            &[(USER, "\"1"), (SESSION, HANDLE)],
            &[(USER, "9007199254740992"), (SESSION, HANDLE)],
            &[(USER, "1"), (USER, "2"), (SESSION, HANDLE)],
            &[(USER, "1"), (SESSION, HANDLE), (SESSION, HANDLE)],
            &[(USER, "1"), (SESSION, "../../v1/users/1/sessions")],
            &[(USER, "1"), (SESSION, "K9GCN3jbdgcHBwcHBwcHB")],
            &[(USER, "1"), (SESSION, HANDLE), (PAYLOAD, "")],
            &[(USER, "1"), (SESSION, HANDLE), (PAYLOAD, "{")],
            &[(USER, "1"), (SESSION, HANDLE), (PAYLOAD, "1"), (PAYLOAD, "2")],
        ] {
            assert_eq!(read(lines), None, "{lines:?}");
        }
    }
}
