//! The session or payload that the app's answer asks for.
//!
//! What is wrong with it is said for the log, and no value is quoted: they may be personal.

use wayleave_shared::{
    client::{Client, MAX_NAME_BYTES},
    json::Json,
    members::{FromMembers, Members, NoObject, WrongMember, string_as, user_id},
    session_handle::SessionHandle,
    user_id::InvalidUserId,
    wire::{CreateSession, TokenTransfer},
};

/// Reads a session to create. What is the gateway's to fill in is not there yet.
pub(super) fn session(json: &str) -> Result<CreateSession, String> {
    valid(json)?;
    let text = Text(json);
    let members = text.object(json.trim_ascii(), &MEMBERS)?;
    let given = |name| members.value_of(name).filter(|value| *value != "null");

    let Some(user) = members.value_of(USER_ID) else {
        let end = json.trim_ascii_end().len();
        return Err(format!("is not valid: missing field `{USER_ID}`{}", at(end)));
    };
    let user_id = user_id(user).map_err(|wrong| match wrong {
        InvalidUserId::NotTextNorInteger => text.wrong_type(user),
        _ => format!("is not valid: {wrong}{}", at(text.end(user))),
    })?;
    let session = CreateSession {
        user_id,
        jwt_payload: members.value_of(JWT_PAYLOAD).map(payload).transpose()?,
        session_data: members.json(SESSION_DATA),
        client: given(CLIENT).map(|value| text.client(value)).transpose()?,
        transfer: TokenTransfer::default(),
        replaces: None,
    };
    if let Some(value) = members.value_of(TRANSFER) {
        match string_as::<String>(value).as_deref() {
            Some("cookie") => {}
            Some("header" | "header-clearing-cookies") => return Err(ours(TRANSFER)),
            _ => return Err(text.wrong_type(value)),
        }
    }
    match given(REPLACES) {
        None => Ok(session),
        Some(value) if string_as::<SessionHandle>(value).is_some() => Err(ours(REPLACES)),
        Some(value) => Err(text.wrong_type(value)),
    }
}

/// Reads a payload.
pub(super) fn payload(json: &str) -> Result<Json, String> {
    let payload = valid(json)?;
    // Deeper than anybody looks is the origin's to refuse.
    if payload.nesting() <= MAX_LEVELS && !payload.has_unique_members() {
        return Err("has an object with two members of one name".to_owned());
    }
    Ok(payload)
}

fn valid(json: &str) -> Result<Json, String> {
    Json::parse(json).map_err(|wrong| format!("is not JSON (column {})", wrong.column()))
}

/// The whole text, for the places of what is wrong in it. A header has one line.
struct Text<'json>(&'json str);

impl<'json> Text<'json> {
    /// Reads an object that has no member but these, and none of them twice.
    fn object(&self, value: &'json str, known: &[&str]) -> Result<Members<'json>, String> {
        let members = Members::read(value).map_err(|NoObject| self.wrong_type(value))?;
        for (place, (name, of_name)) in members.iter().enumerate() {
            let wrong = if !known.contains(&name) {
                format!("unknown field `{name}`, expected one of `{}`", known.join("`, `"))
            } else if members.iter().take(place).any(|(before, _)| before == name) {
                format!("duplicate field `{name}`")
            } else {
                continue;
            };
            return Err(format!("is not valid: {wrong}{}", at(self.end_of_name(of_name))));
        }
        Ok(members)
    }

    fn client(&self, value: &'json str) -> Result<Client, String> {
        let members = self.object(value, &CLIENT_MEMBERS)?;
        let wrong = |WrongMember(name)| self.wrong_type(members.value_of(name).unwrap_or(value));
        let mut client = Client::from_members(&members).map_err(wrong)?;
        if let Some(name) = &mut client.name {
            name.truncate(name.floor_char_boundary(MAX_NAME_BYTES));
        }
        Ok(client)
    }

    fn wrong_type(&self, value: &str) -> String {
        let has_parts = value.starts_with(['[', '{']);
        let column = if has_parts { self.start(value) + 1 } else { self.end(value) };
        format!("has a member of a wrong type (column {column})")
    }

    fn start(&self, value: &str) -> usize {
        value.as_ptr().addr() - self.0.as_ptr().addr()
    }

    fn end(&self, value: &str) -> usize {
        self.start(value) + value.len()
    }

    /// Where the name ends that this value has.
    fn end_of_name(&self, value: &str) -> usize {
        let before = self.0.get(..self.start(value)).unwrap_or_default().trim_ascii_end();
        before.strip_suffix(':').unwrap_or(before).trim_ascii_end().len()
    }
}

fn at(column: usize) -> String {
    format!(" at line 1 column {column}")
}

fn ours(name: &str) -> String {
    format!("has the member `{name}`, which is the gateway's to fill in")
}

const USER_ID: &str = "userId";
const JWT_PAYLOAD: &str = "jwtPayload";
const SESSION_DATA: &str = "sessionData";
const CLIENT: &str = "client";
const TRANSFER: &str = "transfer";
const REPLACES: &str = "replaces";
const MEMBERS: [&str; 6] = [USER_ID, JWT_PAYLOAD, SESSION_DATA, CLIENT, TRANSFER, REPLACES];
const CLIENT_MEMBERS: [&str; 2] = ["name", "address"];

/// As deep as [`Json::has_unique_members`] looks.
const MAX_LEVELS: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use wayleave_shared::object::Object;

