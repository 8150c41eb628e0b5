use super::*;
use proptest::prelude::*;

const WINDOW: Duration = Duration::from_secs(10);
const OFF: Duration = Duration::ZERO;
/// When the newest token was first seen in use.
const USED: u64 = 1_000_000;

const FIRST: Chain<u32> = Chain { current: 1, parent: None, confirmed_at: None };
const UNUSED: Chain<u32> = Chain { current: 2, parent: Some(1), confirmed_at: None };
const IN_USE: Chain<u32> =
    Chain { current: 2, parent: Some(1), confirmed_at: Some(UnixMilliseconds(USED)) };

fn told(chain: &Chain<u32>, presented: u32, window: Duration, now: u64) -> Step {
    step(chain, &presented, window, UnixMilliseconds(now))
}

#[test]
fn the_first_token_always_rotates() {
    let seen = Chain { confirmed_at: Some(UnixMilliseconds(USED)), ..FIRST };
    for window in [OFF, WINDOW] {
        assert_eq!(told(&FIRST, 1, window, USED), Step::Rotate);
        assert_eq!(told(&seen, 1, window, USED), Step::Rotate);
    }
}

#[test]
fn the_newest_token_is_confirmed_when_it_was_not_yet_seen_in_use() {
    assert_eq!(told(&UNUSED, 2, WINDOW, 0), Step::Confirm);
    assert_eq!(told(&UNUSED, 2, WINDOW, u64::MAX), Step::Confirm);
}

#[test]
fn the_newest_token_rotates_once_it_was_in_use_for_the_window() {
    assert_eq!(told(&IN_USE, 2, WINDOW, USED), Step::Keep);
    assert_eq!(told(&IN_USE, 2, WINDOW, USED + 9_999), Step::Keep);
    assert_eq!(told(&IN_USE, 2, WINDOW, USED + 10_000), Step::Rotate);
    assert_eq!(told(&IN_USE, 2, WINDOW, USED + 10_001), Step::Rotate);
}

#[test]
fn a_parent_gets_the_successor_until_that_was_in_use_for_longer_than_the_window() {
    assert_eq!(told(&UNUSED, 1, WINDOW, 0), Step::Repeat);
    assert_eq!(told(&UNUSED, 1, WINDOW, u64::MAX), Step::Repeat);
    assert_eq!(told(&IN_USE, 1, WINDOW, USED), Step::Repeat);
    assert_eq!(told(&IN_USE, 1, WINDOW, USED + 9_999), Step::Repeat);
    assert_eq!(told(&IN_USE, 1, WINDOW, USED + 10_000), Step::Repeat);
    assert_eq!(told(&IN_USE, 1, WINDOW, USED + 10_001), Step::Theft);
}

#[test]
fn a_token_that_is_neither_the_newest_nor_its_parent_is_theft() {
    for chain in [FIRST, UNUSED, IN_USE] {
        for window in [OFF, WINDOW] {
            assert_eq!(told(&chain, 0, window, USED), Step::Theft);
            assert_eq!(told(&chain, 3, window, USED), Step::Theft);
        }
    }
}

#[test]
fn without_a_window_the_newest_always_rotates_and_the_parent_of_a_used_one_is_theft_in_the_same_millisecond()
 {
    assert_eq!(told(&UNUSED, 2, OFF, USED), Step::Rotate);
    assert_eq!(told(&IN_USE, 2, OFF, USED), Step::Rotate);
    assert_eq!(told(&UNUSED, 1, OFF, USED), Step::Repeat);
    assert_eq!(told(&IN_USE, 1, OFF, USED), Step::Theft);
    assert_eq!(told(&IN_USE, 1, OFF, USED + 1), Step::Theft);
}

#[test]
fn a_clock_that_was_set_back_makes_no_theft() {
    for now in [0, USED - 1] {
        assert_eq!(told(&IN_USE, 1, WINDOW, now), Step::Repeat);
        assert_eq!(told(&IN_USE, 2, WINDOW, now), Step::Keep);
    }
}

