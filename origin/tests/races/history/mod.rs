//! Histories of one session, and whether they could have happened one after the other.
//!
//! A history is **linearizable** if each operation can be given one instant between its beginning and its end, so that all of them, done one by one at these
//! instants, would have answered what they did. A session is three registers and a life:
//!
//! | part | file | how its order is known |
//! |---|---|---|
//! | the data | `data` | each write has its version |
//! | the payload | `payload` | each written value is written once |
//! | the refresh chain | `chain` | each token has its generation |
//! | the life | `life` | the one revocation lies between what was answered and what was refused |
//!
//! Each part is checked alone. That is enough: a history is linearizable where that of each of its parts is.

mod chain;
mod data;
mod life;
mod payload;
mod tests;

pub(crate) use tests::trials;

use serde_json::Value;

/// One operation, as its caller saw it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// When it began and ended. No two such times are equal.
    pub(crate) began: u64,
    pub(crate) ended: u64,
    pub(crate) saw: Saw,
}

/// What an operation did, or saw.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Saw {
    /// The session lives.
    Alive,
    /// There is no such session.
    Refused,
    /// This operation ended it.
    Revoked,
    /// The data of this version.
    Data { version: u64, data: Value },
    /// The data was replaced, and became this version; where one was expected, only over that.
    Put { version: u64, data: Value, expected: Option<u64> },
    /// The data was patched, and became this version.
    Patched { version: u64, patch: Value },
    /// The stored version is this one, not the expected.
    Conflict { expected: u64, stored: u64 },
    /// The payload.
    Payload(Value),
    /// The payload was replaced.
    PayloadPut(Value),
    /// A refresh gave this token.
    Refreshed { generation: u64, token: String, payload: Value },
}

/// Why a history cannot have happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Violation {
    /// Two writes became one version: one of them is lost.
    VersionTwice(u64),
    /// Nobody wrote this version.
    VersionMissing(u64),
    /// This version was seen with another value than it has.
    WrongData(u64),
    /// A write over an expected version was done over another.
    WrongExpectation(u64),
    /// Something that began after an end saw an older version.
    DataWentBack { from: u64, to: u64 },
    /// A payload that nobody wrote, or nobody had yet begun to write.
    UnknownPayload(Value),
    /// A payload was seen before and after another one had been.
    PayloadWentBack(Value),
    /// One generation has two tokens.
    TwoTokens(u64),
    /// Something that began after an end saw an older generation.
    ChainWentBack { from: u64, to: u64 },
    /// The session was ended twice.
    RevokedTwice,
    /// The session was refused, and nobody had begun to end it.
    RefusedTooEarly,
    /// The session answered after it had been ended, or refused.
    AnsweredTooLate,
}

/// Whether this history of one session is linearizable. Its data and payload begin with what is written first.
pub(crate) fn check(history: &[Entry]) -> Result<(), Violation> {
    data::check(history)?;
    payload::check(history)?;
    chain::check(history)?;
    life::check(history)
}

/// What was seen of something that only ever moves up.
struct Sight {
    began: u64,
    ended: u64,
    place: u64,
    /// Whether it moved there itself.
    is_move: bool,
}

/// What began after something else had ended must not see an older place; and if it moved, it must have moved beyond. Gives two places where that fails.
fn order(mut sights: Vec<Sight>) -> Result<(), (u64, u64)> {
    let mut ends: Vec<_> = sights.iter().map(|sight| (sight.ended, sight.place)).collect();
    ends.sort_unstable();
    sights.sort_unstable_by_key(|sight| sight.began);
    let (mut ends, mut newest) = (ends.into_iter().peekable(), None);
    for sight in sights {
        while let Some((_, place)) = ends.next_if(|(ended, _)| *ended < sight.began) {
            newest = newest.max(Some(place));
        }
        let Some(seen) = newest else { continue };
        if sight.place < seen || (sight.is_move && sight.place == seen) {
            return Err((seen, sight.place));
        }
    }
    Ok(())
}
