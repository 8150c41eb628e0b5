//! The browser tests: each story of `tests/browser/` drives a real Chromium against a running system.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};
use tokio::process::Command;
use wayleave_dev::repository::Repository;
use wayleave_tests::{
    database::Engine,
    environment,
    harness::Suite,
    system::{Plan, System},
};

fn main() -> ExitCode {
    let Some(mut suite) = Suite::new(WITHOUT_BROWSER) else { return ExitCode::SUCCESS };
    let repository = Repository::of_this_program().expect("the repository of this test");
    for story in stories(&repository.root().join("tests/browser")) {
        let name = story.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let repository = repository.clone();
        suite.add_with(format!("browser::{name}"), MYSQL, |system| async move {
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

/// Plays a story; its exit code decides, and what it said explains.
async fn play(repository: &Repository, story: &Path, system: &Arc<System>) {
    let chromium = environment::chromium().unwrap_or_else(|sentence| panic!("{sentence}"));
    let pictures = system.logs().join("pictures");
    fs::create_dir_all(&pictures).expect("a folder for the pictures");

    let mut command = Command::new(repository.node_command("node"));
    command
        .arg(story)
        .current_dir(repository.root())
        .env("PATH", repository.search_path())
        .env("WAYLEAVE_CHROMIUM", chromium)
        .env("WAYLEAVE_URL", system.url())
        .env("WAYLEAVE_PICTURES", &pictures)
        .kill_on_drop(true);
    let output = tokio::time::timeout(LIMIT, command.output())
        .await
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
}

/// Tokens that expire while one watches, and cookies without TLS.
const MYSQL: Plan = Plan {
    name: "browser-mysql",
    engine: Engine::MySql,
    origin: &[("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "6s"), ("WAYLEAVE_COOKIE_SECURE", "false")],
    edge: &[],
};

const LIMIT: std::time::Duration = std::time::Duration::from_mins(3);

const WITHOUT_BROWSER: &str =
    r#"browser tests need workerd, Chromium and a database server: run "make test""#;
