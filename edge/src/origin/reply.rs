//! What came back from the origin: the body, a refusal to pass on, or an outage.

use std::fmt;
use wayleave_shared::{
    key_set::{JsonWebKeySet, KeySet},
    members::{FromMembers, Members, WrongMember},
    refusal::{Code, PROBLEM_MEDIA_TYPE, Problem},
    wire::{BrowserLines, ClearedDuplicates, ConfirmedSessions, SessionData, UpdatedSessionData},
};

/// An answer of the origin, read to its end.
#[derive(Clone)]
pub struct Incoming {
    /// The HTTP status.
    pub status: u16,
    /// The media type, with its parameters.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why the origin did not do it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OriginError {
    /// It said no, for a reason that is the client's to know.
    #[error("the origin refused: {:?}", .0.code)]
    Refused(Problem),
    /// It could not be asked, or made no sense.
    #[error(transparent)]
    Unavailable(#[from] Outage),
}

/// What is wrong between edge and origin. For the log: the client learns only that it should try again.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Outage {
    /// The answer is longer than any that we expect.
    #[error("the origin's answer is too large")]
    AnswerTooLarge,
    /// The origin says that it failed itself.
    #[error("the origin failed with status {0}")]
    Failed(u16),
    /// `SERVICE_KEY` is not one of the origin's.
    #[error("the origin does not accept SERVICE_KEY")]
    ServiceKeyRefused,
    /// No answer in time.
    #[error("the origin did not answer in time")]
    TimedOut,
    /// An answer that the API does not know: another version, or something between us.
    #[error("the origin answered with an unexpected status {0}")]
    Unexpected(u16),
    /// No connection.
    #[error("the origin cannot be reached: {0}")]
    Unreachable(String),
    /// The body is not what the status promises.
    #[error("the origin's answer cannot be read: {0}")]
    Unreadable(String),
}

/// Reads the answer to [`Call::ClearDuplicates`](super::Call::ClearDuplicates).
///
/// # Errors
///
/// Any [`OriginError`].
pub fn clear_duplicates(incoming: &Incoming) -> Result<ClearedDuplicates, OriginError> {
    let cleared: ClearedDuplicates = read(incoming, 200)?;
    Ok(ClearedDuplicates { browser: checked(cleared.browser)?, ..cleared })
}

/// Reads the answer to [`Call::Confirm`](super::Call::Confirm).
///
/// # Errors
///
/// [`OriginError::Unavailable`]: no client asked for it, so whatever the origin has against it is ours to repair.
pub fn confirm(incoming: &Incoming) -> Result<ConfirmedSessions, OriginError> {
    read(incoming, 200).map_err(|error| match error {
        OriginError::Refused(_) => Outage::Unexpected(incoming.status).into(),
        OriginError::Unavailable(_) => error,
    })
}

/// Reads the answer to [`Call::CreateSession`](super::Call::CreateSession): the lines for the browser.
///
/// # Errors
///
/// Any [`OriginError`].
pub fn create_session(incoming: &Incoming) -> Result<BrowserLines, OriginError> {
    checked(read::<ForBrowser>(incoming, 201)?.browser)
}

/// Reads the answer to [`Call::PublicKeys`](super::Call::PublicKeys).
///
/// # Errors
///
/// Any [`OriginError`]; a set without any usable key is [`Outage::Unreadable`], so that it replaces no good one.
pub fn public_keys(incoming: &Incoming) -> Result<KeySet, OriginError> {
    let keys = KeySet::from_published(&read::<JsonWebKeySet>(incoming, 200)?);
    if keys.is_empty() {
        return Err(Outage::Unreadable("no usable public key".to_owned()).into());
    }
    Ok(keys)
}

/// Reads the answer to [`Call::ReadData`](super::Call::ReadData).
///
/// # Errors
///
/// Any [`OriginError`].
pub fn read_data(incoming: &Incoming) -> Result<SessionData, OriginError> {
    read(incoming, 200)
}

/// Reads the answer to [`Call::Refresh`](super::Call::Refresh): the lines for the browser.
///
/// # Errors
///
/// Any [`OriginError`].
pub fn refresh(incoming: &Incoming) -> Result<BrowserLines, OriginError> {
    checked(read::<ForBrowser>(incoming, 200)?.browser)
}

/// Reads the answer to [`Call::Revocations`](super::Call::Revocations): a signed page, not verified yet.
///
/// # Errors
///
/// Any [`OriginError`].
pub fn revocations(incoming: &Incoming) -> Result<&str, OriginError> {
    if incoming.status != 200 {
        return Err(refusal(incoming));
    }
    text(incoming)
}

