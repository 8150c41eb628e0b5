//! The life: everything is answered before the one revocation, and nothing after it.

use super::{Entry, Saw, Violation};

pub(super) fn check(history: &[Entry]) -> Result<(), Violation> {
    let mut revocations = history.iter().filter(|entry| entry.saw == Saw::Revoked);
    let revocation = revocations.next();
    if revocations.next().is_some() {
        return Err(Violation::RevokedTwice);
    }
    let refusals = history.iter().filter(|entry| entry.saw == Saw::Refused);
    let Some(first_refusal) = refusals.map(|entry| entry.ended).min() else {
        return revocation.map_or(Ok(()), |revocation| before(history, revocation.ended));
    };
    if revocation.is_none_or(|revocation| first_refusal < revocation.began) {
        return Err(Violation::RefusedTooEarly);
    }
    before(history, revocation.map_or(first_refusal, |one| one.ended.min(first_refusal)))
}

/// Whether nothing that began after this end was answered.
fn before(history: &[Entry], end: u64) -> Result<(), Violation> {
    let is_answered = |entry: &&Entry| !matches!(entry.saw, Saw::Refused | Saw::Revoked);
    let late = history.iter().filter(is_answered).any(|entry| entry.began > end);
    if late { Err(Violation::AnsweredTooLate) } else { Ok(()) }
}
