//! What the operator decides. Read once at the start, from the environment.

use axum::http::{HeaderValue, Uri};
use std::{ffi::OsString, net::SocketAddr, path::PathBuf};

/// Checked settings. `Debug` shows no secret.
#[derive(Debug)]
pub(crate) struct Settings {
    /// `APP_LISTEN`: where the app listens. Only the gateway may reach it: whoever reaches the app itself can claim to be anybody.
    pub(crate) listen: SocketAddr,
    /// `ORIGIN_URL`: the origin, without a slash at the end.
    pub(crate) origin_url: String,
    /// `APP_PAGE_FOLDER`: where the bundled page.js lies.
    pub(crate) page_folder: PathBuf,
    /// `SERVICE_KEY`: what the origin knows the app by.
    pub(crate) service_key: ServiceKey,
}

/// The finished `Authorization` header. `Debug` prints `Sensitive`, and nothing else reads it but the HTTP client.
#[derive(Clone, Debug)]
pub(crate) struct ServiceKey(HeaderValue);

/// Why the app cannot start: a sentence that names the variable, what stands in it (unless it is secret) and what is accepted.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum WrongSetting {
    #[error("{0} is not set. It is {1}")]
    Missing(&'static str, &'static str),
    #[error("{0} is not UTF-8")]
    NotText(&'static str),
    #[error("{0} cannot be used, its value is hidden. It is {1}")]
    Secret(&'static str, &'static str),
    #[error("{variable} is {value:?}, but it has to be {accepted}")]
    Value { variable: &'static str, value: String, accepted: &'static str },
}

impl Settings {
    /// Reads the process's environment.
    ///
    /// # Errors
    ///
    /// The first [`WrongSetting`].
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub(crate) fn from_environment() -> Result<Self, WrongSetting> {
        Self::read(std::env::var_os)
    }

    /// Reads from anything that knows variables. An empty one counts as not set.
    fn read(environment: impl Fn(&'static str) -> Option<OsString>) -> Result<Self, WrongSetting> {
        let text = |variable| match environment(variable).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value).filter(|value| !value.is_empty())),
            Some(Err(_)) => Err(WrongSetting::NotText(variable)),
        };

        let listen = text(LISTEN)?.unwrap_or_else(|| "127.0.0.1:8790".to_owned());
        let origin_url = text(ORIGIN_URL)?.unwrap_or_else(|| "http://127.0.0.1:8788".to_owned());
        let page_folder = text(PAGE_FOLDER)?.unwrap_or_else(|| "examples/app/build".to_owned());
        let service_key =
            text(SERVICE_KEY)?.ok_or(WrongSetting::Missing(SERVICE_KEY, A_SERVICE_KEY))?;
        Ok(Self {
            listen: listen.parse().map_err(|_| WrongSetting::Value {
                variable: LISTEN,
                value: listen,
                accepted: "an address and a port, such as 127.0.0.1:8790 or [::1]:8790",
            })?,
            origin_url: origin(origin_url)?,
            page_folder: page_folder.into(),
            service_key: ServiceKey::new(&service_key)?,
        })
    }
}

impl ServiceKey {
    /// # Errors
    ///
    /// [`WrongSetting::Secret`] if the key cannot stand in a header.
    pub(crate) fn new(key: &str) -> Result<Self, WrongSetting> {
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(WrongSetting::Secret(SERVICE_KEY, A_SERVICE_KEY));
        }
        let mut header = HeaderValue::try_from(format!("Bearer {key}"))
            .map_err(|_| WrongSetting::Secret(SERVICE_KEY, A_SERVICE_KEY))?;
        header.set_sensitive(true);
        Ok(Self(header))
    }

    /// The value of the `Authorization` header, marked as sensitive.
    pub(crate) fn into_header(self) -> HeaderValue {
        self.0
    }
}

/// Accepts `http://host[:port]`, with or without a slash at the end.
fn origin(value: String) -> Result<String, WrongSetting> {
    // A password may stand before it: not to be repeated in a message.
    if value.contains('@') {
        return Err(WrongSetting::Secret(ORIGIN_URL, AN_ORIGIN));
    }
    let parts = value.parse::<Uri>().map(Uri::into_parts).unwrap_or_default();
    let plain = parts.scheme.is_some_and(|scheme| scheme.as_str() == "http")
        && parts.authority.is_some()
        && parts.path_and_query.is_none_or(|path| path == "/");
    if plain {
        return Ok(value.trim_end_matches('/').to_owned());
    }
    Err(WrongSetting::Value { variable: ORIGIN_URL, value, accepted: AN_ORIGIN })
}

const LISTEN: &str = "APP_LISTEN";
const ORIGIN_URL: &str = "ORIGIN_URL";
const PAGE_FOLDER: &str = "APP_PAGE_FOLDER";
const SERVICE_KEY: &str = "SERVICE_KEY";
const AN_ORIGIN: &str = "http://host:port and nothing more (this example is built without TLS: put it beside the origin)";
const A_SERVICE_KEY: &str =
    "one of the origin's WAYLEAVE_SERVICE_KEYS, in visible ASCII characters";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&'static str, &str)]) -> Result<Settings, String> {
        Settings::read(|wanted| {
            variables
                .iter()
                .find(|(variable, _)| *variable == wanted)
                .map(|(_, value)| value.into())
        })
        .map_err(|wrong| wrong.to_string())
    }

    #[test]
    fn the_service_key_alone_is_enough() {
        let settings = read(&[(SERVICE_KEY, "key")]).unwrap();

        assert_eq!(settings.listen.to_string(), "127.0.0.1:8790");
        assert_eq!(settings.origin_url, "http://127.0.0.1:8788");
        assert_eq!(settings.page_folder, PathBuf::from("examples/app/build"));
        assert_eq!(settings.service_key.into_header(), "Bearer key");
    }

    #[test]
    fn a_wrong_value_names_its_variable() {
        for (variable, value) in [
            (LISTEN, "8790"),
            (LISTEN, "localhost"),
            (ORIGIN_URL, "127.0.0.1:8788"),
            (ORIGIN_URL, "https://origin.example"),
            (ORIGIN_URL, "http://user:pass@origin.example"),
            (ORIGIN_URL, "http://origin.example/v1"),
            (SERVICE_KEY, "two words"),
            (SERVICE_KEY, ""),
        ] {
            let mut variables = vec![(variable, value)];
            if variable != SERVICE_KEY {
                variables.push((SERVICE_KEY, "key"));
            }
            let sentence = read(&variables).unwrap_err();
            assert!(sentence.starts_with(variable), "{variable}={value}: {sentence}");
        }
    }

    #[test]
    fn secrets_are_shown_neither_in_debug_output_nor_in_a_refusal() {
        let settings = read(&[(SERVICE_KEY, "hunter2")]).unwrap();
        let refusals = [
            read(&[(SERVICE_KEY, "hunter2 ")]).unwrap_err(),
            read(&[(SERVICE_KEY, "key"), (ORIGIN_URL, "http://app:hunter2@origin.example")])
                .unwrap_err(),
        ];

        assert!(!format!("{settings:?} {refusals:?}").contains("hunter2"));
    }
}