/// Reads the answer to [`Call::Revoke`](super::Call::Revoke): the lines for the browser.
///
/// # Errors
///
/// Any [`OriginError`].
pub fn revoke(incoming: &Incoming) -> Result<BrowserLines, OriginError> {
    checked(read::<ForBrowser>(incoming, 200)?.browser)
}

/// Reads the answer to [`Call::UpdateData`](super::Call::UpdateData) or [`Call::PatchData`](super::Call::PatchData).
///
/// # Errors
///
/// Any [`OriginError`].
pub fn update_data(incoming: &Incoming) -> Result<UpdatedSessionData, OriginError> {
    read(incoming, 200)
}

/// Reads the answer to [`Call::Verify`](super::Call::Verify): the session goes on.
///
/// # Errors
///
/// Any [`OriginError`].
pub fn verify(incoming: &Incoming) -> Result<(), OriginError> {
    read::<Anything>(incoming, 200).map(|Anything| ())
}

/// What the edge wants of an answer to a log-in, a refresh or a sign-out. The rest is for apps: to read it here too would only make the worker larger.
struct ForBrowser {
    browser: BrowserLines,
}

impl FromMembers for ForBrowser {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self { browser: members.object("browser")? })
    }
}

/// An answer of which only the status tells something.
struct Anything;

impl FromMembers for Anything {
    fn from_members(_: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self)
    }
}

/// Reads the object that an answer of this status has as its body.
pub(crate) fn read<T: FromMembers>(incoming: &Incoming, expected: u16) -> Result<T, OriginError> {
    let members = members(succeeded(incoming, expected)?)?;
    T::from_members(&members).map_err(wrong)
}

fn succeeded(incoming: &Incoming, expected: u16) -> Result<&str, OriginError> {
    if incoming.status == expected { text(incoming) } else { Err(refusal(incoming)) }
}

fn text(incoming: &Incoming) -> Result<&str, OriginError> {
    std::str::from_utf8(&incoming.body)
        .map_err(|_| Outage::Unreadable("a body that is no text".to_owned()).into())
}

fn members(text: &str) -> Result<Members<'_>, OriginError> {
    Members::read(text).map_err(|wrong| Outage::Unreadable(wrong.to_string()).into())
}

fn wrong(member: WrongMember) -> OriginError {
    Outage::Unreadable(member.to_string()).into()
}

/// Why the status is not the one that was hoped for.
fn refusal(incoming: &Incoming) -> OriginError {
    match refused(incoming) {
        Ok(problem) => OriginError::Refused(problem),
        Err(outage) => outage,
    }
}

fn refused(incoming: &Incoming) -> Result<Problem, OriginError> {
    if incoming.status >= 500 {
        return Err(Outage::Failed(incoming.status).into());
    }
    let media_type = incoming.content_type.as_deref().unwrap_or_default();
    if !media_type.starts_with(PROBLEM_MEDIA_TYPE) {
        return Err(Outage::Unexpected(incoming.status).into());
    }
    let mut problem = Problem::from_members(&members(text(incoming)?)?).map_err(wrong)?;
    match problem.code {
        Code::ServiceKeyRefused => Err(Outage::ServiceKeyRefused.into()),
        // We ask for routes that are there: whoever says otherwise is not the origin that we know.
        Code::Internal | Code::MethodNotAllowed | Code::NotFound | Code::Unavailable => {
            Err(Outage::Unexpected(incoming.status).into())
        }
        Code::AccessTokenTooLarge
        | Code::BadRequest
        | Code::BodyTooLarge
        | Code::CrossSiteRequest
        | Code::TokenTheftDetected
        | Code::TooManyRequests
        | Code::TryRefreshToken
        | Code::Unauthorised
        | Code::UnsupportedMediaType
        | Code::VersionConflict => {
            problem.browser = problem.browser.map(checked).transpose()?;
            Ok(problem)
        }
    }
}

/// The lines, if each can stand in an answer as it is.
pub(crate) fn checked(lines: BrowserLines) -> Result<BrowserLines, OriginError> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(is_token);
    let is_value = |value: &str| value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if lines.set_cookie.iter().all(|line| is_value(line))
        && lines.headers.iter().all(|(name, value)| is_name(name) && is_value(value))
    {
        return Ok(lines);
    }
    Err(Outage::Unreadable("a line for the browser is no header".to_owned()).into())
}