#[test]
fn s1_r1_s2_r1_is_theft_without_a_window() {
    let mut session = Session { chain: FIRST, window: OFF };
    assert_eq!(session.refresh(1, USED), Step::Rotate);
    session.use_access_token(2, USED);
    assert_eq!(session.refresh(1, USED), Step::Theft);
}

#[test]
fn s1_r1_r2_r1_is_theft_without_a_window() {
    let mut session = Session { chain: FIRST, window: OFF };
    assert_eq!(session.refresh(1, USED), Step::Rotate);
    assert_eq!(session.refresh(2, USED), Step::Rotate);
    assert_eq!(session.refresh(1, USED), Step::Theft);
}

#[test]
fn a_parent_is_answered_for_ever_while_nobody_uses_the_successor() {
    let mut session = Session { chain: FIRST, window: WINDOW };
    assert_eq!(session.refresh(1, USED), Step::Rotate);
    for days in [0, 1, 99] {
        assert_eq!(session.refresh(1, USED + days * 86_400_000), Step::Repeat);
    }
    assert_eq!(session.refresh(2, USED + 99 * 86_400_000), Step::Confirm);
    assert_eq!(session.refresh(1, USED + 99 * 86_400_000 + 10_001), Step::Theft);
}

#[test]
fn only_a_rotation_gives_an_access_token_of_full_length() {
    let hour = Duration::from_hours(1);
    assert_eq!(access_validity(Step::Rotate, hour, WINDOW), hour);
    for step in [Step::Confirm, Step::Keep, Step::Repeat] {
        assert_eq!(access_validity(step, hour, WINDOW), Duration::from_secs(20));
        assert_eq!(access_validity(step, hour, Duration::from_millis(1)), Duration::from_secs(1));
        assert_eq!(access_validity(step, hour, Duration::from_millis(501)), Duration::from_secs(2));
        assert_eq!(
            access_validity(step, Duration::from_secs(1), Duration::from_millis(501)),
            Duration::from_secs(1)
        );
        assert_eq!(access_validity(step, hour, Duration::MAX), hour);
        assert_eq!(access_validity(step, hour, OFF), hour);
    }
}

#[test]
fn a_session_ends_when_idle_and_at_the_latest_when_its_lifetime_is_over() {
    let created = UnixMilliseconds(1_000);
    let validity = Duration::from_millis(100);
    let lifetime = Some(Duration::from_millis(250));
    for (now, end) in
        [(1_000, 1_100), (1_149, 1_249), (1_150, 1_250), (1_151, 1_250), (9_000, 1_250)]
    {
        let now = UnixMilliseconds(now);
        assert_eq!(expires_at(now, created, validity, lifetime), UnixMilliseconds(end));
    }
    assert_eq!(
        expires_at(UnixMilliseconds(9_000), created, validity, None),
        UnixMilliseconds(9_100)
    );
    let longest = Duration::MAX;
    assert_eq!(expires_at(created, created, longest, Some(longest)), UnixMilliseconds(u64::MAX));
}

#[test]
fn the_default_window_is_ten_seconds_or_a_quarter_of_the_validity() {
    for (validity_ms, window_ms) in
        [(1_000, 250), (39_996, 9_999), (40_000, 10_000), (40_004, 10_000), (3_600_000, 10_000)]
    {
        let validity = Duration::from_millis(validity_ms);
        assert_eq!(default_reuse_window(validity), Duration::from_millis(window_ms));
        assert!(is_reuse_window(default_reuse_window(validity), validity));
    }
}

#[test]
fn a_window_is_at_most_half_of_the_access_validity() {
    let validity = Duration::from_secs(20);
    assert!(is_reuse_window(OFF, validity));
    assert!(is_reuse_window(Duration::from_secs(10), validity));
    assert!(!is_reuse_window(Duration::from_millis(10_001), validity));
    assert!(!is_reuse_window(Duration::MAX, validity));
}

