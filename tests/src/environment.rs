//! What `make test` hands over. The only place of this crate that reads the environment.

use std::path::PathBuf;

/// Whether the tests that need servers and a browser are to run: `WAYLEAVE_TEST=all`. Plain `cargo test` runs where nothing but
/// Rust is installed.
#[must_use]
pub fn wants_all() -> bool {
    read("WAYLEAVE_TEST").as_deref() == Some("all")
}

/// A variable that has to be there once all tests are to run.
///
/// # Errors
///
/// A sentence that says what brings it.
pub fn required(name: &str) -> Result<String, String> {
    read(name).ok_or_else(|| format!("{name} is not set: `make test` sets it"))
}

/// The browser's program.
///
/// # Errors
///
/// A sentence that says what brings it.
pub fn chromium() -> Result<PathBuf, String> {
    let path = PathBuf::from(required("WAYLEAVE_CHROMIUM")?);
    if path.exists() {
        return Ok(path);
    }
    Err(format!(
        "Chromium is missing (WAYLEAVE_CHROMIUM is {}): `make test` installs it",
        path.display()
    ))
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn read(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
