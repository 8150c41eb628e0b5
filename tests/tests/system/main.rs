//! The system tests: through real workerd to a real origin on real databases.

mod confirmation;
mod cross_site;
mod dev_program;
mod duplicates;
mod gateway;
mod header_mode;
mod log_in;
mod origin_calls;
mod outage;
mod refusals;
mod revocation;
mod session_data;
mod story;
mod upstream;

use std::process::ExitCode;
use wayleave_tests::{
    database::Engine,
    harness::{self, Suite},
    system::{Plan, System},
};

fn main() -> ExitCode {
    let Some(mut suite) = Suite::new(WITHOUT_SERVERS) else { return ExitCode::SUCCESS };
    for (engine, plan) in STORIES {
        suite.add(&format!("story::{engine}"), plan, story::all());
    }
    suite.add("gateway", MYSQL, gateway::all());
    suite.add("log_in", MYSQL, log_in::all());
    suite.add("header_mode", MYSQL, header_mode::all());
    suite.add("duplicates", MYSQL, duplicates::of_nobody_knows_where());
    suite.add("duplicates", OLDER_DOMAIN, duplicates::of_an_older_domain());
    suite.add("session_data", MYSQL, session_data::all());
    suite.add("refusals", MYSQL, refusals::all());
    suite.add("cross_site", MYSQL, cross_site::all());
    suite.add("origin_calls", MYSQL, origin_calls::all());
    suite.add("origin_calls", WITHOUT_FEED, origin_calls::without_a_feed());
    suite.add("outage::rejecting", MYSQL, outage::rejecting());
    suite.add("outage::accepting", ACCEPTING, outage::accepting());
    suite.add("revocation", MYSQL, revocation::all());
    suite.add("revocation", BY_PATH, revocation::by_path());
    suite.add("confirmation", CONFIRMING, confirmation::in_the_background());
    suite.add("confirmation::inline", CONFIRMING_INLINE, confirmation::inline());
    let place = upstream::add_to(&mut suite);
    dev_program::add_to(&mut suite);
    let outcome = suite.run();
    match place.stop() {
        Ok(()) => outcome,
        Err(sentence) => {
            harness::say(&sentence);
            ExitCode::from(101)
        }
    }
}

/// Whatever does not wait for tokens to expire. With its feed stale, the edge rejects.
const MYSQL: Plan = Plan {
    name: "mysql",
    engine: Engine::MySql,
    origin: &[("WAYLEAVE_ALLOWED_ORIGINS", LISTED_ORIGIN)],
    edge: &[
        ("ALLOWED_ORIGINS", LISTED_ORIGIN),
        ("SESSION_DATA_ACCESS", "read-write"),
        ("MAX_STALENESS", "2s"),
        ("STALE_FEED", "reject"),
    ],
};

/// The cookies had a domain once.
const OLDER_DOMAIN: Plan = Plan {
    name: "older-domain",
    engine: Engine::Sqlite,
    origin: &[("WAYLEAVE_OLDER_COOKIE_DOMAIN", "older.example.test")],
    edge: &[],
};

/// With its feed stale, the edge accepts.
const ACCEPTING: Plan = Plan {
    name: "accepting",
    engine: Engine::MySql,
    origin: &[],
    edge: &[
        ("SESSION_DATA_ACCESS", "read-write"),
        ("MAX_STALENESS", "1s"),
        ("STALE_FEED", "accept"),
    ],
};

/// The edge follows no feed.
const WITHOUT_FEED: Plan = Plan {
    name: "without-feed",
    engine: Engine::MySql,
    origin: &[],
    edge: &[("REVOCATION", "off")],
};

/// Every way to look at revocation, in one edge.
const BY_PATH: Plan = Plan {
    name: "by-path",
    engine: Engine::MySql,
    origin: &[("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "10s")],
    edge: &[
        ("REVOCATION_STRICT_PATHS", revocation::STRICT),
        ("REVOCATION_OFF_PATHS", revocation::OFF),
    ],
};

/// What was replaced is theft as soon as the edge has told that its successor is in use; the edge has its defaults.
const CONFIRMING: Plan = Plan {
    name: "confirming",
    engine: Engine::MySql,
    origin: &[("WAYLEAVE_REFRESH_REUSE_WINDOW", "0s")],
    edge: &[],
};

/// The documented system: the first request with a new token waits until the origin has confirmed it, and nothing else tells of an end.
const CONFIRMING_INLINE: Plan = Plan {
    name: "confirming-inline",
    engine: Engine::MySql,
    origin: &[("WAYLEAVE_REFRESH_REUSE_WINDOW", "0s")],
    edge: &[("CONFIRM", "inline"), ("REVOCATION", "off")],
};

/// Tokens that expire while one watches. The edge has its defaults.
const STORIES: [(Engine, Plan); 3] = [
    (Engine::MySql, story_on(Engine::MySql, "story-mysql")),
    (Engine::MariaDb, story_on(Engine::MariaDb, "story-mariadb")),
    (Engine::Sqlite, story_on(Engine::Sqlite, "story-sqlite")),
];

const fn story_on(engine: Engine, name: &'static str) -> Plan {
    Plan { name, engine, origin: &[("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "5s")], edge: &[] }
}

/// A page on another origin that may use the session.
const LISTED_ORIGIN: &str = "https://page.example.test";

const WITHOUT_SERVERS: &str =
    r#"system tests need workerd, Chromium and database servers: run "make test""#;
