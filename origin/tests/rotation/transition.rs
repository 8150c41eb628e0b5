//! What can happen: drawn without knowing what came before, so that any part of a failing case can be left out.

use proptest::{collection::vec, option, prelude::*, sample::select};

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub settings: Settings,
    pub transitions: Vec<Transition>,
}

/// How the deployment is set, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub window: u64,
    /// How long a session lives without a refresh.
    pub validity: u64,
    /// How long it lives at all.
    pub lifetime: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Transition {
    /// A browser logs in. It may carry the session that it had, which is ended then.
    LogIn { browser: usize, carries: bool },
    /// A thief copies a browser's jar.
    Steal { thief: usize, browser: usize },
    /// A refresh token is presented, so many times at once.
    Refresh { token: Chosen, times: usize, reply: Reply },
    /// A refresh token is presented, and the clock moves, twice, and something happens to the same session, before the origin writes what it
    /// has decided.
    RefreshSlowly { token: Chosen, reply: Reply, first: Step, meanwhile: Meanwhile, then: Step },
    /// The access token that came with a refresh token is used.
    Use { token: Chosen, way: Way },
    /// An edge confirms it, and the same happens before the origin notes it.
    UseSlowly { token: Chosen, first: Step, meanwhile: Meanwhile, then: Step },
    /// Something like a token is presented.
    Forge { token: Chosen, forgery: Forgery },
    /// A session is ended; sessions are counted from the latest.
    Revoke { session: usize },
    /// All routes of a session are asked whether it is there.
    Ask { session: usize },
    /// The store's clock is moved.
    Step(Step),
    /// The next calls go to the other origin.
    SwitchOrigin,
    /// Both origins are dropped and built anew over the same store, with other settings.
    Restart(Settings),
    /// A pass of the cleanup job.
    RemoveExpired,
}

/// Which token.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Chosen {
    /// The newest that this party got; the newest of all where it has none.
    Held { party: usize },
    /// Any that was ever issued to anybody: of the session so many before the latest, so many generations before the newest.
    Any { session: usize, generation: usize },
}

/// Whether the party gets the answer to what it holds. (We always see it.)
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reply {
    Delivered,
    Lost,
}

/// What happens to a session while a refresh of it is under way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meanwhile {
    Nothing,
    /// The same token is presented by another.
    Refresh,
    /// So it is, and once more when its window is over: then it has a successor in any case.
    Rotate,
    /// The access token that came with it is used.
    Use,
    Revoke,
    RemoveExpired,
}

/// How the origin learns that an access token is in use.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// From an edge, later.
    Confirm,
    /// It verifies the token, and asks the store.
    Verify,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Forgery {
    /// The right secret under a code of another master key.
    OtherKey,
    /// The token with one character changed.
    Changed { at: usize },
    /// The token cut short.
    Cut { at: usize },
    /// A token that we made for a session that never was.
    NoSession,
}

/// A movement of the clock, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Forward {
        by: u64,
    },
    Back {
        by: u64,
    },
    /// To the end of the window of a session's newest token, or one beside it.
    Window {
        session: usize,
        beside: i64,
    },
    /// To the end of a session, or one beside it.
    End {
        session: usize,
        beside: i64,
    },
}

/// The browsers, then the thieves.
pub(crate) const BROWSERS: usize = 2;
pub(crate) const PARTIES: usize = 4;
pub(crate) const DEFAULT_WINDOW: u64 = 10_000;
/// How long an access token lives at most, in seconds.
pub(crate) const ACCESS_VALIDITY: u64 = 3600;

/// Cases of up to so many transitions.
pub(crate) fn cases(transitions: usize) -> impl Strategy<Value = Case> {
    (settings(), vec(transition(), 1..=transitions))
        .prop_map(|(settings, transitions)| Case { settings, transitions })
}

