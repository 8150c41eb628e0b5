//! Where programs, tools and pages lie.

use crate::error::StartError;
use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// A clone of this repository, built.
#[derive(Clone, Debug)]
pub struct Repository {
    root: PathBuf,
    programs: PathBuf,
}

impl Repository {
    /// The clone of which the running program was built, and the folder in which cargo put it.
    ///
    /// # Errors
    ///
    /// [`StartError::File`] if the operating system cannot tell where the running program lies.
    pub fn of_this_program() -> Result<Self, StartError> {
        let program = env::current_exe().map_err(|source| StartError::File {
            action: "find",
            path: "the running program".into(),
            source,
        })?;
        let mut programs = program.parent().unwrap_or(Path::new("."));
        // Test programs lie one level deeper.
        if programs.ends_with("deps") {
            programs = programs.parent().unwrap_or(programs);
        }
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        Ok(Self { root: own.parent().unwrap_or(own).to_owned(), programs: programs.to_owned() })
    }

    /// The top folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A program of the workspace, by name.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// A command of the Node packages, by name.
    #[must_use]
    pub fn node_command(&self, name: &str) -> PathBuf {
        self.root.join("node_modules/.bin").join(name)
    }

    /// The folder of the bundled page.
    #[must_use]
    pub fn page_folder(&self) -> PathBuf {
        self.root.join("examples/app/build")
    }

    /// `PATH` with the Node packages before whatever the machine has.
    #[must_use]
    pub fn search_path(&self) -> OsString {
        let folder = self.root.join("node_modules/.bin");
        let rest = inherited_path();
        let folders = std::iter::once(folder).chain(env::split_paths(&rest));
        // Only a colon in a folder's name could make it fail, and then the machine's own order is what is left.
        env::join_paths(folders).unwrap_or(rest)
    }

    /// Looks whether all is there that a start needs.
    ///
    /// # Errors
    ///
    /// [`StartError::Missing`] with the first that is not.
    pub fn check(&self) -> Result<(), StartError> {
        let needed = [
            ("Node", self.node_command("node")),
            ("wrangler", self.node_command("wrangler")),
            ("the origin's program", self.program(ORIGIN)),
            ("the example app's program", self.program(APP)),
            ("the example app's page", self.page_folder().join("page.js")),
            ("the built worker", self.root.join("edge/build/index.js")),
        ];
        match needed.into_iter().find(|(_, path)| !path.exists()) {
            Some((what, path)) => Err(StartError::Missing { what, path: self.shown(&path) }),
            None => Ok(()),
        }
    }

    /// A path as people like to read it: relative to the top folder where it lies below it.
    #[must_use]
    pub fn shown(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).to_owned()
    }
}

#[expect(clippy::disallowed_methods, reason = "children need the machine's search path too")]
fn inherited_path() -> OsString {
    env::var_os("PATH").unwrap_or_default()
}

/// The origin's program.
pub const ORIGIN: &str = "wayleave-origin";

/// The example app's program.
pub const APP: &str = "wayleave-example-app";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_the_command_that_brings_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        let repository = Repository { programs: root.join("target/debug"), root };

        let error = repository.check().unwrap_err().to_string();

        assert_eq!(error, "Node is missing (node_modules/.bin/node): `make dev` installs it");
    }

    #[test]
    fn the_node_packages_come_first_on_the_search_path() {
        let repository = Repository::of_this_program().unwrap();

        let first = env::split_paths(&repository.search_path()).next().unwrap();

        assert!(first.ends_with("node_modules/.bin"));
        assert!(repository.root().join("Cargo.lock").exists());
    }
}
