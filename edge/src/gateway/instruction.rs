//! What the app's answer asks of us, and what the client sees of it.

use super::wanted;
use crate::{answer::HeaderEdit, decide::Forward};
use wayleave_shared::{
    header,
    json::Json,
    session_handle::SessionHandle,
    wire::{CreateSession, TokenTransfer},
};

/// What is done before the app's answer goes out. One thing at most: so an answer is either obeyed or not, and never half.
#[derive(Clone, Debug)]
pub enum Instruction {
    /// Log this user in.
    CreateSession(Box<CreateSession>),
    /// End the session of the request, and clear the browser's cookies.
    EndCurrent(SessionHandle),
    /// End another session. Its browser learns of it with its next request.
    EndOther(SessionHandle),
    /// Replace the payload of the request's session, and give the browser an access token that has it.
    UpdatePayload(SessionHandle, Json),
}

/// An instruction that is not what it must be: the app's mistake. Quotes no value: they may be personal.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidInstruction {
    /// One header will not do.
    #[error("the header {0} {1}")]
    Header(&'static str, String),
    /// There is more than one.
    #[error("the headers {0} and {1} stand in one answer")]
    Several(&'static str, &'static str),
}

/// What the app wants, if anything. A log-in ends the session that the request carried, and its tokens travel as the client wants them.
///
/// `reserved` are the headers of the app's answer that only gateway and app may use; `forward` is the request that it answers.
///
/// # Errors
///
/// [`InvalidInstruction`].
pub fn instruction(
    reserved: &[(String, String)],
    forward: &Forward,
    transfer: impl FnOnce() -> TokenTransfer,
) -> Result<Option<Instruction>, InvalidInstruction> {
    let known = |name: &str| ALL.into_iter().find(|known| *known == name);
    let mut found =
        reserved.iter().filter_map(|(name, value)| Some((known(name)?, value.as_str())));
    let Some((name, value)) = found.next() else { return Ok(None) };
    if let Some((other, _)) = found.next() {
        return Err(InvalidInstruction::Several(name, other));
    }
    let current = forward.session.as_ref().map(|claims| claims.session);
    match name {
        REVOKE_SESSION => end(value, current),
        UPDATE_PAYLOAD => update_payload(value, current),
        _ => create_session(value, forward.carried, transfer),
    }
    .map(Some)
    .map_err(|wrong| InvalidInstruction::Header(name, wrong))
}

fn create_session(
    json: &str,
    carried: Option<SessionHandle>,
    transfer: impl FnOnce() -> TokenTransfer,
) -> Result<Instruction, String> {
    let wanted = wanted::session(json)?;
    let wanted = CreateSession { replaces: carried, transfer: transfer(), ..wanted };
    Ok(Instruction::CreateSession(Box::new(wanted)))
}

fn end(value: &str, current: Option<SessionHandle>) -> Result<Instruction, String> {
    if value == CURRENT {
        return current.map(Instruction::EndCurrent).ok_or_else(no_session);
    }
    let handle: SessionHandle =
        value.parse().map_err(|_| "is neither `current` nor a session handle".to_owned())?;
    Ok(if Some(handle) == current {
        Instruction::EndCurrent(handle)
    } else {
        Instruction::EndOther(handle)
    })
}

fn update_payload(json: &str, current: Option<SessionHandle>) -> Result<Instruction, String> {
    let payload = wanted::payload(json)?;
    Ok(Instruction::UpdatePayload(current.ok_or_else(no_session)?, payload))
}

fn no_session() -> String {
    "is about the session of the request, which the app was told of none".to_owned()
}

/// Takes the reserved headers off the app's answer, known or not.
pub fn hidden(reserved: &[(String, String)]) -> impl Iterator<Item = HeaderEdit> {
    reserved.iter().map(|(name, _)| HeaderEdit::remove(name.clone()))
}

/// From the app: end the session of this request, or another.
const REVOKE_SESSION: &str = "x-wayleave-revoke-session";

/// From the app: put this into the access tokens of the request's session.
const UPDATE_PAYLOAD: &str = "x-wayleave-update-payload";

const ALL: [&str; 3] = [header::CREATE_SESSION, REVOKE_SESSION, UPDATE_PAYLOAD];

