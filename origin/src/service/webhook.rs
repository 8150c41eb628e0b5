//! What the webhook is told, and when: messages, signatures and the schedule of attempts as Standard Webhooks 1.0.0 has them
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use crate::store::{DueEvent, EndReason};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;
use std::time::{Duration, UNIX_EPOCH};
use wayleave_shared::{
    session_handle::SessionHandle,
    time::{UnixMilliseconds, UnixSeconds},
    user_id::UserId,
};

/// One event as the receiver gets it. It is the same at every attempt, byte for byte.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Message {
    /// The header `webhook-id`: 22 characters of base64url, so no full stop is among them.
    pub(crate) id: String,
    /// The member `type` of the body.
    pub(crate) kind: &'static str,
    /// JSON.
    pub(crate) body: String,
}

impl Message {
    /// What is told of this event.
    ///
    /// # Errors
    ///
    /// Never in practice: nothing in an event is beyond JSON.
    pub(crate) fn of(event: &DueEvent) -> Result<Self, serde_json::Error> {
        let (kind, data) = match event.reason {
            EndReason::Theft(handle) => {
                let (user_id, revoked) = (&event.user_id, &*event.sessions);
                ("session.theft", Data::Theft { handle, user_id, revoked })
            }
            EndReason::Limit => revoked(event, "limit"),
            EndReason::Replaced => revoked(event, "replaced"),
            EndReason::Revoked => revoked(event, "revoked"),
        };
        let body = Body { kind, timestamp: iso_8601(event.occurred_at), data };
        Ok(Self {
            id: Base64UrlUnpadded::encode_string(&event.id.0),
            kind,
            body: serde_json::to_string(&body)?,
        })
    }

    /// The header `webhook-signature` for an attempt at this time: one signature for each secret, so that a receiver that knows any of them is content.
    pub(crate) fn signature<'secrets>(
        &self,
        secrets: impl IntoIterator<Item = &'secrets [u8]>,
        sent_at: UnixSeconds,
    ) -> String {
        let signatures = secrets.into_iter().map(|secret| {
            let mut hash = Hmac::<Sha256>::new_from_slice(secret)
                .expect("HMAC takes a key of any length (RFC 2104 section 2)");
            hash.update(format!("{}.{}.", self.id, sent_at.0).as_bytes());
            hash.update(self.body.as_bytes());
            format!("v1,{}", Base64::encode_string(&hash.finalize().into_bytes()))
        });
        signatures.collect::<Vec<_>>().join(" ")
    }
}

/// How long after this many attempts, all of which failed, the next one is made; `None`: there is none.
///
/// Ten attempts over about a day: the pauses begin with ten seconds and triple. Each is shortened by up to a fifth, as `chance` has it, so that what failed
/// together does not come again together.
pub(crate) fn pause_after(attempts: u32, chance: u8) -> Option<Duration> {
    if attempts >= ATTEMPTS {
        return None;
    }
    let whole = FIRST_PAUSE * 3_u32.pow(attempts.saturating_sub(1));
    Some(whole.saturating_sub(whole / 5 * u32::from(chance) / 255))
}

#[derive(Serialize)]
struct Body<'event> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: Data<'event>,
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Data<'event> {
    Revoked { user_id: &'event UserId, handles: &'event [SessionHandle], reason: &'static str },
    Theft { handle: SessionHandle, user_id: &'event UserId, revoked: &'event [SessionHandle] },
}

fn revoked<'event>(event: &'event DueEvent, reason: &'static str) -> (&'static str, Data<'event>) {
    let (user_id, handles) = (&event.user_id, &*event.sessions);
    ("session.revoked", Data::Revoked { user_id, handles, reason })
}

fn iso_8601(time: UnixMilliseconds) -> String {
    // Nothing can be written after the year 9999, and nothing happens there.
    let time = Duration::from_millis(time.0.min(END_OF_9999_MS));
    humantime::format_rfc3339_millis(UNIX_EPOCH + time).to_string()
}

