//! What the app's answer asks of us, and what the client sees of it.

use crate::answer::HeaderEdit;
use wayleave_shared::{
    header,
    session_handle::SessionHandle,
    wire::{CreateSession, TokenTransfer},
};

/// The header `x-wayleave-create-session` is not what it must be: the app's mistake.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the header x-wayleave-create-session {0}")]
pub struct InvalidCreateSession(String);

/// The session that the app wants to be created, if any. It ends the one that the request carried, and its tokens travel as the client wants them.
///
/// `reserved` are the headers of the app's answer that only gateway and app may use.
///
/// # Errors
///
/// [`InvalidCreateSession`].
pub fn wanted_session(
    reserved: &[(String, String)],
    carried: Option<SessionHandle>,
    transfer: impl FnOnce() -> TokenTransfer,
) -> Result<Option<CreateSession>, InvalidCreateSession> {
    let Some((_, json)) = reserved.iter().find(|(name, _)| name == header::CREATE_SESSION) else {
        return Ok(None);
    };
    let mut wanted: CreateSession =
        serde_json::from_str(json).map_err(|wrong| InvalidCreateSession(without_values(&wrong)))?;
    if wanted.replaces.is_some() {
        return Err(InvalidCreateSession(
            "has the member `replaces`, which is the gateway's to fill in".to_owned(),
        ));
    }
    if wanted.transfer != TokenTransfer::default() {
        return Err(InvalidCreateSession(
            "has the member `transfer`, which is the gateway's to fill in".to_owned(),
        ));
    }
    wanted.replaces = carried;
    wanted.transfer = transfer();
    Ok(Some(wanted))
}

/// Takes the reserved headers off the app's answer, known or not.
pub fn hidden(reserved: &[(String, String)]) -> impl Iterator<Item = HeaderEdit> {
    reserved.iter().map(|(name, _)| HeaderEdit::remove(name.clone()))
}

/// What is wrong, for the log. Other messages than these quote what the app wrote, which may be personal.
fn without_values(wrong: &serde_json::Error) -> String {
    let message = wrong.to_string();
    let names_members_only =
        ["unknown field", "missing field", "duplicate field", "a user id", "an integer user id"];
    if names_members_only.iter().any(|start| message.starts_with(start)) {
        return format!("is not valid: {message}");
    }
    let what = if wrong.is_data() { "has a member of a wrong type" } else { "is not JSON" };
    format!("{what} (column {})", wrong.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANDLE: SessionHandle = SessionHandle::from_bytes([7; 16]);

    fn wanted(json: &str) -> Result<Option<CreateSession>, InvalidCreateSession> {
        let reserved = [
            ("x-wayleave-other".to_owned(), "1".to_owned()),
            (header::CREATE_SESSION.to_owned(), json.to_owned()),
        ];
        wanted_session(&reserved, Some(HANDLE), || TokenTransfer::Header)
    }

    #[test]
    fn the_wanted_session_replaces_the_one_that_the_request_carried() {
        let session = wanted(r#"{"userId": "zo\u00eb", "jwtPayload": null}"#).unwrap().unwrap();
        assert_eq!(session.user_id.to_text(), r#""zo\u00eb""#);
        assert_eq!(session.jwt_payload.unwrap().text(), "null");
        assert!(session.session_data.is_none());
        assert_eq!((session.replaces, session.transfer), (Some(HANDLE), TokenTransfer::Header));
    }

    #[test]
    fn most_answers_want_no_session() {
        let transfer = || panic!("nobody needs to know");
        assert!(wanted_session(&[], Some(HANDLE), transfer).unwrap().is_none());
    }

    #[test]
    fn what_is_wrong_is_said_without_quoting_values() {
        for (json, expected) in [
            ("", "is not JSON (column 0)"),
            ("alice@example.com", "is not JSON (column 1)"),
            (r#"{"userId":"a"}, {"userId":"b"}"#, "is not JSON (column 15)"),
            (r#""alice@example.com""#, "has a member of a wrong type (column 19)"),
            (r#"{"userId":["alice@example.com"]}"#, "has a member of a wrong type (column 11)"),
            (r#"{"userId":""}"#, "is not valid: a user id must not be empty at line 1 column 12"),
            ("{}", "is not valid: missing field `userId` at line 1 column 2"),
            (
                r#"{"userId":1,"payload":2}"#,
                "is not valid: unknown field `payload`, expected one of `userId`, `jwtPayload`, `sessionData`, `client`, `transfer`, `replaces` at line 1 column 21",
            ),
            (
                r#"{"userId":1,"replaces":"AAAAAAAAAAAAAAAAAAAAAA"}"#,
                "has the member `replaces`, which is the gateway's to fill in",
            ),
            (
                r#"{"userId":1,"transfer":"header"}"#,
                "has the member `transfer`, which is the gateway's to fill in",
            ),
        ] {
            let refused = wanted(json).unwrap_err();
            assert_eq!(
                refused.to_string(),
                format!("the header x-wayleave-create-session {expected}"),
                "{json}"
            );
        }
    }

    #[test]
    fn every_reserved_header_is_hidden_from_the_client() {
        let reserved = [("x-wayleave-other".to_owned(), "1".to_owned())];
        assert_eq!(hidden(&reserved).collect::<Vec<_>>(), [HeaderEdit::remove("x-wayleave-other")]);
    }
}
