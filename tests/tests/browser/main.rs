//! The browser tests: each story of `tests/browser/` drives a real Chromium against a running system.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};
use tokio::process::Command;
use wayleave_dev::repository::Repository;
use wayleave_tests::{
    control::Control,
    database::Engine,
    environment,
    harness::Suite,
    system::{PAGE_ORIGIN, Plan, System},
};

fn main() -> ExitCode {
    let Some(mut suite) = Suite::new(WITHOUT_BROWSER) else { return ExitCode::SUCCESS };
    let repository = Repository::of_this_program().expect("the repository of this test");
    for story in stories(&repository.root().join("tests/browser")) {
        let name = story.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let repository = repository.clone();
        suite.add_with(format!("browser::{name}"), plan(&name), |system| async move {
            play(&repository, &story, &system).await;
        });
    }
    suite.run()
}

/// Every `.mjs` file of the folder is a story; what they share lies in folders below.
fn stories(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of the stories");
    let mut stories: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "mjs"))
        .collect();
    stories.sort();
    assert!(!stories.is_empty(), "there is a story in {}", folder.display());
    stories
}

/// The system that a story wants.
fn plan(story: &str) -> Plan {
    match story {
        "every_client" => CLIENTS,
        "every_client_as_documented" => AS_DOCUMENTED,
        "every_client_cross_site" => CROSS_SITE,
        "older_cookie_domain" => OLDER_DOMAIN,
        "two_tabs" => TWO_TABS,
        _ => MYSQL,
    }
}

/// Plays a story; its exit code decides, and what it said explains.
async fn play(repository: &Repository, story: &Path, system: &Arc<System>) {
    let chromium = environment::chromium().unwrap_or_else(|sentence| panic!("{sentence}"));
    let pictures = system.logs().join("pictures");
    fs::create_dir_all(&pictures).expect("a folder for the pictures");

    let client_pages = repository.root().join(".wayleave/test/client-pages");
    assert!(
        client_pages.is_dir(),
        "the pages of the clients are missing: `tools/build --tests` makes them"
    );

    let control = Control::open(Arc::clone(system)).await;
    let mut command = Command::new(repository.node_command("node"));
    command
        .arg(story)
        .current_dir(repository.root())
        .env("PATH", repository.search_path())
        .env("WAYLEAVE_CHROMIUM", chromium)
        .env("WAYLEAVE_URL", system.url())
        .env("WAYLEAVE_PAGE_ORIGIN", system.page_origin())
        .env("WAYLEAVE_SIBLING_URL", system.sibling_url())
        .env("WAYLEAVE_CONTROL", control.url())
        .env("WAYLEAVE_CLIENT_PAGES", &client_pages)
        .env("WAYLEAVE_PICTURES", &pictures)
        .kill_on_drop(true);
    let output = tokio::time::timeout(LIMIT, command.output()).await;
    control.close().await;
    let output = output
        .expect("the story ends")
        .unwrap_or_else(|error| panic!("node: {error}: `make test` installs it"));

    assert!(
        output.status.success(),
        "{}: {}\n{}{}pictures: {}",
        story.display(),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        pictures.display()
    );
    show_tables(&String::from_utf8_lossy(&output.stdout));
}

/// Prints the lines that the end of `make test` shows.
fn show_tables(said: &str) {
    let lines: Vec<_> = said.lines().filter(|line| line.starts_with("clients: ")).collect();
    if !lines.is_empty() {
        // The name of the test stands before it on its line.
        let _ = writeln!(io::stdout(), "\n{}", lines.join("\n"));
    }
}

/// Tokens that expire while one watches, and cookies without TLS.
const MYSQL: Plan = Plan {
    name: "browser-mysql",
    engine: Engine::MySql,
    origin: &[("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "6s"), ("WAYLEAVE_COOKIE_SECURE", "false")],
    edge: &[],
};

/// For pages of the edge's own origin, and of one beside it. What is done to tokens while they are good takes less than their life.
const CLIENTS: Plan = Plan {
    name: "browser-clients",
    engine: Engine::MySql,
    origin: &[
        ("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "6s"),
        ("WAYLEAVE_COOKIE_SECURE", "false"),
        ("WAYLEAVE_ALLOWED_ORIGINS", PAGE_ORIGIN),
    ],
    edge: &[("ALLOWED_ORIGINS", PAGE_ORIGIN)],
};

/// For pages of another site. Browsers take `Secure` cookies from this machine also without TLS.
const CROSS_SITE: Plan = Plan {
    name: "browser-cross-site",
    engine: Engine::MySql,
    origin: &[
        ("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "6s"),
        ("WAYLEAVE_COOKIE_SECURE", "true"),
        ("WAYLEAVE_COOKIE_SAME_SITE", "none"),
        ("WAYLEAVE_ALLOWED_ORIGINS", PAGE_ORIGIN),
    ],
    edge: &[("ALLOWED_ORIGINS", PAGE_ORIGIN)],
};

/// Set up as the documented system was. The refresh token goes to every path, for the app has a refresh route of its own.
const AS_DOCUMENTED: Plan = Plan {
    name: "browser-as-documented",
    engine: Engine::MySql,
    origin: &[
        ("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "6s"),
        ("WAYLEAVE_COOKIE_SECURE", "false"),
        ("WAYLEAVE_EXPIRED_STATUS", "440"),
        ("WAYLEAVE_REFRESH_PATH", "/"),
        ("WAYLEAVE_ACCESS_COOKIE", "app-access"),
        ("WAYLEAVE_REFRESH_COOKIE", "app-refresh"),
        ("WAYLEAVE_MARKER_COOKIE", "app-mark"),
    ],
    edge: &[
        ("EXPIRED_STATUS", "440"),
        ("REFRESH_PATH_ALIASES", "/renew"),
        ("ACCESS_COOKIE", "app-access"),
        ("REFRESH_COOKIE", "app-refresh"),
        ("MARKER_COOKIE", "app-mark"),
    ],
};

/// Like [`CLIENTS`]; before, the cookies went to all hosts of the domain.
const OLDER_DOMAIN: Plan = Plan {
    name: "browser-older-domain",
    engine: Engine::MySql,
    origin: &[
        ("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "6s"),
        ("WAYLEAVE_COOKIE_SECURE", "false"),
        ("WAYLEAVE_OLDER_COOKIE_DOMAIN", "wayleave.localhost"),
        ("WAYLEAVE_ALLOWED_ORIGINS", PAGE_ORIGIN),
    ],
    edge: &[("ALLOWED_ORIGINS", PAGE_ORIGIN)],
};

/// Like [`CLIENTS`], with tokens that expire all the time. Their ends are whole seconds, so a spread would halve their life.
const TWO_TABS: Plan = Plan {
    name: "browser-two-tabs",
    engine: Engine::MySql,
    origin: &[
        ("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "2s"),
        ("WAYLEAVE_ACCESS_TOKEN_SPREAD", "off"),
        ("WAYLEAVE_COOKIE_SECURE", "false"),
        ("WAYLEAVE_ALLOWED_ORIGINS", PAGE_ORIGIN),
    ],
    edge: &[("ALLOWED_ORIGINS", PAGE_ORIGIN)],
};

const LIMIT: std::time::Duration = std::time::Duration::from_mins(3);

const WITHOUT_BROWSER: &str =
    r#"browser tests need workerd, Chromium and a database server: run "make test""#;