/// Windows from none to the longest that is allowed beside an access token of an hour.
fn settings() -> impl Strategy<Value = Settings> {
    const WINDOWS: [u64; 6] = [DEFAULT_WINDOW, 0, 1, 250, DEFAULT_WINDOW, 1_800_000];
    const VALIDITIES: [u64; 4] = [8_640_000_000, 8_640_000_000, 3_600_000, 60_000];
    const LIFETIMES: [u64; 3] = [7_200_000, 90_000, 5_000];
    let lifetime = option::weighted(0.25, select(&LIFETIMES[..]));
    (select(&WINDOWS[..]), select(&VALIDITIES[..]), lifetime)
        .prop_map(|(window, validity, lifetime)| Settings { window, validity, lifetime })
}

fn transition() -> impl Strategy<Value = Transition> {
    prop_oneof![
        40 => prop_oneof![
            3 => (chosen(), 1..=4_usize, reply())
                .prop_map(|(token, times, reply)| Transition::Refresh { token, times, reply }),
            2 => (chosen(), reply(), step(), meanwhile(), step()).prop_map(
                |(token, reply, first, meanwhile, then)| {
                    Transition::RefreshSlowly { token, reply, first, meanwhile, then }
                }
            ),
            5 => (chosen(), reply())
                .prop_map(|(token, reply)| Transition::Refresh { token, times: 1, reply }),
        ],
        16 => prop_oneof![
            4 => (chosen(), prop_oneof![Just(Way::Confirm), Just(Way::Verify)])
                .prop_map(|(token, way)| Transition::Use { token, way }),
            1 => (chosen(), step(), meanwhile(), step()).prop_map(
                |(token, first, meanwhile, then)| {
                    Transition::UseSlowly { token, first, meanwhile, then }
                }
            ),
        ],
        24 => step().prop_map(Transition::Step),
        8 => (0..BROWSERS, any::<bool>())
            .prop_map(|(browser, carries)| Transition::LogIn { browser, carries }),
        5 => (BROWSERS..PARTIES, 0..BROWSERS)
            .prop_map(|(thief, browser)| Transition::Steal { thief, browser }),
        4 => (chosen(), forgery()).prop_map(|(token, forgery)| Transition::Forge { token, forgery }),
        4 => (0..3_usize).prop_map(|session| Transition::Ask { session }),
        4 => prop_oneof![Just(Transition::SwitchOrigin), settings().prop_map(Transition::Restart)],
        2 => (0..3_usize).prop_map(|session| Transition::Revoke { session }),
        2 => Just(Transition::RemoveExpired),
    ]
}

fn chosen() -> impl Strategy<Value = Chosen> {
    prop_oneof![
        3 => (0..PARTIES).prop_map(|party| Chosen::Held { party }),
        2 => (0..3_usize, 0..4_usize)
            .prop_map(|(session, generation)| Chosen::Any { session, generation }),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![3 => Just(Reply::Delivered), 1 => Just(Reply::Lost)]
}

fn meanwhile() -> impl Strategy<Value = Meanwhile> {
    prop_oneof![
        2 => Just(Meanwhile::Nothing),
        3 => Just(Meanwhile::Refresh),
        3 => Just(Meanwhile::Rotate),
        3 => Just(Meanwhile::Use),
        1 => Just(Meanwhile::Revoke),
        1 => Just(Meanwhile::RemoveExpired),
    ]
}

fn forgery() -> impl Strategy<Value = Forgery> {
    prop_oneof![
        Just(Forgery::OtherKey),
        (0..TOKEN_LENGTH).prop_map(|at| Forgery::Changed { at }),
        (0..TOKEN_LENGTH).prop_map(|at| Forgery::Cut { at }),
        Just(Forgery::NoSession),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..=5_000_u64).prop_map(|by| Step::Forward { by }),
        24 => (0..2_usize, -1..=1_i64).prop_map(|(session, beside)| Step::Window { session, beside }),
        4 => (0..2_usize, -1..=1_i64).prop_map(|(session, beside)| Step::End { session, beside }),
        4 => (0..=60_000_u64).prop_map(|by| Step::Back { by }),
        1 => (0..=17_280_000_000_u64).prop_map(|by| Step::Forward { by }),
    ]
}

const TOKEN_LENGTH: usize = 92;
