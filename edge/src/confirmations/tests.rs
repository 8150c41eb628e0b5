use super::*;
use crate::{single_flight::LIFE_SIGN_MS, testing};

const fn at(ms: u64) -> UnixMilliseconds {
    UnixMilliseconds(1_700_000_000_000 + ms)
}

fn arrived(number: usize) -> Confirmation {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    let handle = SessionHandle::from_bytes(bytes);
    Confirmation { handle, refresh_hash: RefreshHashPrefix([7; 16]) }
}

fn with(numbers: impl IntoIterator<Item = usize>) -> Confirmations {
    let mut confirmations = Confirmations::default();
    for number in numbers {
        confirmations.note(arrived(number));
    }
    confirmations
}

fn sorted(mut confirmations: Vec<Confirmation>) -> Vec<Confirmation> {
    confirmations.sort_by_key(|confirmation| confirmation.handle);
    confirmations
}

#[test]
fn only_a_token_that_came_with_a_refresh_tells_anything() {
    assert_eq!(confirmation_of(&testing::refreshed(5, 0)), None);
    for generation in [1, 2, u64::MAX] {
        let told = confirmation_of(&testing::refreshed(5, generation)).unwrap();
        assert_eq!(told.handle, SessionHandle::from_bytes([5; 16]));
        assert_eq!(told.refresh_hash, RefreshHashPrefix([5; 16]));
    }
}

#[test]
fn each_waits_once_and_is_sent_once() {
    let mut confirmations = with([1, 2, 1]);
    assert_eq!(confirmations.waiting(), 2);
    let ticket = confirmations.claim_send(at(0)).unwrap();

    let next = confirmations.next(ticket, at(100));
    confirmations.note(arrived(1));
    assert_eq!(sorted(next.clone()), [arrived(1), arrived(2)]);
    assert_eq!(confirmations.waiting(), 2, "what is on its way is not noted again");
    confirmations.confirm(&next);
    confirmations.note(arrived(1));

    assert_eq!(confirmations.next(ticket, at(200)), []);
    assert_eq!(confirmations.waiting(), 0);
    assert!(confirmations.claim_send(at(300)).is_none());
}

#[test]
fn another_refresh_token_of_a_session_is_confirmed_by_itself() {
    let mut confirmations = with([1]);
    confirmations.confirm(&[arrived(1)]);
    let later = Confirmation { refresh_hash: RefreshHashPrefix([8; 16]), ..arrived(1) };
    assert!(!confirmations.is_confirmed(later));
    confirmations.note(later);
    assert_eq!(confirmations.waiting(), 1);
}

#[test]
fn what_is_noted_during_a_call_is_sent_with_the_next() {
    let mut confirmations = with([1]);
    let ticket = confirmations.claim_send(at(0)).unwrap();
    let first = confirmations.next(ticket, at(100));
    confirmations.note(arrived(2));
    assert!(confirmations.claim_send(at(150)).is_none(), "one call at a time");
    confirmations.confirm(&first);

    assert_eq!(confirmations.next(ticket, at(200)), [arrived(2)]);
}

#[test]
fn a_call_says_no_more_than_the_origin_takes() {
    let mut confirmations = with(0..=2 * MAX_CONFIRMATIONS);
    let ticket = confirmations.claim_send(at(0)).unwrap();
    let mut sent = Vec::new();
    let mut lengths = Vec::new();
    loop {
        let next = confirmations.next(ticket, at(0));
        if next.is_empty() {
            break;
        }
        confirmations.confirm(&next);
        lengths.push(next.len());
        sent.extend(next);
    }
    assert_eq!(lengths, [MAX_CONFIRMATIONS, MAX_CONFIRMATIONS, 1]);
    let all: Vec<_> = (0..=2 * MAX_CONFIRMATIONS).map(arrived).collect();
    assert_eq!(sorted(sent), all);
}