proptest! {
    #[test]
    fn nothing_is_theft_before_the_successor_was_seen_in_use(
        presented in 1_u32..=2, window in windows(), now in any::<u64>(),
    ) {
        prop_assert_ne!(told(&UNUSED, presented, window, now), Step::Theft);
    }

    #[test]
    fn the_newest_token_is_never_theft(
        used in prop::option::of(any::<u64>()), window in windows(), now in any::<u64>(),
    ) {
        let chain = Chain { confirmed_at: used.map(UnixMilliseconds), ..UNUSED };
        prop_assert_ne!(told(&chain, 2, window, now), Step::Theft);
    }

    #[test]
    fn a_parent_is_theft_exactly_when_its_successor_was_in_use_for_longer_than_the_window(
        used in 0..100_000_u64, window_ms in 0..20_000_u64, now in 0..150_000_u64,
    ) {
        let chain = Chain { confirmed_at: Some(UnixMilliseconds(used)), ..UNUSED };
        let is_theft = window_ms == 0 || now > used + window_ms;
        let expected = if is_theft { Step::Theft } else { Step::Repeat };
        prop_assert_eq!(told(&chain, 1, Duration::from_millis(window_ms), now), expected);
    }

    #[test]
    fn a_clock_that_was_set_back_by_anything_makes_no_theft(
        used in 1..u64::MAX, back in 1..u64::MAX, window_ms in 1..u64::MAX, presented in 1_u32..=2,
    ) {
        let chain = Chain { confirmed_at: Some(UnixMilliseconds(used)), ..UNUSED };
        let now = used.saturating_sub(back);
        let step = told(&chain, presented, Duration::from_millis(window_ms), now);
        prop_assert_eq!(step, if presented == 1 { Step::Repeat } else { Step::Keep });
    }

    #[test]
    fn after_the_first_a_session_rotates_at_most_once_per_window(
        window_ms in 1..100_u64,
        events in prop::collection::vec((0..60_u64, any::<bool>(), any::<bool>()), 1..200),
    ) {
        let mut session = Session { chain: FIRST, window: Duration::from_millis(window_ms) };
        let (mut now, mut rotated) = (0, None);
        for (pause, is_refresh, is_parent) in events {
            now += pause;
            let current = session.chain.current;
            if !is_refresh {
                session.use_access_token(current, now);
                continue;
            }
            let presented = if is_parent { current - 1 } else { current };
            let is_first = current == 1;
            match session.refresh(presented, now) {
                Step::Rotate if is_first => {}
                Step::Rotate => {
                    prop_assert!(rotated.is_none_or(|before| now - before >= window_ms));
                    rotated = Some(now);
                }
                Step::Confirm | Step::Keep | Step::Repeat | Step::Theft => {
                    prop_assert_eq!(session.chain.current, current);
                }
            }
        }
    }

    #[test]
    fn any_number_of_parallel_refreshes_give_one_successor(
        count in 2..50_usize, delays in prop::collection::vec(0..10_000_u64, 50),
    ) {
        let mut session = Session { chain: IN_USE, window: WINDOW };
        let start = USED + 3_600_000;
        prop_assert_eq!(session.refresh(2, start), Step::Rotate);
        for delay in &delays[..count] {
            prop_assert_eq!(session.refresh(2, start + delay), Step::Repeat);
            prop_assert_eq!(session.chain.current, 3);
        }
    }
}

fn windows() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(OFF), Just(WINDOW), any::<u64>().prop_map(Duration::from_millis)]
}

/// A row that obeys: tokens are numbers, and each one's successor is the next.
struct Session {
    chain: Chain<u32>,
    window: Duration,
}

impl Session {
    fn refresh(&mut self, presented: u32, now: u64) -> Step {
        let step = told(&self.chain, presented, self.window, now);
        match step {
            Step::Confirm => self.chain.confirmed_at = Some(UnixMilliseconds(now)),
            Step::Rotate => {
                let parent = Some(self.chain.current);
                self.chain = Chain { current: self.chain.current + 1, parent, confirmed_at: None };
            }
            Step::Keep | Step::Repeat | Step::Theft => {}
        }
        step
    }

    fn use_access_token(&mut self, of: u32, now: u64) {
        if of == self.chain.current && self.chain.confirmed_at.is_none() {
            self.chain.confirmed_at = Some(UnixMilliseconds(now));
        }
    }
}