/// Shows no body.
impl fmt::Debug for Incoming {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Incoming({}, {} bytes)", self.status, self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(status: u16, content_type: &str, body: &str) -> Incoming {
        Incoming {
            status,
            content_type: Some(content_type.to_owned()),
            body: body.as_bytes().to_vec(),
        }
    }

    fn outage(incoming: &Incoming) -> Outage {
        match read_data(incoming) {
            Err(OriginError::Unavailable(outage)) => outage,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn data_is_read_as_it_was_stored() {
        let read = read_data(&incoming(
            200,
            "application/json",
            r#"{"data":{"b":1.0,"a":null},"version":3}"#,
        ))
        .unwrap();
        assert_eq!((read.data.unwrap().text(), read.version), (r#"{"b":1.0,"a":null}"#, 3));
        let read = read_data(&incoming(200, "application/json", r#"{"version":0}"#)).unwrap();
        assert!(read.data.is_none());
    }

    #[test]
    fn refusals_that_concern_the_client_are_passed_on() {
        for (status, code) in [
            (400, Code::BadRequest),
            (401, Code::Unauthorised),
            (401, Code::TokenTheftDetected),
            // The origin's status is its own affair: the code says what it means.
            (440, Code::TryRefreshToken),
            (440, Code::Unauthorised),
            (412, Code::VersionConflict),
            (413, Code::AccessTokenTooLarge),
            (413, Code::BodyTooLarge),
            (415, Code::UnsupportedMediaType),
        ] {
            let body = serde_json::to_string(&Problem::new(code, "words")).unwrap();
            match read_data(&incoming(status, "application/problem+json", &body)) {
                Err(OriginError::Refused(problem)) => {
                    assert_eq!((problem.code, problem.detail.as_str()), (code, "words"));
                }
                other => panic!("{code:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn whatever_is_ours_to_repair_is_an_outage() {
        let problem = |code| serde_json::to_string(&Problem::new(code, "words")).unwrap();
        for (status, content_type, body, expected) in [
            (
                401,
                "application/problem+json",
                problem(Code::ServiceKeyRefused),
                Outage::ServiceKeyRefused,
            ),
            (404, "application/problem+json", problem(Code::NotFound), Outage::Unexpected(404)),
            (
                405,
                "application/problem+json",
                problem(Code::MethodNotAllowed),
                Outage::Unexpected(405),
            ),
            (500, "application/problem+json", problem(Code::Internal), Outage::Failed(500)),
            (503, "application/problem+json", problem(Code::Unavailable), Outage::Failed(503)),
            (502, "text/html", "<html>".to_owned(), Outage::Failed(502)),
            (530, "text/plain", "error code: 1016".to_owned(), Outage::Failed(530)),
            (401, "text/html", "<html>".to_owned(), Outage::Unexpected(401)),
            (301, "text/html", String::new(), Outage::Unexpected(301)),
            (201, "application/json", "{}".to_owned(), Outage::Unexpected(201)),
            (
                200,
                "text/html",
                "<html>".to_owned(),
                Outage::Unreadable("not a JSON object".to_owned()),
            ),
            (
                401,
                "application/problem+json",
                r#"{"status":401,"code":"brand_new","detail":""}"#.to_owned(),
                Outage::Unreadable("the member `code` is missing or wrong".to_owned()),
            ),
        ] {
            assert_eq!(outage(&incoming(status, content_type, &body)), expected, "{status} {body}");
        }
    }

    #[test]
    fn whatever_the_origin_has_against_confirmations_is_an_outage() {
        for (status, code) in [(400, Code::BadRequest), (413, Code::BodyTooLarge)] {
            let body = serde_json::to_string(&Problem::new(code, "words")).unwrap();
            let refused = confirm(&incoming(status, "application/problem+json", &body));
            let expected = format!("the origin answered with an unexpected status {status}");
            assert_eq!(refused.unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn lines_that_are_no_headers_are_not_passed_on() {
        for browser in [
            r#"{"setCookie":["a=1\r\nx: y"],"headers":{}}"#,
            r#"{"setCookie":["é"],"headers":{}}"#,
            r#"{"setCookie":[],"headers":{"a b":"1"}}"#,
            r#"{"setCookie":[],"headers":{"":"1"}}"#,
            r#"{"setCookie":[],"headers":{"a":"1\n"}}"#,
        ] {
            let body = format!(r#"{{"revoked":true,"browser":{browser}}}"#);
            let refused = revoke(&incoming(200, "application/json", &body)).unwrap_err();
            assert_eq!(
                refused.to_string(),
                "the origin's answer cannot be read: a line for the browser is no header",
                "{browser}"
            );
        }
    }

    #[test]
    fn a_set_without_usable_keys_is_not_taken() {
        let refused =
            public_keys(&incoming(200, "application/json", r#"{"keys":[]}"#)).unwrap_err();
        assert_eq!(refused.to_string(), "the origin's answer cannot be read: no usable public key");
    }
}
