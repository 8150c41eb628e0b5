//! Origins with clocks of their own, that start, stop and race, on one store; and what every cache of their key sets knows meanwhile.
//!
//! The promise: from the moment a token is signed until it expires on the slowest clock, every key set that an origin answered with, and every one that
//! a cache may still hold, has its key.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const HORIZON_INTERVALS: u64 = 3;
const LONGEST_INTERVAL_S: u64 = 2 * 3600;

/// The time goes in steps, so that thousands of plans take seconds.
const STEP_S: u64 = 10;

#[derive(Clone, Debug)]
struct Plan {
    interval_s: u64,
    origins: Vec<Machine>,
    /// When all origins are down: from, for.
    stop: (u64, u64),
}

#[derive(Clone, Debug)]
struct Machine {
    /// How far its clock is ahead; negative: behind.
    skew_s: i64,
    /// Seconds between two looks at the store.
    tick_s: u64,
    starts_s: u64,
    /// When it is down for its restart: from, for.
    restart: (u64, u64),
    /// How long its tokens are valid, before and after its restart.
    validity_s: (u64, u64),
}

fn plan() -> impl Strategy<Value = Plan> {
    let span = || (0..HORIZON_INTERVALS * LONGEST_INTERVAL_S, 1_u64..7200);
    // Around the end of a key is where a stop hurts.
    let stop = (1..HORIZON_INTERVALS, 0_u64..1500, prop_oneof![1_u64..900, 1_u64..3600 * 4]);
    let skew = || prop_oneof![Just(-60), Just(60), -60_i64..=60];
    let validity = || prop_oneof![1_u64..60, 60_u64..7200, 7200_u64..40_000];
    let machine = (skew(), 1..=60 / STEP_S, 0_u64..7200, span(), (validity(), validity()))
        .prop_map(|(skew_s, ticks, starts_s, restart, validity_s)| Machine {
            skew_s,
            tick_s: ticks * STEP_S,
            starts_s,
            restart,
            validity_s,
        });
    (3600..LONGEST_INTERVAL_S, prop::collection::vec(machine, 1..4), stop).prop_map(
        |(interval_s, mut origins, (ends, before, length))| {
            // One is there from the beginning.
            origins[0].starts_s = 0;
            let stop = ((interval_s * ends).saturating_sub(before), length);
            Plan { interval_s, origins, stop }
        },
    )
}

/// From the first look of a key's tokens to the last, in true seconds.
#[derive(Clone, Copy, Debug)]
struct Needed {
    from: u64,
    until: u64,
}

/// A key set that an origin answered with.
#[derive(Debug)]
struct Answered {
    from: u64,
    until: u64,
    generations: Vec<u64>,
}

#[derive(Default)]
struct World {
    store: BTreeMap<u64, Term>,
    made: u64,
    needed: BTreeMap<u64, Needed>,
    answered: Vec<Answered>,
}

/// Far from the beginning of the type, so that a clock can be behind.
const EPOCH_S: i64 = 1_000_000;

impl World {
    fn run(plan: &Plan) -> Self {
        let mut world = Self::default();
        // Of each origin that runs, its last answer.
        let mut running: Vec<Option<usize>> = vec![None; plan.origins.len()];
        let end = plan.interval_s * HORIZON_INTERVALS + plan.stop.1;
        for time in (0..end).step_by(usize::try_from(STEP_S).unwrap()) {
            for (machine, last) in plan.origins.iter().zip(&mut running) {
                let within = |span: (u64, u64)| time >= span.0 && time < span.0 + span.1;
                if time < machine.starts_s || within(machine.restart) || within(plan.stop) {
                    *last = None;
                    continue;
                }
                if last.is_some() && !time.is_multiple_of(machine.tick_s) {
                    continue;
                }
                let terms = world.look(plan, machine, time);
                world.sign(machine, &terms, time);
                // It answers with this until its next look.
                *last = Some(world.answer(*last, &terms, time, time + machine.tick_s));
            }
        }
        world
    }

