//! Whether what came back is what must come back, and which invariant is broken where it is not.

use crate::{
    invariant::{Invariant, Violation},
    model::{End, Expected, Kind, Proof, Times},
    subject::{Answer, Issued, Subject},
    transition::ACCESS_VALIDITY,
};
use wayleave_shared::session_handle::SessionHandle;

/// The session whose token was presented.
pub(crate) struct Row {
    pub handle: SessionHandle,
    /// The generation that was presented.
    pub presented: usize,
    /// What the model says now.
    pub times: Times,
    pub window: u64,
}

/// Judges all answers to one token, of which `expected` come in any order. `tokens` are all that were issued before, by generation. Gives what was issued, and its generation.
pub(crate) fn refresh<S: Subject>(
    all_expected: &[Expected],
    row: &Row,
    tokens: &[&S::Token],
    answers: Vec<Answer<S>>,
) -> Result<Option<(usize, Issued<S>)>, Violation> {
    let Some(&expected) = all_expected.first() else { return Ok(None) };
    for answer in &answers {
        if let Answer::Failed(_) = answer {
            return Err(Invariant::NothingFails.broken(&expected, answer));
        }
    }
    match expected {
        Expected::Issued(kind, generation) => {
            let all: Vec<_> = answers
                .into_iter()
                .map(|answer| match answer {
                    Answer::Issued(issued) => Ok(issued),
                    Answer::Theft(_) => Err(Invariant::NeverAFalseTheft.broken(&expected, &answer)),
                    _ => Err(Invariant::LivesUntilItsEnd.broken(&expected, &answer)),
                })
                .collect::<Result<_, _>>()?;
            for (one, next) in all.iter().zip(all.iter().skip(1)) {
                Invariant::OneSuccessor.equal(&one.token, &next.token)?;
            }
            let generation_seen = all
                .first()
                .and_then(|issued| tokens.iter().position(|token| **token == issued.token));
            let expected_known = Some(generation).filter(|generation| *generation < tokens.len());
            if generation_seen != expected_known {
                let seen = (generation_seen, "of", tokens.len());
                return Err(other_token(kind, row, generation_seen).broken(&expected, &seen));
            }
            for issued in &all {
                Invariant::SlidesUpToItsLifetime.equal(&row.times, &issued.times)?;
                let named = issued.generation.and_then(|named| usize::try_from(named).ok());
                Invariant::AccessTokenNamesItsRefreshToken.equal(&Some(generation), &named)?;
                kind_of_answer(all_expected, row, issued)?;
            }
            Ok(all.into_iter().next().map(|issued| (generation, issued)))
        }
        Expected::Theft(proof) => {
            let broken = match proof {
                Proof::SuccessorInUse => Invariant::UsedSuccessorMakesTheft,
                Proof::OlderThanParent => Invariant::OlderThanParentIsTheft,
            };
            // Whoever comes after the first may find the session gone already.
            let is_theft =
                |answer: &&Answer<S>| matches!(answer, Answer::Theft(of) if *of == row.handle);
            let refused =
                |answer: &&Answer<S>| is_theft(answer) || matches!(answer, Answer::Unauthorised);
            if let Some(answer) = answers.iter().find(|answer| !refused(answer)) {
                return Err(broken.broken(&expected, answer));
            }
            if !answers.iter().any(|answer| is_theft(&answer)) {
                return Err(broken.broken(&expected, &answers));
            }
            Ok(None)
        }
        Expected::Over(end) => {
            let seen = answers.iter().find(|answer| !matches!(answer, Answer::Unauthorised));
            seen.map_or(Ok(None), |seen| Err(over(end).broken(&expected, seen)))
        }
    }
}

/// What differs between answers that bring the same token: whether the browser is to keep it, and how long the access token is good.
fn kind_of_answer<S: Subject>(
    all_expected: &[Expected],
    row: &Row,
    issued: &Issued<S>,
) -> Result<(), Violation> {
    let kinds: Vec<_> = all_expected
        .iter()
        .filter_map(|expected| match expected {
            Expected::Issued(kind, _) => Some((*kind != Kind::Kept, valid_for(*kind, row, issued))),
            _ => None,
        })
        .collect();
    let seen = (issued.is_written, issued.valid_for);
    if kinds.iter().all(|(is_written, _)| *is_written != seen.0) {
        return Err(Invariant::KeptTokenIsNotWritten.broken(&all_expected, &seen));
    }
    if !kinds.contains(&seen) {
        return Err(Invariant::OnlyRotationsAreLong.broken(&kinds, &seen));
    }
    Ok(())
}

/// For how many seconds an access token must be valid: never beyond its session, and for one at least.
fn valid_for<S: Subject>(kind: Kind, row: &Row, issued: &Issued<S>) -> u64 {
    let at_most = match kind {
        Kind::Rotated => ACCESS_VALIDITY,
        _ if row.window == 0 => ACCESS_VALIDITY,
        _ => ACCESS_VALIDITY.min((2 * row.window).div_ceil(1000)),
    };
    at_most.min((row.times.ends / 1000).saturating_sub(issued.minted_at)).max(1)
}

/// A forged token is refused, whatever state its session is in.
pub(crate) fn forgery<S: Subject>(answer: &Answer<S>) -> Result<(), Violation> {
    match answer {
        Answer::Unauthorised => Ok(()),
        _ => Err(Invariant::ForgedTokenTouchesNothing.broken(&"Unauthorised", answer)),
    }
}

/// What is broken where a session that ended so answers.
pub(crate) fn over(end: Option<End>) -> Invariant {
    match end {
        None | Some(End::Removed) => Invariant::ExpiryIsHalfOpen,
        Some(End::Theft) => Invariant::TheftEndsTheSession,
        Some(End::Revoked) => Invariant::EndedStaysEnded,
    }
}

/// What is broken where another token came than must: `seen` is its generation, if it has one.
fn other_token(kind: Kind, row: &Row, seen: Option<usize>) -> Invariant {
    match kind {
        Kind::Rotated if seen == Some(row.presented) => Invariant::RotatesAfterTheWindow,
        Kind::Rotated => Invariant::OneSuccessor,
        Kind::Confirmed | Kind::Kept => Invariant::OncePerWindow,
        Kind::Recovered => Invariant::LostReplyIsRecovered,
        Kind::Shared => Invariant::TabsShareASuccessor,
    }
}
