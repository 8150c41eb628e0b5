//! The secrets of a development machine: drawn from the operating system at the first run, kept in an ignored file.

use crate::error::StartError;
use base64ct::{Base64UrlUnpadded, Encoding};
use std::{
    fmt, fs,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// The keys that the parts share. Neither `Debug` nor any error shows them.
#[derive(Clone, Eq, PartialEq)]
pub struct Secrets {
    /// What the edge and the app know the origin by: `WAYLEAVE_SERVICE_KEYS`, `SERVICE_KEY`.
    pub service_key: String,
    /// What seals the signing keys in the database: `WAYLEAVE_MASTER_KEY`.
    pub master_key: String,
}

impl Secrets {
    /// Draws new ones.
    ///
    /// # Errors
    ///
    /// [`StartError::File`] if the operating system has no randomness to give.
    pub fn generate() -> Result<Self, StartError> {
        Ok(Self { service_key: draw()?, master_key: draw()? })
    }

    /// Reads the file, or makes it at the first run: readable by its owner only.
    ///
    /// # Errors
    ///
    /// [`StartError::File`] if it can be neither read nor written, or lacks one of the two.
    pub fn read_or_generate(path: &Path) -> Result<Self, StartError> {
        let failed =
            |action| move |source| StartError::File { action, path: path.to_owned(), source };
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).ok_or_else(|| {
                let lacking = format!(
                    "it has to hold {SERVICE_KEY}=… and {MASTER_KEY}=…; without the file new ones are made, and sessions in the database are lost"
                );
                failed("use")(io::Error::new(io::ErrorKind::InvalidData, lacking))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let secrets = Self::generate()?;
                write_private(path, &secrets.text()).map_err(failed("write"))?;
                Ok(secrets)
            }
            Err(error) => Err(failed("read")(error)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let value = |name: &str| {
            text.lines()
                .filter_map(|line| line.trim().split_once('='))
                .find(|(key, value)| *key == name && !value.is_empty())
                .map(|(_, value)| value.to_owned())
        };
        Some(Self { service_key: value(SERVICE_KEY)?, master_key: value(MASTER_KEY)? })
    }

    fn text(&self) -> String {
        format!(
            "# Made at the first run, for this machine only. Without the master key the signing keys in the database cannot be opened.\n\
             {SERVICE_KEY}={}\n{MASTER_KEY}={}\n",
            self.service_key, self.master_key
        )
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets")
    }
}

/// Writes a file that only its owner may read, whole or not at all.
///
/// # Errors
///
/// Whatever the file system says.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

/// 32 random bytes as base64url: what `wayleave-origin generate-secret` prints too.
fn draw() -> Result<String, StartError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| StartError::File {
        action: "draw secrets from",
        path: "the operating system's random generator".into(),
        source: io::Error::other(error.to_string()),
    })?;
    Ok(Base64UrlUnpadded::encode_string(&bytes))
}

const SERVICE_KEY: &str = "WAYLEAVE_SERVICE_KEYS";
const MASTER_KEY: &str = "WAYLEAVE_MASTER_KEY";

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_second_run_finds_the_secrets_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.env");

        let first = Secrets::read_or_generate(&path).unwrap();
        let second = Secrets::read_or_generate(&path).unwrap();

        assert!(first == second);
        assert_eq!((first.service_key.len(), first.master_key.len()), (43, 43));
        assert!(first.service_key != first.master_key);
    }

    #[test]
    fn only_the_owner_may_read_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.env");

        Secrets::read_or_generate(&path).unwrap();

        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_without_a_key_is_refused_without_showing_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.env");
        fs::write(&path, "WAYLEAVE_SERVICE_KEYS=hunter2\n").unwrap();

        let error = Secrets::read_or_generate(&path).unwrap_err().to_string();

        assert!(error.contains("WAYLEAVE_MASTER_KEY") && !error.contains("hunter2"), "{error}");
    }
}
