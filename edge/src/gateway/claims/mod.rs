//! What a session's JWT payload must say where a path asks for it.
//!
//! | file | what it decides |
//! |---|---|
//! | `scalar` | when two JSON values are equal |
//! | `decimal` | when two numbers are |

mod decimal;
mod scalar;

pub use decimal::Decimal;
pub use scalar::Scalar;

use crate::{
    answer::Answer,
    path::{PathPattern, may_be_one_of},
    respond,
};
use serde::Serialize;
use std::slice;
use wayleave_shared::{json::Json, members::Members};

/// `REQUIRED_CLAIMS` of the settings: for each path the members that the payload must have, and their values.
///
/// The claims of a path hold for a request if *any* reading of its path matches; of several entries that match, all must hold.
///
/// ```
/// use wayleave_edge::gateway::RequiredClaims;
/// use wayleave_shared::json::Json;
///
/// let required = RequiredClaims::parse(r#"{"/admin/*": {"role": "admin"}}"#).unwrap();
/// let payload = |text: &str| Json::parse(text).unwrap();
/// assert!(required.refusal("/admin/users", Some(&payload(r#"{"role": "admin"}"#))).is_none());
/// assert!(required.refusal("/me", None).is_none());
/// let refused = required.refusal("/x/..%2fadmin", Some(&payload(r#"{"role": "user"}"#))).unwrap();
/// assert_eq!(refused.status, 403);
/// assert_eq!(refused.body, r#"{"claimValidationErrors":[{"id":"role","reason":{"message":"wrong value"}}]}"#);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RequiredClaims(Vec<(PathPattern, Vec<(String, Scalar)>)>);

impl RequiredClaims {
    /// Reads `{"<path>": {"<member>": <scalar>, …}, …}`. `None` where it is anything else, where a path requires nothing, or where a name stands twice.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut paths = Vec::new();
        for (path, claims) in by_name(text)? {
            let mut required = Vec::new();
            for (name, value) in by_name(claims)? {
                required.push((name, Scalar::read(value)?));
            }
            if required.is_empty() {
                return None;
            }
            paths.push((path.parse().ok()?, required));
        }
        Some(Self(paths))
    }

    /// The paths that require claims.
    pub fn paths(&self) -> impl Iterator<Item = &PathPattern> {
        self.0.iter().map(|(path, _)| path)
    }

    /// What a session with this payload is told at this path, as it was sent; `None` where it has all that is required.
    #[must_use]
    pub fn refusal(&self, path: &str, payload: Option<&Json>) -> Option<Answer> {
        let mut required = self
            .0
            .iter()
            .filter(|(pattern, _)| may_be_one_of(slice::from_ref(pattern), path))
            .flat_map(|(_, claims)| claims)
            .peekable();
        // Nobody parses the payload of a request that needs no claim.
        required.peek()?;
        // Of a payload that is no object nobody has any. The verifier of the token has seen to it that no name stands twice.
        let members = payload.and_then(|payload| Members::read(payload.text()).ok());
        let mut errors: Vec<ClaimError<'_>> = Vec::new();
        for (id, expected) in required {
            let message = match members.as_ref().and_then(|members| members.value_of(id)) {
                None => MISSING,
                Some(value) if Scalar::read(value).as_ref() == Some(expected) => continue,
                Some(_) => WRONG,
            };
            if errors.iter().all(|error| error.id != id) {
                errors.push(ClaimError { id, reason: Reason { message } });
            }
        }
        (!errors.is_empty()).then(|| respond::json(403, &Body { claim_validation_errors: errors }))
    }
}

/// The members of an object in order of their names. `None` where it is none, or where a name stands twice.
fn by_name(json: &str) -> Option<Vec<(String, &str)>> {
    let members = Members::read(json).ok()?;
    let mut sorted: Vec<(String, &str)> = Vec::new();
    // A setting has few of them: a sort of the library's would be larger than this whole file.
    for (name, value) in members.iter() {
        let place = sorted.binary_search_by(|(other, _)| other.as_str().cmp(name)).err()?;
        sorted.insert(place, (name.to_owned(), value));
    }
    Some(sorted)
}

/// As clients of newer generations expect it. The values stay out of it: the page can read what it has, and what it should have is the operator's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'claims> {
    claim_validation_errors: Vec<ClaimError<'claims>>,
}

#[derive(Serialize)]
struct ClaimError<'claims> {
    id: &'claims str,
    reason: Reason,
}