    /// As the origin reads it, but for what the gateway fills in.
    fn derived(json: &str) -> Option<CreateSession> {
        let Object(read) = serde_json::from_str::<Object<CreateSession>>(json).ok()?;
        let is_ours = read.replaces.is_some() || read.transfer != TokenTransfer::default();
        (!is_ours).then_some(read)
    }

    fn same(json: &str) {
        let expected = derived(json).map(|read| serde_json::to_string(&read).unwrap());
        let read = session(json).map(|read| serde_json::to_string(&read).unwrap());
        assert_eq!(read.as_ref().ok(), expected.as_ref(), "{json}: {read:?}");
    }

    #[test]
    fn every_member_is_read_as_the_origin_reads_it() {
        let name = "é".repeat(200);
        for (member, values) in [
            (
                USER_ID,
                r#"7|-7|0|-0|1.0|1e2|9007199254740991|9007199254740992|18446744073709551616|"a"|"\u0061"|""|"\ud800"|null|true|[]|["a"]|{}"#,
            ),
            (
                JWT_PAYLOAD,
                r#"null|{"a": 1.00}|{"a":1,"a":2}|[{"a":1,"\u0061":2}]|"\ud800"|{"\ud800":1}"#,
            ),
            (SESSION_DATA, r#"null|{"a" :1,"a":2}|[1e999]"#),
            (
                CLIENT,
                r#"null|{}|{"name":"a","address":"192.0.2.7"}|{"address":"2001:db8::1"}|{"name":null,"address":null}|{"name":1}|{"address":"home"}|{"other":1}|{"name":"a","name":"a"}|"a"|1"#,
            ),
            (TRANSFER, r#""cookie"|"header"|"header-clearing-cookies"|"other"|null|1"#),
            (REPLACES, r#"null|"AAAAAAAAAAAAAAAAAAAAAA"|"a"|1"#),
            ("other", "1"),
        ] {
            for value in values.split('|') {
                let user = if member == USER_ID { "" } else { r#""userId":1,"# };
                same(&format!(r#"{{{user}"{member}":{value}}}"#));
                same(&format!(" {{ {user} \"{member}\" : {value} }} "));
                same(&format!(r#"{{{user}"{member}":{value},"{member}":{value}}}"#));
            }
        }
        same(&format!(r#"{{"userId":1,"client":{{"name":"{name}"}}}}"#));
        for text in ["", "null", "1", "\"a\"", "[]", r#"["alice"]"#, "{", r#"{"userId":1}}"#] {
            same(text);
        }
    }

    proptest! {
        /// Of pieces, so that much of it is nearly right.
        #[test]
        fn what_is_taken_is_what_the_origin_takes(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    r#""userId":1"#, r#""userId" : "a""#, r#""jwtPayload":{"a":1}"#, r#""sessionData":[null]"#, r#""client":{"name":"n"}"#,
                    r#""transfer":"cookie""#, r#""replaces":null"#, r#""\u0075serId":1"#, r#""x":1"#, " ", "}",
                ]),
                0..5,
            ),
        ) {
            same(&format!("{{{}}}", pieces.join(",")));
        }
    }

    #[test]
    fn places_are_those_of_the_header() {
        for (json, expected) in [
            (r#"{"userId":true}"#, "has a member of a wrong type (column 14)"),
            (r#"{"userId":1, "client": {"name":[]}}"#, "has a member of a wrong type (column 32)"),
            (
                r#"{"userId":1,"client":{"x" : 1}}"#,
                "is not valid: unknown field `x`, expected one of `name`, `address` at line 1 column 25",
            ),
            (
                r#"{"userId":1,"userId":1}"#,
                "is not valid: duplicate field `userId` at line 1 column 20",
            ),
            (r#"{"userId":1,"transfer":"x"}"#, "has a member of a wrong type (column 26)"),
            (
                r#"{"userId":1,"jwtPayload":{"a":1,"a":2}}"#,
                "has an object with two members of one name",
            ),
            (
                r#"{"userId":9007199254740992}"#,
                "is not valid: an integer user id must lie within ±9007199254740991 at line 1 column 26",
            ),
            (
                r#"{"userId":18446744073709551615}"#,
                "is not valid: an integer user id must lie within ±9007199254740991 at line 1 column 30",
            ),
        ] {
            assert_eq!(session(json).unwrap_err(), expected, "{json}");
        }
    }
}