    fn answer(&mut self, last: Option<usize>, terms: &[Term], from: u64, until: u64) -> usize {
        let generations: Vec<u64> = terms.iter().map(|term| term.generation).collect();
        if let Some(last) = last
            && let Some(answered) = self.answered.get_mut(last)
            && answered.generations == generations
        {
            answered.until = until;
            return last;
        }
        self.answered.push(Answered { from, until, generations });
        self.answered.len() - 1
    }

    fn settings(plan: &Plan, machine: &Machine, time: u64) -> KeySettings {
        let restarted = time >= machine.restart.0;
        let validity_s = if restarted { machine.validity_s.1 } else { machine.validity_s.0 };
        KeySettings {
            interval: Some(Duration::from_secs(plan.interval_s)),
            access_validity: Duration::from_secs(validity_s),
        }
    }

    /// What `Keys::keep_current` does.
    fn look(&mut self, plan: &Plan, machine: &Machine, time: u64) -> Vec<Term> {
        let settings = Self::settings(plan, machine, time);
        let now = local(machine, time);
        let terms = self.reload(&settings, now);
        if let Some(term) = settings.due(terms.last().copied(), now) {
            // The primary key: who comes second changes nothing.
            if let std::collections::btree_map::Entry::Vacant(free) =
                self.store.entry(term.generation)
            {
                free.insert(term);
                self.made += 1;
            }
        }
        let terms = self.reload(&settings, now);
        for generation in settings.forgotten(&terms, now) {
            self.store.remove(&generation);
        }
        self.reload(&settings, now)
    }

    fn reload(&mut self, settings: &KeySettings, now: UnixMilliseconds) -> Vec<Term> {
        let terms: Vec<_> = self.store.values().copied().collect();
        for generation in settings.understated(&terms, now) {
            if let Some(term) = self.store.get_mut(&generation) {
                term.longest_validity = settings.access_validity;
            }
        }
        self.store.values().copied().collect()
    }

    /// Signs at this look and at every moment until the next: only the first and the last matter.
    fn sign(&mut self, machine: &Machine, terms: &[Term], time: u64) {
        for moment in [time, time + machine.tick_s - 1] {
            let now = local(machine, moment);
            let signing = KeySettings::signing(terms, now).map(|index| terms[index]);
            let signing = signing.expect("an origin that runs has a key");
            let restarted = time >= machine.restart.0;
            let validity_s = if restarted { machine.validity_s.1 } else { machine.validity_s.0 };
            let expires = now.0 / 1000 + validity_s;
            // On the true time, and on the slowest clock.
            let expires = expires.saturating_sub(EPOCH_S.unsigned_abs()) + CLOCK_SKEW.as_secs();
            let from = moment.saturating_sub(KEY_SET_CACHE_TIME.as_secs());
            let needed =
                self.needed.entry(signing.generation).or_insert(Needed { from, until: expires });
            needed.from = needed.from.min(from);
            needed.until = needed.until.max(expires);
        }
    }

    /// A key set without a key that some token needs.
    fn gap(&self) -> Option<String> {
        self.answered.iter().find_map(|answer| {
            let missing = self.needed.iter().find(|(generation, needed)| {
                answer.from < needed.until
                    && answer.until > needed.from
                    && !answer.generations.contains(generation)
            });
            missing.map(|missing| format!("{answer:?} lacks {missing:?}"))
        })
    }
}

fn local(machine: &Machine, time: u64) -> UnixMilliseconds {
    let seconds = EPOCH_S + i64::try_from(time).unwrap() + machine.skew_s;
    UnixMilliseconds(u64::try_from(seconds).unwrap() * 1000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_rotation_refuses_a_token_and_racing_origins_make_one_key_per_generation(plan in plan()) {
        let world = World::run(&plan);

        prop_assert!(world.needed.len() > 1, "nothing rotated");
        prop_assert_eq!(world.gap(), None);
        let newest = world.store.last_key_value().map(|(generation, _)| *generation);
        prop_assert_eq!(Some(world.made), newest);
        // One an interval, one at the beginning and one ahead.
        let intervals = HORIZON_INTERVALS + plan.stop.1 / plan.interval_s;
        prop_assert!(world.made <= intervals + 2, "{} keys", world.made);
    }
}