#[derive(Serialize)]
struct Reason {
    message: &'static str,
}

const MISSING: &str = "value does not exist";
const WRONG: &str = "wrong value";

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(required: &str, path: &str, payload: Option<&str>) -> Vec<(String, String)> {
        let required = RequiredClaims::parse(required).unwrap();
        let payload = payload.map(|text| Json::parse(text).unwrap());
        let Some(answer) = required.refusal(path, payload.as_ref()) else { return Vec::new() };
        assert_eq!((answer.status, answer.header("content-type")), (403, Some("application/json")));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let error =
            |error: &serde_json::Value| (text(&error["id"]), text(&error["reason"]["message"]));
        body["claimValidationErrors"].as_array().unwrap().iter().map(error).collect()
    }

    #[test]
    fn a_payload_has_a_claim_only_if_the_member_is_there_with_this_value() {
        for (payload, expected) in [
            (Some(r#"{"role":"admin"}"#), None),
            (Some(r#"{"x":1,"r\u006fle":"\u0061dmin"}"#), None),
            (None, Some(MISSING)),
            (Some("null"), Some(MISSING)),
            (Some(r#""admin""#), Some(MISSING)),
            (Some(r#"["role","admin"]"#), Some(MISSING)),
            (Some("{}"), Some(MISSING)),
            (Some(r#"{"Role":"admin"}"#), Some(MISSING)),
            (Some(r#"{"a":{"role":"admin"}}"#), Some(MISSING)),
            (Some(r#"{"role":null}"#), Some(WRONG)),
            (Some(r#"{"role":"Admin"}"#), Some(WRONG)),
            (Some(r#"{"role":"admin "}"#), Some(WRONG)),
            (Some(r#"{"role":["admin"]}"#), Some(WRONG)),
            (Some(r#"{"role":{"admin":true}}"#), Some(WRONG)),
            (Some(r#"{"role":"\ud800"}"#), Some(WRONG)),
        ] {
            let expected: Vec<_> = expected
                .map(|message| ("role".to_owned(), message.to_owned()))
                .into_iter()
                .collect();
            let found = ids(r#"{"/admin/*":{"role":"admin"}}"#, "/admin/x", payload);
            assert_eq!(found, expected, "{payload:?}");
        }
    }

    #[test]
    fn of_several_entries_that_match_in_any_reading_all_hold() {
        let required = r#"{"/*":{"verified":true},"/admin/*":{"role":"admin","level":3},"/admin/owner":{"role":"owner"}}"#;
        for (path, payload, expected) in [
            ("/", r#"{"verified":true}"#, ""),
            ("/", "{}", "verified"),
            ("/admin", r#"{"verified":true,"role":"admin","level":3.0}"#, ""),
            ("/ADMIN/x", r#"{"verified":true,"role":"admin"}"#, "level"),
            ("/x/..%2fadmin", r#"{"role":"admin","level":"3"}"#, "verified level"),
            ("/%00", r#"{"verified":true}"#, "level role"),
            ("/admin/owner", r#"{"verified":true,"role":"admin","level":3}"#, "role"),
            ("/admin/owner/", r#"{"verified":true,"role":"owner","level":3}"#, "role"),
        ] {
            let found: Vec<_> =
                ids(required, path, Some(payload)).into_iter().map(|(id, _)| id).collect();
            assert_eq!(found.join(" "), expected, "{path} {payload}");
        }
    }

    #[test]
    fn what_is_no_table_of_scalars_by_path_is_refused() {
        for text in [
            "",
            "null",
            "[]",
            "/admin/*",
            r#"{"/admin/*":{}}"#,
            r#"{"/admin/*":"admin"}"#,
            r#"{"/admin/*":{"role":["admin"]}}"#,
            r#"{"/admin/*":{"role":{"is":"admin"}}}"#,
            r#"{"/admin/*":{"role":"admin","role":"user"}}"#,
            r#"{"/admin/*":{"role":"admin"},"/admin/*":{"role":"user"}}"#,
            r#"{"admin":{"role":"admin"}}"#,
            r#"{"/a,/b":{"role":"admin"}}"#,
            r#"{"/admin/*":{"role":"\ud800"}}"#,
            r#"{"/admin/*":{"level":1e99999999999999999999}}"#,
        ] {
            assert_eq!(RequiredClaims::parse(text), None, "{text}");
        }
        assert_eq!(RequiredClaims::parse("{}"), Some(RequiredClaims::default()));
    }
}
