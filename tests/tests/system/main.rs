//! The system tests: through real workerd to a real origin on real databases.

mod cross_site;
mod dev_program;
mod gateway;
mod log_in;
mod origin_calls;
mod outage;
mod refusals;
mod session_data;
mod story;

use std::process::ExitCode;
use wayleave_tests::{
    database::Engine,
    harness::Suite,
    system::{Plan, System},
};

fn main() -> ExitCode {
    let Some(mut suite) = Suite::new(WITHOUT_SERVERS) else { return ExitCode::SUCCESS };
    for (engine, plan) in STORIES {
        suite.add(&format!("story::{engine}"), plan, story::all());
    }
    suite.add("gateway", MYSQL, gateway::all());
    suite.add("log_in", MYSQL, log_in::all());
    suite.add("session_data", MYSQL, session_data::all());
    suite.add("refusals", MYSQL, refusals::all());
    suite.add("cross_site", MYSQL, cross_site::all());
    suite.add("origin_calls", MYSQL, origin_calls::all());
    suite.add("outage", MYSQL, outage::all());
    dev_program::add_to(&mut suite);
    suite.run()
}

/// Whatever does not wait for tokens to expire.
const MYSQL: Plan = Plan {
    name: "mysql",
    engine: Engine::MySql,
    origin: &[("WAYLEAVE_ALLOWED_ORIGINS", LISTED_ORIGIN)],
    edge: &[("ALLOWED_ORIGINS", LISTED_ORIGIN), ("SESSION_DATA_ACCESS", "read-write")],
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