#[test]
fn what_failed_waits_again_and_is_sent_after_the_cooldown() {
    let mut confirmations = with([1]);
    let ticket = confirmations.claim_send(at(0)).unwrap();
    confirmations.next(ticket, at(100));
    confirmations.note(arrived(2));

    confirmations.fail(ticket, at(200));

    assert_eq!(confirmations.waiting(), 2);
    assert!(!confirmations.is_confirmed(arrived(1)));
    assert!(confirmations.claim_send(at(200 + FAILURE_COOLDOWN_MS - 1)).is_none());
    let ticket = confirmations.claim_send(at(200 + FAILURE_COOLDOWN_MS)).unwrap();
    let next = confirmations.next(ticket, at(200 + FAILURE_COOLDOWN_MS));
    assert_eq!(sorted(next), [arrived(1), arrived(2)]);
}

#[test]
fn what_is_confirmed_in_another_way_does_not_end_the_cooldown() {
    let mut confirmations = with([1]);
    let ticket = confirmations.claim_send(at(0)).unwrap();
    confirmations.next(ticket, at(100));
    confirmations.fail(ticket, at(200));

    confirmations.confirm(&[]);
    confirmations.confirm(&[arrived(2)]);

    assert!(confirmations.claim_send(at(200 + FAILURE_COOLDOWN_MS - 1)).is_none());
}

#[test]
fn what_a_lost_task_was_sending_is_sent_again() {
    let mut confirmations = with([1]);
    let lost = confirmations.claim_send(at(0)).unwrap();
    let next = confirmations.next(lost, at(0));
    assert!(confirmations.claim_send(at(LIFE_SIGN_MS - 1)).is_none());

    let second = confirmations.claim_send(at(LIFE_SIGN_MS)).unwrap();

    assert_eq!(confirmations.next(lost, at(LIFE_SIGN_MS)), []);
    confirmations.fail(lost, at(LIFE_SIGN_MS));
    assert_eq!(confirmations.next(second, at(LIFE_SIGN_MS)), [arrived(1)]);
    confirmations.confirm(&next);
    assert_eq!(confirmations.waiting(), 0, "it is true whoever brings it");
}

#[test]
fn one_task_does_not_send_for_ever_and_the_next_goes_on() {
    let mut confirmations = with([1]);
    let ticket = confirmations.claim_send(at(0)).unwrap();
    for ms in (0..LONGEST_SEND_MS).step_by(5_000) {
        let next = confirmations.next(ticket, at(ms));
        assert_eq!(next.len(), 1, "{ms}");
        confirmations.confirm(&next);
        confirmations.note(arrived(usize::try_from(ms).unwrap() + 2));
    }

    assert_eq!(confirmations.next(ticket, at(LONGEST_SEND_MS)), []);

    assert_eq!(confirmations.waiting(), 1);
    assert!(confirmations.claim_send(at(LONGEST_SEND_MS)).is_some());
}

#[test]
fn no_more_than_the_bound_waits_also_after_a_failure() {
    let mut confirmations = with(0..MAX_WAITING + 5);
    assert_eq!(confirmations.waiting(), MAX_WAITING);
    let ticket = confirmations.claim_send(at(0)).unwrap();
    confirmations.next(ticket, at(0));
    confirmations.note(arrived(MAX_WAITING + 9));
    confirmations.fail(ticket, at(0));
    assert_eq!(confirmations.waiting(), MAX_WAITING);
}

#[test]
fn what_was_confirmed_is_remembered_within_bounds() {
    let mut confirmations = Confirmations::default();
    let last = 3 * MAX_RECENT + MAX_RECENT / 2;
    for number in 0..last {
        confirmations.confirm(&[arrived(number)]);
    }

    let is_confirmed = |number: &usize| confirmations.is_confirmed(arrived(*number));
    assert!((last - MAX_RECENT..last).all(|number| is_confirmed(&number)));
    let remembered = (0..last).filter(is_confirmed).count();
    assert!(remembered <= 2 * MAX_RECENT, "{remembered}");
}

#[test]
fn nothing_of_an_ended_session_is_sent() {
    let mut confirmations = with([1, 2]);
    let later = Confirmation { refresh_hash: RefreshHashPrefix([8; 16]), ..arrived(1) };
    confirmations.note(later);
    confirmations.forget(arrived(1).handle);
    let ticket = confirmations.claim_send(at(0)).unwrap();
    assert_eq!(confirmations.next(ticket, at(0)), [arrived(2)]);
}

#[test]
fn debugging_output_shows_how_many_there_are() {
    assert_eq!(format!("{:?}", with([1, 2])), "Confirmations(2 waiting)");
}