/// The session of the request.
const CURRENT: &str = "current";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    const OTHER: SessionHandle = SessionHandle::from_bytes([7; 16]);

    /// What an answer with these headers asks for, to the request of a session.
    fn asked(headers: &[(&str, &str)]) -> Result<Option<Instruction>, InvalidInstruction> {
        let claims = testing::claims();
        let carried = Some(claims.session);
        let forward = Forward { session: Some(claims.into()), carried, bearer_is_ours: false };
        asked_of(headers, &forward)
    }

    fn asked_of(
        headers: &[(&str, &str)],
        forward: &Forward,
    ) -> Result<Option<Instruction>, InvalidInstruction> {
        let mut reserved = vec![("x-wayleave-other".to_owned(), "1".to_owned())];
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        reserved.extend(headers.iter().map(owned));
        instruction(&reserved, forward, || TokenTransfer::Header)
    }

    #[test]
    fn the_wanted_session_replaces_the_one_that_the_request_carried() {
        let json = r#"{"userId": "zo\u00eb", "jwtPayload": null}"#;
        let carried = Forward { carried: Some(OTHER), ..Forward::WITHOUT_SESSION };
        let asked = asked_of(&[(header::CREATE_SESSION, json)], &carried).unwrap().unwrap();
        let Instruction::CreateSession(session) = asked else { panic!("{asked:?}") };
        assert_eq!(session.user_id.to_text(), r#""zo\u00eb""#);
        assert_eq!(session.jwt_payload.unwrap().text(), "null");
        assert!(session.session_data.is_none());
        assert_eq!((session.replaces, session.transfer), (Some(OTHER), TokenTransfer::Header));
    }

    #[test]
    fn most_answers_ask_for_nothing() {
        let transfer = || panic!("nobody needs to know");
        assert!(instruction(&[], &Forward::WITHOUT_SESSION, transfer).unwrap().is_none());
        assert!(asked(&[("x_wayleave_revoke_session", CURRENT)]).unwrap().is_none());
    }

    #[test]
    fn the_current_session_is_that_of_the_request_by_whatever_name() {
        let own = testing::claims().session;
        for value in [CURRENT, &own.to_string()] {
            let asked = asked(&[(REVOKE_SESSION, value)]).unwrap();
            assert!(matches!(asked, Some(Instruction::EndCurrent(handle)) if handle == own));
        }
        let other = asked(&[(REVOKE_SESSION, &OTHER.to_string())]).unwrap();
        assert!(matches!(other, Some(Instruction::EndOther(OTHER))));
        let nobody = Forward::WITHOUT_SESSION;
        let other = asked_of(&[(REVOKE_SESSION, &OTHER.to_string())], &nobody).unwrap();
        assert!(matches!(other, Some(Instruction::EndOther(OTHER))));
    }

    #[test]
    fn a_payload_is_any_json_kept_as_it_is_written() {
        for json in ["null", "1.0", r#"{"b":1,"a":"zo\u00eb"}"#, "[{\"a\":1}, {\"a\":2}]"] {
            let asked = asked(&[(UPDATE_PAYLOAD, json)]).unwrap();
            let Some(Instruction::UpdatePayload(session, payload)) = asked else {
                panic!("{asked:?}")
            };
            assert_eq!((session, payload.text()), (testing::claims().session, json));
        }
    }

    /// Also where the request carries one that it cannot prove: the app was told of none.
    #[test]
    fn nothing_is_done_to_a_session_that_the_app_was_not_told_of() {
        let carried = Forward { carried: Some(OTHER), ..Forward::WITHOUT_SESSION };
        for (name, value) in [(REVOKE_SESSION, CURRENT), (UPDATE_PAYLOAD, "{}")] {
            let refused = asked_of(&[(name, value)], &carried).unwrap_err();
            assert_eq!(refused, InvalidInstruction::Header(name, no_session()), "{name}");
        }
    }

    #[test]
    fn an_answer_asks_for_one_thing_only() {
        let create = (header::CREATE_SESSION, r#"{"userId":1}"#);
        let (revoke, payload) = ((REVOKE_SESSION, CURRENT), (UPDATE_PAYLOAD, "{}"));
        for (first, second) in [
            (create, revoke),
            (create, payload),
            (revoke, payload),
            (revoke, revoke),
            (create, create),
        ] {
            let refused = asked(&[first, second]).unwrap_err();
            assert_eq!(refused, InvalidInstruction::Several(first.0, second.0));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_quoting_values() {
        for (name, value, expected) in [
            (header::CREATE_SESSION, "", "is not JSON (column 0)"),
            (header::CREATE_SESSION, "alice@example.com", "is not JSON (column 1)"),
            (
                header::CREATE_SESSION,
                r#"{"userId":"a"}, {"userId":"b"}"#,
                "is not JSON (column 15)",
            ),
            (
                header::CREATE_SESSION,
                r#""alice@example.com""#,
                "has a member of a wrong type (column 19)",
            ),
            (
                header::CREATE_SESSION,
                r#"{"userId":["alice@example.com"]}"#,
                "has a member of a wrong type (column 11)",
            ),
            (
                header::CREATE_SESSION,
                r#"{"userId":""}"#,
                "is not valid: a user id must not be empty at line 1 column 12",
            ),
            (
                header::CREATE_SESSION,
                "{}",
                "is not valid: missing field `userId` at line 1 column 2",
            ),
            (
                header::CREATE_SESSION,
                r#"{"userId":1,"payload":2}"#,
                "is not valid: unknown field `payload`, expected one of `userId`, `jwtPayload`, `sessionData`, `client`, `transfer`, `replaces` at line 1 column 21",
            ),
            (
                header::CREATE_SESSION,
                r#"{"userId":1,"replaces":"AAAAAAAAAAAAAAAAAAAAAA"}"#,
                "has the member `replaces`, which is the gateway's to fill in",
            ),
            (
                header::CREATE_SESSION,
                r#"{"userId":1,"transfer":"header"}"#,
                "has the member `transfer`, which is the gateway's to fill in",
            ),
            (UPDATE_PAYLOAD, "", "is not JSON (column 0)"),
            (UPDATE_PAYLOAD, "alice@example.com", "is not JSON (column 1)"),
            (UPDATE_PAYLOAD, r#"{"a":1}, {"a":1}"#, "is not JSON (column 8)"),
            (
                UPDATE_PAYLOAD,
                r#"{"alice":1,"alice":2}"#,
                "has an object with two members of one name",
            ),
            (REVOKE_SESSION, "", "is neither `current` nor a session handle"),
            (REVOKE_SESSION, "Current", "is neither `current` nor a session handle"),
            (REVOKE_SESSION, "current, current", "is neither `current` nor a session handle"),
            (REVOKE_SESSION, "alice", "is neither `current` nor a session handle"),
        ] {
            let refused = asked(&[(name, value)]).unwrap_err();
            assert_eq!(refused.to_string(), format!("the header {name} {expected}"), "{value}");
        }
    }

    #[test]
    fn every_reserved_header_is_hidden_from_the_client() {
        let reserved = [("x-wayleave-other".to_owned(), "1".to_owned())];
        assert_eq!(hidden(&reserved).collect::<Vec<_>>(), [HeaderEdit::remove("x-wayleave-other")]);
    }
}
