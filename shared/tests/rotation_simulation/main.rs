//! The rules of rotation against chance: tabs that race, and thieves.
//!
//! Each run is one session, driven by a generator that is seeded with the run's number, so that all counts are the same every time. Every delay is drawn
//! evenly from all that the rules allow: a refresh takes up to a window, there and back, which makes races as frequent as they can be.
//!
//! What the counts mean stands in `docs/decisions/0005-rotation.md`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod browser;
mod origin;
mod random;

use browser::{Habits, World};
use origin::{Rules, Settings};
use random::Random;
use std::{
    io::{Write, stderr},
    ops::RangeInclusive,
    thread,
};

#[test]
fn three_tabs_that_share_a_jar_without_a_lock_are_never_logged_out() {
    let runs = 100_000;
    let outcomes = of_all_runs(runs, |run| tabs(run, Rules::All, 400..=2_000));
    let (thefts, log_outs) = count(&outcomes);
    say(&format!(
        "{runs} runs of three tabs without a lock: {thefts} false thefts, {log_outs} log-outs"
    ));
    assert_eq!((thefts, log_outs), (0, 0));
}

/// What protects tabs is that a token rotates once per window at most, however short access tokens live.
#[test]
fn three_tabs_are_never_logged_out_where_access_tokens_live_shorter_than_the_window() {
    let runs = 20_000;
    let outcomes = of_all_runs(runs, |run| tabs(run, Rules::All, 20..=90));
    let (thefts, log_outs) = count(&outcomes);
    say(&format!(
        "{runs} runs of three tabs without a lock: with an access validity below the window: {thefts} false thefts, {log_outs} log-outs"
    ));
    assert_eq!((thefts, log_outs), (0, 0));
}

#[test]
fn without_one_of_the_rules_tabs_are_taken_for_thieves() {
    let runs = 20_000;
    for (rules, name) in [
        (Rules::RotatesAnyTime, "rotating at any time"),
        (Rules::KeepWritesTheToken, "writing a kept token again"),
    ] {
        for (validity_percent, validity) in [(400..=2_000, "4 to 20"), (20..=90, "0.2 to 0.9")] {
            let outcomes = of_all_runs(runs, |run| tabs(run, rules, validity_percent.clone()));
            let (thefts, log_outs) = count(&outcomes);
            say(&format!(
                "{runs} control runs: {name}, access validity {validity} windows: {thefts} false thefts, {log_outs} log-outs"
            ));
            assert!(thefts > 0, "{name}, {validity}");
        }
    }
}

#[test]
fn a_thief_is_caught_at_the_default_settings_when_the_second_access_token_ends() {
    let runs = 50_000;
    let found = of_all_runs(runs, |run| thief(run, Rules::All, DEFAULT_VALIDITY, 100));
    let longest = report(&found, "runs of a thief: at the default settings", DEFAULT_VALIDITY);
    // The second may end two lifetimes after the copy. Then come the next request, and the windows in which they went in step.
    assert!(longest.unwrap() <= 2 * DEFAULT_VALIDITY + 20 * WINDOW);
}

#[test]
fn a_thief_is_caught_at_last_with_the_longest_window_by_default_and_the_longest_allowed() {
    for (windows, runs) in [(4, 50_000), (2, 10_000)] {
        let validity = windows * WINDOW;
        let found = of_all_runs(runs, |run| thief(run, Rules::All, validity, 100));
        let what = format!("runs of a thief: access validity {windows} windows");
        assert!(report(&found, &what, validity).is_some());
    }
}

#[test]
fn where_every_answer_brings_an_access_token_of_full_length_a_thief_goes_in_step_for_longer() {
    let runs = 2_000;
    let found = of_all_runs(runs, |run| thief(run, Rules::FullLengthAlways, DEFAULT_VALIDITY, 100));
    let longest = report(&found, "control runs: a thief, full length always", DEFAULT_VALIDITY);
    assert!(longest.unwrap() > 3 * DEFAULT_VALIDITY);
}

