//! `wayleave-dev`, which `make dev` runs: as the person at the terminal sees it.

use nix::sys::signal::Signal;
use serde_json::json;
use std::{fs, future::Future, net::TcpListener, os::unix::fs::PermissionsExt, path::Path};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use wayleave_dev::settings::Ports;
use wayleave_tests::{
    harness::Suite,
    process::{Process, alive},
    program::{Program, kill_process},
    visitor::Visitor,
};

pub(crate) fn add_to(suite: &mut Suite) {
    macro_rules! add {
        ($($test:ident),* $(,)?) => { $(add(suite, stringify!($test), $test);)* };
    }
    add![
        a_taken_port_is_one_sentence_and_nothing_is_started,
        ctrl_c_leaves_nothing_running,
        a_polite_kill_and_a_closed_terminal_leave_nothing_running,
        ctrl_c_while_it_starts_leaves_nothing_running,
        an_origin_that_dies_is_named_and_everything_else_stopped,
        a_second_one_in_the_same_folder_is_refused_and_the_first_goes_on,
        a_setting_that_the_origin_refuses_is_shown,
        a_second_start_finds_the_secrets_and_sessions_of_the_first,
    ];
}

fn add<Test: Future<Output = ()>>(
    suite: &mut Suite,
    name: &str,
    test: impl FnOnce(Place) -> Test + Send + 'static,
) {
    suite.add_alone(format!("dev_program::{name}"), move |runtime: &Runtime| {
        runtime.block_on(test(Place::new()));
        Ok(())
    });
}

async fn a_taken_port_is_one_sentence_and_nothing_is_started(place: Place) {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("its address").port();

    let mut program = Program::start(place.path(), &Ports { origin: port, ..place.ports }, &[]);
    let ended = program.ended().await;

    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(
        ended.problems,
        format!(
            "wayleave-dev: port {port} is taken, and the origin needs it: stop what listens there, or choose another port with WAYLEAVE_DEV_ORIGIN_PORT=<port>\n"
        )
    );
    assert!(!place.path().join("logs").exists(), "nothing was started");
}

async fn ctrl_c_leaves_nothing_running(place: Place) {
    let mut program = Program::start(place.path(), &place.ports, &[]);
    program.url().await;
    let family = program.family();
    expect_workerd(&family);

    program.signal(Signal::SIGINT);
    let ended = program.ended().await;

    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(ended.problems, "");
    assert_eq!(alive(&family), []);
}

async fn a_polite_kill_and_a_closed_terminal_leave_nothing_running(place: Place) {
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let mut program = Program::start(place.path(), &place.ports, &[]);
        program.url().await;
        let family = program.family();

        program.signal(signal);
        let ended = program.ended().await;

        assert_eq!(ended.status.code(), Some(0), "{signal}: {ended:?}");
        assert_eq!(alive(&family), [], "{signal}");
    }
}

async fn ctrl_c_while_it_starts_leaves_nothing_running(place: Place) {
    let mut program = Program::start(place.path(), &place.ports, &[]);
    program.says("edge").await;
    let family = program.family();

    program.signal(Signal::SIGINT);
    let ended = program.ended().await;

    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(alive(&family), []);
}

async fn an_origin_that_dies_is_named_and_everything_else_stopped(place: Place) {
    let mut program = Program::start(place.path(), &place.ports, &[]);
    program.url().await;
    let family = program.family();
    let origin = family.iter().find(|process| process.command.contains("wayleave-origin"));

    kill_process(origin.expect("the origin runs"));
    let ended = program.ended().await;

    assert_eq!(ended.status.code(), Some(1));
    let sentence =
        "wayleave-dev: the origin ended by itself (signal: 9 (SIGKILL)). The end of its log, ";
    assert!(ended.problems.starts_with(sentence), "{}", ended.problems);
    assert_eq!(alive(&family), []);
}

async fn a_second_one_in_the_same_folder_is_refused_and_the_first_goes_on(place: Place) {
    let mut first = Program::start(place.path(), &place.ports, &[]);
    let visitor = Visitor::new(first.url().await);

    let other_ports = Ports::free().expect("free ports");
    let mut second = Program::start(place.path(), &other_ports, &[]);
    let ended = second.ended().await;

    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.problems.contains("WAYLEAVE_DEV_FOLDER"), "{}", ended.problems);
    assert_eq!(ended.problems.lines().count(), 1, "{}", ended.problems);
    visitor.log_in("alice").await;
    visitor.get("/api/me").await.expect_status(200);
}

async fn a_setting_that_the_origin_refuses_is_shown(place: Place) {
    let wrong = [("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "2000d")];
    let mut program = Program::start(place.path(), &place.ports, &wrong);
    let ended = program.ended().await;

    assert_eq!(ended.status.code(), Some(1));
    for words in ["the origin ended by itself", "WAYLEAVE_ACCESS_TOKEN_VALIDITY", "2000d"] {
        assert!(ended.problems.contains(words), "{words}: {}", ended.problems);
    }
}

async fn a_second_start_finds_the_secrets_and_sessions_of_the_first(place: Place) {
    let secrets = place.path().join("secrets.env");
    let mut first = Program::start(place.path(), &place.ports, &[]);
    let alice = Visitor::new(first.url().await);
    alice.log_in_with(json!({"userId": "alice", "sessionData": "kept"})).await.expect_status(200);
    let written = read(&secrets);
    first.signal(Signal::SIGINT);
    let said = format!("{:?}{}", first.ended().await, first.said().join("\n"));

    let mut second = Program::start(place.path(), &place.ports, &[]);
    second.url().await;

    alice.refresh().await.expect_status(200);
    assert_eq!(alice.get("/auth/session/data").await.expect(200).json()["data"], "kept");
    assert_eq!(read(&secrets), written);
    let mode = fs::metadata(&secrets).expect("the file is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for line in written.lines().filter(|line| !line.starts_with('#')) {
        let (_, secret) = line.split_once('=').expect("name and secret");
        assert!(!said.contains(secret), "a secret was printed");
    }
}

/// An empty folder, and ports that nobody uses.
struct Place {
    folder: TempDir,
    ports: Ports,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("an empty folder"),
            ports: Ports::free().expect("free ports"),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// The runtime is a grandchild: it is what a careless stop leaves behind.
fn expect_workerd(family: &[Process]) {
    let found = family.iter().any(|process| process.command.contains("workerd"));
    assert!(found, "{family:?}");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("the file can be read")
}
