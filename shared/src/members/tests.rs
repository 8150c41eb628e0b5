use super::*;
use crate::{
    refusal::{Code, Problem},
    wire::{
        BrowserLines, ClearedDuplicates, ConfirmedSessions, IssuedSession, RevokedSession,
        RevokedSessions, Session, SessionData, SessionList, UpdatedPayload, UpdatedSessionData,
    },
};
use serde::{Serialize, de::DeserializeOwned};

const HANDLE: &str = r#""handle":"AAAAAAAAAAAAAAAAAAAAAQ""#;
const TIMES: &str = r#""createdAt":1,"refreshedAt":2,"expiresAt":9007199254740993"#;
const LINES: &str = r#"{"setCookie":["a=\"1\"; Path=/","b=2"],"headers":{"front-token":"x","id-refresh-token":"remove"}}"#;
const TOKEN: &str = r#"{"token":"t\u00e9","expiresAt":3}"#;

/// Both readers make the same of it, which is written again as the same text; `None` where both refuse it.
fn read<T: FromMembers + DeserializeOwned + Serialize>(json: &str) -> Option<String> {
    let derived = serde_json::from_str::<T>(json).ok();
    let derived = derived.map(|value| serde_json::to_string(&value).unwrap());
    let read = object::<T>(json).map(|value| serde_json::to_string(&value).unwrap());
    assert_eq!(read, derived, "{json}");
    read
}

/// That it is read as it stands, and not at all without one of its members or with one of another type.
fn is_read<T: FromMembers + DeserializeOwned + Serialize>(json: &str, optional: &[&str]) {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&read::<T>(json).unwrap()).unwrap(),
        value
    );
    for name in value.as_object().unwrap().keys() {
        let mut without = value.clone();
        without.as_object_mut().unwrap().remove(name);
        let is_optional = optional.contains(&name.as_str());
        assert_eq!(read::<T>(&without.to_string()).is_some(), is_optional, "without {name}");
        // No array: a derived reader takes one for an object, with the values of its members in order.
        for other in ["{}", "-1", "1.5", "true", "\"?\""] {
            let mut changed = value.clone();
            changed[name] = serde_json::from_str(other).unwrap();
            read::<T>(&changed.to_string());
        }
    }
    for other in ["[]", "null", "1", "\"x\"", "", "{", "{}x"] {
        assert!(object::<T>(other).is_none(), "{other}");
    }
}

fn session(more: &str) -> String {
    format!(r#"{{{HANDLE},"userId":"a\"b",{TIMES}{more}}}"#)
}

#[test]
fn every_answer_is_read_as_its_derived_reader_reads_it() {
    is_read::<Session>(&session(""), &[]);
    let full = session(
        r#","jwtPayload":{"b":1.0,"a":[null]},"client":{"name":"x","address":"2001:db8::1"},"current":true"#,
    );
    is_read::<Session>(&full, &["jwtPayload", "client", "current"]);
    let issued = format!(
        r#"{{"session":{full},"accessToken":{TOKEN},"refreshToken":{TOKEN},"antiCsrfToken":"AAAAAAAAAAAAAAAAAAAAAA","browser":{LINES}}}"#
    );
    is_read::<IssuedSession>(&issued, &["antiCsrfToken"]);
    is_read::<BrowserLines>(LINES, &[]);
    is_read::<ClearedDuplicates>(&format!(r#"{{"sessionGoesOn":false,"browser":{LINES}}}"#), &[]);
    is_read::<ConfirmedSessions>(r#"{"gone":["AAAAAAAAAAAAAAAAAAAAAQ"]}"#, &[]);
    let updated = format!(r#"{{"session":{full},"accessToken":{TOKEN},"browser":{LINES}}}"#);
    is_read::<UpdatedPayload>(&updated, &["accessToken", "browser"]);
    is_read::<SessionData>(r#"{"data":[1],"version":7}"#, &["data"]);
    is_read::<UpdatedSessionData>(r#"{"version":0}"#, &[]);
    is_read::<RevokedSession>(&format!(r#"{{"revoked":true,"browser":{LINES}}}"#), &[]);
    is_read::<RevokedSessions>(r#"{"revoked":[]}"#, &[]);
    let list =
        format!(r#"{{"sessions":[{full},{}],"next":"AAAAAAAAAAAAAAAAAAAAAQ"}}"#, session(""));
    is_read::<SessionList>(&list, &["next"]);
    let problem = format!(
        r#"{{"status":401,"code":"token_theft_detected","detail":"d","errType":4000,"browser":{LINES},"session":{{{HANDLE},"userId":7}}}}"#
    );
    is_read::<Problem>(&problem, &["errType", "browser", "session"]);
}

#[test]
fn what_the_app_keeps_may_be_null_and_is_kept_to_the_letter() {
    let data = |json| object::<SessionData>(json).unwrap().data.map(|data| data.text().to_owned());
    assert_eq!(data(r#"{"version":1}"#), None);
    assert_eq!(data(r#"{"data":null,"version":1}"#), Some("null".to_owned()));
    assert_eq!(data(r#"{"data": {"b" : 1.00} ,"version":1}"#), Some(r#"{"b" : 1.00}"#.to_owned()));
}

#[test]
fn what_is_wrong_is_named_and_never_quoted() {
    let members = Members::read(r#"{"version":"secret"}"#).unwrap();
    let wrong = SessionData::from_members(&members).unwrap_err();
    assert_eq!(wrong.to_string(), "the member `version` is missing or wrong");
    assert_eq!(
        Code::Unauthorised,
        object::<Problem>(r#"{"status":401,"code":"unauthorised","detail":""}"#).unwrap().code
    );
}

#[test]
fn members_that_nobody_knows_are_left_alone() {
    assert_eq!(object::<UpdatedSessionData>(r#"{"new":{"a":1},"version":2}"#).unwrap().version, 2);
}