#[test]
fn where_the_window_is_as_long_as_an_access_token_lives_a_thief_goes_in_step_with_the_owner() {
    let runs = 2_000;
    let found = of_all_runs(runs, |run| thief(run, Rules::All, WINDOW, 50));
    let what = "control runs: a thief, access validity 1 window, 50 lifetimes";
    assert_eq!(report(&found, what, WINDOW), None, "some were not caught");
}

const WINDOW: u64 = 10_000;
const DEFAULT_VALIDITY: u64 = 3_600_000;

#[derive(Clone, Copy, Eq, PartialEq)]
enum Outcome {
    LoggedIn,
    LoggedOut,
    Theft,
}

/// One run of three tabs, for six lifetimes. `validity_percent` is how long an access token lives, in hundredths of the window.
fn tabs(run: u64, rules: Rules, validity_percent: RangeInclusive<u64>) -> Outcome {
    let mut random = Random::of_run(run);
    let window = random.between(1_000, WINDOW);
    let percent = random.between(*validity_percent.start(), *validity_percent.end());
    let access_validity = window * percent / 100;
    let pause = random.between(1, 3 * access_validity);
    let beat = if random.happens(50) { random.between(1, access_validity) } else { 1 };
    let settings = Settings { window, access_validity, rules };
    let mut world = World::log_in(settings, Habits { tabs: 3, pause, beat }, random);
    if world.run_until(6 * access_validity).is_some() {
        Outcome::Theft
    } else if world.all_are_logged_in() {
        Outcome::LoggedIn
    } else {
        Outcome::LoggedOut
    }
}

/// How long after the copy the thief of this run was caught; `None` if not within `limit` lifetimes. Both have one to three tabs, which pause for up
/// to a twentieth of a lifetime.
fn thief(run: u64, rules: Rules, access_validity: u64, limit: u64) -> Option<u64> {
    let mut random = Random::of_run(run);
    let tabs = random.between(1, 3);
    let pause = random.between(WINDOW / 10, (access_validity / 20).max(WINDOW / 10));
    let copied_at = random.below(3 * access_validity);
    let settings = Settings { window: WINDOW, access_validity, rules };
    let mut world = World::log_in(settings, Habits { tabs, pause, beat: 1 }, random);
    assert_eq!(world.run_until(copied_at), None, "nothing was stolen yet");
    world.steal();
    world.run_until(copied_at + limit * access_validity).map(|caught_at| caught_at - copied_at)
}

/// False thefts, and log-outs of any other kind.
fn count(outcomes: &[Outcome]) -> (usize, usize) {
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    (count(Outcome::Theft), count(Outcome::LoggedOut))
}

/// Says how many were caught when, and gives the longest; `None` if a thief was not caught.
fn report(found: &[Option<u64>], what: &str, access_validity: u64) -> Option<u64> {
    let mut caught: Vec<u64> = found.iter().flatten().copied().collect();
    caught.sort_unstable();
    let within = |lifetimes| caught.partition_point(|time| *time <= lifetimes * access_validity);
    let longest = caught.last().copied().unwrap_or_default();
    let (whole, hundredths) =
        (longest / access_validity, longest % access_validity * 100 / access_validity);
    say(&format!(
        "{} {what}: {} caught, within one access-token lifetime {}, two {}, three {}, the longest {whole}.{hundredths:02}",
        found.len(),
        caught.len(),
        within(1),
        within(2),
        within(3),
    ));
    (caught.len() == found.len()).then_some(longest)
}

/// What every run gave, in their order; half of them in a thread of its own.
fn of_all_runs<Outcome: Send>(runs: u64, one: impl Fn(u64) -> Outcome + Sync) -> Vec<Outcome> {
    thread::scope(|scope| {
        let first = scope.spawn(|| (0..runs / 2).map(&one).collect::<Vec<_>>());
        let second: Vec<_> = (runs / 2..runs).map(&one).collect();
        let mut all = first.join().unwrap();
        all.extend(second);
        all
    })
}

/// Past the harness, which would keep it back: `make test` adds up what was counted.
fn say(line: &str) {
    stderr().write_all(format!("rotation simulation: counted: {line}\n").as_bytes()).unwrap();
}
