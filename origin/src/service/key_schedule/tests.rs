use super::*;

const SETTINGS: KeySettings = KeySettings {
    interval: Some(Duration::from_hours(24)),
    access_validity: Duration::from_hours(1),
};
const START: UnixMilliseconds = UnixMilliseconds(1_000_000_000);

fn first() -> Term {
    SETTINGS.due(None, START).unwrap()
}

fn before(time: UnixMilliseconds, span: Duration) -> UnixMilliseconds {
    UnixMilliseconds(time.0 - u64::try_from(span.as_millis()).unwrap())
}

#[test]
fn the_first_key_signs_at_once() {
    assert_eq!(first().generation, 1);
    assert_eq!(first().signs_from, START);
    assert_eq!(KeySettings::signing(&[first()], START), Some(0));
}

#[test]
fn the_next_key_is_made_ahead_and_takes_over_where_the_first_ends() {
    let due_at = before(first().signs_until, SETTINGS.published_before_use());

    assert_eq!(SETTINGS.due(Some(first()), UnixMilliseconds(due_at.0 - 1)), None);
    let second = SETTINGS.due(Some(first()), due_at).unwrap();

    assert_eq!((second.generation, second.signs_from), (2, first().signs_until));
    let terms = [first(), second];
    let just_before = UnixMilliseconds(second.signs_from.0 - 1);
    assert_eq!(KeySettings::signing(&terms, just_before), Some(0));
    assert_eq!(KeySettings::signing(&terms, second.signs_from), Some(1));
}

#[test]
fn a_key_is_published_for_longer_than_it_may_be_cached() {
    assert!(SETTINGS.published_before_use() > KEY_SET_CACHE_TIME + CLOCKS_APART);
}

#[test]
fn after_a_long_stop_the_old_key_goes_on_until_the_next_is_known() {
    let late = first().signs_until.after(Duration::from_hours(100));

    let second = SETTINGS.due(Some(first()), late).unwrap();

    assert_eq!(second.signs_from, late.after(SETTINGS.published_before_use()));
    assert_eq!(KeySettings::signing(&[first(), second], late), Some(0));
    assert!(SETTINGS.forgotten(&[first(), second], late).is_empty());
}

#[test]
fn a_key_is_kept_until_its_last_token_has_expired_on_every_clock() {
    let second = Term { generation: 2, signs_from: first().signs_until, ..first() };
    let end = first().signs_until.after(Duration::from_mins(62));
    let terms = [first(), second];
    assert!(SETTINGS.forgotten(&terms, UnixMilliseconds(end.0 - 1)).is_empty());
    assert_eq!(SETTINGS.forgotten(&terms, end), [1]);
    let never = SETTINGS.forgotten(&[first()], end.after(Duration::from_hours(1000)));
    assert!(never.is_empty(), "the key that signs");
}

#[test]
fn a_key_that_signed_longer_tokens_outlives_its_successor() {
    let of = |generation: u32, longest_validity| Term {
        generation: generation.into(),
        signs_from: START.after(Duration::from_hours(24) * generation),
        longest_validity,
        ..first()
    };
    let long = Duration::from_hours(500);
    let terms = [of(1, long), of(2, SETTINGS.access_validity), of(3, SETTINGS.access_validity)];
    let later = terms[2].signs_from.after(Duration::from_hours(2));
    assert_eq!(SETTINGS.forgotten(&terms, later), [2]);
    assert_eq!(SETTINGS.forgotten(&terms, later.after(long)), [1, 2]);
}

#[test]
fn a_longer_validity_is_noted_for_keys_that_may_still_sign_and_for_no_others() {
    let second = Term { generation: 2, signs_from: first().signs_until, ..first() };
    let longer = KeySettings { access_validity: Duration::from_hours(2), ..SETTINGS };
    let terms = [first(), second];
    assert!(SETTINGS.understated(&terms, START).is_empty());
    assert_eq!(longer.understated(&terms, START), [1, 2]);
    let retired = second.signs_from.after(CLOCKS_APART);
    assert_eq!(longer.understated(&terms, UnixMilliseconds(retired.0 - 1)), [1, 2]);
    assert_eq!(longer.understated(&terms, retired), [2]);
}

#[test]
fn a_static_key_stays_until_an_interval_is_set() {
    let never = KeySettings { interval: None, ..SETTINGS };
    let key = never.due(None, START).unwrap();
    let later = START.after(Duration::from_hours(10_000));
    assert_eq!(never.due(Some(key), later), None);
    assert_eq!(never.due(Some(first()), later), None, "also one that was made to end");
    let second = SETTINGS.due(Some(key), later).unwrap();
    assert_eq!(second.signs_from, later.after(SETTINGS.published_before_use()));
}

#[test]
fn a_supplied_key_is_published_before_it_takes_over_and_does_not_end() {
    let supplied = SETTINGS.handover(Some(first()), START).unwrap();
    assert_eq!(supplied.signs_from, START.after(SETTINGS.published_before_use()));
    assert_eq!((supplied.generation, supplied.signs_until), (2, FOREVER));
    assert_eq!(SETTINGS.handover(Some(supplied), START), None, "one handover at a time");
    assert_eq!(SETTINGS.handover(None, START).unwrap().signs_from, START);
}

#[test]
fn only_a_removed_key_that_signs_is_replaced_and_then_on_every_clock_at_once() {
    let second = Term { generation: 2, signs_from: first().signs_until, ..first() };
    let terms = [first(), second];
    let early = START.after(Duration::from_hours(1));
    let late = second.signs_from.after(Duration::from_hours(1));

    let substitute = SETTINGS.substitute(&terms, 0, early).unwrap();
    assert_eq!((substitute.generation, substitute.signs_from), (3, before(early, CLOCKS_APART)));
    assert_eq!(KeySettings::signing(&[second, substitute], before(early, CLOCK_SKEW)), Some(1));
    assert_eq!(SETTINGS.substitute(&terms, 1, early), None, "not yet");
    assert_eq!(SETTINGS.substitute(&terms, 0, late), None, "no more");
    assert!(SETTINGS.substitute(&terms, 1, late).is_some());
    let just_started = SETTINGS.substitute(&terms, 1, second.signs_from).unwrap();
    assert_eq!(just_started.signs_from, second.signs_from);
}
