//! An empty Node project with the packed package.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{process::Command, time};
use wayleave_dev::repository::Repository;

/// The project. Dropping it removes it.
pub(crate) struct Project {
    folder: TempDir,
    repository: Repository,
}

impl Project {
    /// Makes one and installs the tarball. Nobody is asked for anything: it has no dependencies.
    pub(crate) async fn with_the_package() -> Self {
        let repository = Repository::of_this_program().expect("the repository of this test");
        let folder = tempfile::tempdir().expect("a folder");
        let project = Self { folder, repository };
        let manifest = r#"{"private": true, "type": "module"}"#;
        fs::write(project.path("package.json"), manifest).expect("a file in it");
        let tarball = project.tarball();
        let output = project
            .tool("npm")
            .args(["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund"])
            .arg(tarball)
            .output();
        expect_success("npm install", &output.await.expect("npm"));
        project
    }

    /// What would be published.
    pub(crate) fn tarball(&self) -> PathBuf {
        let tarball = self.repository.root().join("javascript/dist/wayleave.tgz");
        assert!(tarball.exists(), "{} is missing: `make test` builds it", tarball.display());
        tarball
    }

    /// A path in it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Where the types of Node are.
    pub(crate) fn type_roots(&self) -> PathBuf {
        self.repository.root().join("node_modules/@types")
    }

    /// A path in the folder of these tests.
    pub(crate) fn of_the_tests(&self, path: &str) -> PathBuf {
        self.repository.root().join("tests/tests/javascript").join(path)
    }

    /// Copies a file of these tests into it.
    pub(crate) fn bring(&self, file: &str) -> PathBuf {
        let name = Path::new(file).file_name().expect("a file's name");
        let copy = self.folder.path().join(name);
        fs::copy(self.of_the_tests(file), &copy).unwrap_or_else(|error| panic!("{file}: {error}"));
        copy
    }

    /// A program of the repository's Node packages, or of the machine, to be run in it.
    pub(crate) fn tool(&self, name: &str) -> Command {
        let own = self.repository.node_command(name);
        let mut command = if own.exists() { Command::new(own) } else { Command::new(name) };
        command
            .current_dir(self.folder.path())
            .env("PATH", self.repository.search_path())
            .env("NODE_PATH", self.repository.root().join("node_modules"))
            .env("WAYLEAVE_NODE_MODULES", self.repository.root().join("node_modules"))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

/// Waits for the end of a program, and asserts that it was content. What it said.
pub(crate) async fn run(name: &str, command: &mut Command) -> String {
    let output = time::timeout(LIMIT, command.output()).await;
    let output = output.unwrap_or_else(|_| panic!("{name} does not end"));
    let output = output.unwrap_or_else(|error| panic!("{name}: {error}: `make test` installs it"));
    expect_success(name, &output);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn expect_success(name: &str, output: &Output) {
    assert!(
        output.status.success(),
        "{name}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

const LIMIT: Duration = Duration::from_mins(3);