const ATTEMPTS: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_secs(10);
const END_OF_9999_MS: u64 = 253_402_300_799_999;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::EventId;

    fn event(reason: EndReason, sessions: &[SessionHandle]) -> DueEvent {
        DueEvent {
            id: EventId([7; 16]),
            reason,
            user_id: UserId::text("alice").unwrap(),
            sessions: sessions.to_vec(),
            occurred_at: UnixMilliseconds(1_700_000_000_123),
            attempts: 0,
        }
    }

    fn handle(byte: u8) -> SessionHandle {
        SessionHandle::from_bytes([byte; 16])
    }

    #[test]
    fn a_theft_names_the_stolen_session_and_those_that_were_ended() {
        let told = Message::of(&event(EndReason::Theft(handle(0)), &[handle(0), handle(1)]));

        assert_eq!(
            told.unwrap(),
            Message {
                id: "BwcHBwcHBwcHBwcHBwcHBw".to_owned(),
                kind: "session.theft",
                body: r#"{"type":"session.theft","timestamp":"2023-11-14T22:13:20.123Z","data":{"handle":"AAAAAAAAAAAAAAAAAAAAAA","userId":"alice","revoked":["AAAAAAAAAAAAAAAAAAAAAA","AQEBAQEBAQEBAQEBAQEBAQ"]}}"#.to_owned(),
            }
        );
    }

    #[test]
    fn an_end_names_its_sessions_and_the_reason() {
        for (reason, name) in [
            (EndReason::Limit, "limit"),
            (EndReason::Replaced, "replaced"),
            (EndReason::Revoked, "revoked"),
        ] {
            let told = Message::of(&event(reason, &[handle(0)])).unwrap();
            assert_eq!(told.kind, "session.revoked");
            assert_eq!(
                told.body,
                format!(
                    r#"{{"type":"session.revoked","timestamp":"2023-11-14T22:13:20.123Z","data":{{"userId":"alice","handles":["AAAAAAAAAAAAAAAAAAAAAA"],"reason":"{name}"}}}}"#
                )
            );
        }
    }

    #[test]
    fn an_integer_user_id_stays_an_integer() {
        let mut event = event(EndReason::Revoked, &[]);
        event.user_id = UserId::integer(7).unwrap();
        assert!(Message::of(&event).unwrap().body.contains(r#""userId":7,"#));
    }

    #[test]
    fn a_time_beyond_all_calendars_is_written_all_the_same() {
        let mut event = event(EndReason::Revoked, &[]);
        event.occurred_at = UnixMilliseconds(u64::MAX);
        assert!(Message::of(&event).unwrap().body.contains("9999-12-31T23:59:59.999Z"));
    }

    /// The vector that the specification's own libraries are tested with: `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`.
    #[test]
    fn the_published_test_vector_is_signed_as_published() {
        let secret = Base64::decode_vec("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let other = [1; 32];
        let message = Message {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned(),
            kind: "test",
            body: r#"{"test": 2432232314}"#.to_owned(),
        };
        let published = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

        let one = message.signature([secret.as_slice()], UnixSeconds(1_614_265_330));
        let both =
            message.signature([other.as_slice(), secret.as_slice()], UnixSeconds(1_614_265_330));

        assert_eq!(one, published);
        let both: Vec<_> = both.split(' ').collect();
        assert_eq!((both.len(), both[1]), (2, published));
        assert!(both[0].starts_with("v1,") && both[0] != published, "{}", both[0]);
    }

    #[test]
    fn ten_attempts_take_about_a_day() {
        let pauses: Vec<_> = (1..10).map(|attempts| pause_after(attempts, 0).unwrap()).collect();

        assert_eq!(pauses[0], Duration::from_secs(10));
        assert!(pauses.windows(2).all(|two| two[1] == two[0] * 3), "{pauses:?}");
        assert_eq!(pauses.iter().sum::<Duration>(), Duration::from_secs(98_410));
        for attempts in [10, 11, u32::MAX] {
            assert_eq!(pause_after(attempts, 0), None);
        }
    }

    #[test]
    fn chance_shortens_a_pause_by_up_to_a_fifth() {
        for attempts in 1..10 {
            let whole = pause_after(attempts, 0).unwrap();
            let least = pause_after(attempts, 255).unwrap();
            assert_eq!(least + whole / 5, whole);
            let half = pause_after(attempts, 127).unwrap();
            assert!(half < whole && half > least, "{half:?} of {whole:?}");
        }
    }
}
