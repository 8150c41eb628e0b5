//! An empty Node project in a folder of its own, into which the packed `wayleave` is installed, as its users get it.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::process::Command;
use wayleave_dev::repository::Repository;

/// The project. Dropping it removes it.
pub(crate) struct Project {
    folder: TempDir,
    repository: Repository,
}

impl Project {
    /// Makes one with the packed `wayleave`, with these packages of the repository, and with these files of an example.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(crate) async fn of(
        example: &str,
        files: &[&str],
        packages: &[&str],
    ) -> Result<Self, String> {
        let repository = Repository::of_this_program().map_err(|error| error.to_string())?;
        let packed = repository.root().join("javascript/dist/wayleave.tgz");
        if !packed.exists() {
            let path = repository.shown(&packed);
            return Err(format!(
                "{} is missing: `tools/build-javascript` builds it",
                path.display()
            ));
        }
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let project = Self { folder, repository };
        fs::write(project.path("package.json"), r#"{"private": true, "type": "module"}"#)
            .map_err(|error| error.to_string())?;
        project.install(&packed).await?;
        for package in packages {
            let theirs = project.repository.root().join("node_modules").join(package);
            let link = project.path("node_modules").join(package);
            symlink(&theirs, &link).map_err(|error| format!("{}: {error}", link.display()))?;
        }
        let example = project.repository.root().join("examples").join(example);
        for file in files {
            copy(&example.join(file), &project.path(file))?;
        }
        Ok(project)
    }

    /// Leaves the folder to whoever runs something in it.
    pub(crate) fn into_folder(self) -> TempDir {
        self.folder
    }

    /// A path in it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The Node of the repository, to be run in it.
    pub(crate) fn node(&self) -> std::process::Command {
        let mut command = std::process::Command::new(self.repository.node_command("node"));
        command.current_dir(self.folder.path()).env("PATH", self.repository.search_path());
        command
    }

    /// Offline: it has no dependencies, so nobody has to be asked for any.
    async fn install(&self, packed: &Path) -> Result<(), String> {
        let output = Command::new("npm")
            .args(["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund"])
            .arg(packed)
            .current_dir(self.folder.path())
            .env("PATH", self.repository.search_path())
            .output()
            .await
            .map_err(|error| format!("npm: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("npm install: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error| format!("{}: {error}", from.display());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::copy(from, to).map(drop).map_err(failed)
}
