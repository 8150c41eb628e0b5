//! What the user's shell decides.

use std::{collections::BTreeMap, num::NonZero, path::PathBuf};
use wayleave_dev::{
    error::StartError,
    repository::Repository,
    secrets::Secrets,
    settings::{Database, FOLDER_VARIABLE, Name, Ports, Settings},
};

/// Why the environment cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WrongEnvironment {
    #[error("{variable} is {value:?}, but it has to be a port between 1 and 65535")]
    Port { variable: &'static str, value: String },
    #[error(transparent)]
    Start(#[from] StartError),
}

/// The settings of `make dev`: convenient for a person at this machine, and overridden by what stands in the environment.
pub(crate) fn settings(
    repository: &Repository,
    variables: &BTreeMap<String, String>,
) -> Result<Settings, WrongEnvironment> {
    let mut ports = Ports::default();
    for (name, port) in
        Name::ALL.into_iter().zip([&mut ports.origin, &mut ports.app, &mut ports.edge])
    {
        let variable = name.port_variable();
        if let Some(value) = variables.get(variable) {
            *port = value
                .parse::<NonZero<u16>>()
                .map(NonZero::get)
                .map_err(|_| WrongEnvironment::Port { variable, value: value.clone() })?;
        }
    }

    let folder = variables.get(FOLDER_VARIABLE).map_or_else(
        || repository.root().join(".wayleave/dev"),
        |folder| absolute(repository, folder),
    );
    std::fs::create_dir_all(&folder).map_err(|source| StartError::File {
        action: "make the folder",
        path: folder.clone(),
        source,
    })?;
    let mut secrets = Secrets::read_or_generate(&folder.join("secrets.env"))?;
    if let Some(keys) = variables.get("WAYLEAVE_SERVICE_KEYS") {
        secrets.service_key.clone_from(keys);
    }
    if let Some(key) = variables.get("WAYLEAVE_MASTER_KEY") {
        secrets.master_key.clone_from(key);
    }
    let database = variables
        .get(DATABASE_URL)
        .cloned()
        .unwrap_or_else(|| format!("sqlite:{}", folder.join("wayleave.sqlite").display()));

    let mut origin_variables = BTreeMap::from(
        [
            (ACCESS_TOKEN_VALIDITY, "30s"),
            ("WAYLEAVE_COOKIE_SECURE", "false"),
            (ISSUER, "http://localhost:8787"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    origin_variables.extend(
        variables
            .iter()
            .filter(|(name, _)| is_for_the_origin(name))
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    // What the edge has to see as the origin does.
    let edge_variables = SHARED
        .into_iter()
        .filter_map(|(origin, edge)| Some((edge.to_owned(), origin_variables.get(origin)?.clone())))
        .collect();

    Ok(Settings {
        folder,
        ports,
        secrets,
        database: Database(database),
        origin_variables,
        edge_variables,
        edge_origin_url: None,
        edge_upstream_url: None,
    })
}

/// The `WAYLEAVE_…` variables of this process; empty ones count as not set.
pub(crate) fn variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, value)| name.starts_with("WAYLEAVE_") && !value.is_empty())
        .collect()
}

fn absolute(repository: &Repository, folder: &str) -> PathBuf {
    // `join` keeps an absolute path as it is.
    repository.root().join(folder)
}

/// Whether the origin is to see it. Its address follows from the ports, its keys and its database have a place of their own in the settings.
fn is_for_the_origin(name: &str) -> bool {
    !NOT_FOR_THE_ORIGIN.contains(&name) && !OTHERS.iter().any(|prefix| name.starts_with(prefix))
}

/// How long an access token lives.
pub(crate) const ACCESS_TOKEN_VALIDITY: &str = "WAYLEAVE_ACCESS_TOKEN_VALIDITY";
/// Where sessions are kept.
pub(crate) const DATABASE_URL: &str = "WAYLEAVE_DATABASE_URL";
const ISSUER: &str = "WAYLEAVE_ISSUER";

/// What the origin and the edge must see alike: the origin's variable and the edge's.
const SHARED: [(&str, &str); 4] = [
    (ACCESS_TOKEN_VALIDITY, "MAX_ACCESS_TOKEN_VALIDITY"),
    (ISSUER, "ISSUER"),
    ("WAYLEAVE_ANTI_CSRF", "ANTI_CSRF"),
    ("WAYLEAVE_ALLOWED_ORIGINS", "ALLOWED_ORIGINS"),
];

const NOT_FOR_THE_ORIGIN: [&str; 12] = [
    "WAYLEAVE_LISTEN",
    DATABASE_URL,
    "WAYLEAVE_SERVICE_KEYS",
    "WAYLEAVE_MASTER_KEY",
    // Of the tools.
    "WAYLEAVE_CARGO_DENY",
    "WAYLEAVE_CHROMIUM",
    "WAYLEAVE_DEBIAN_MIRROR",
    "WAYLEAVE_MARIADBD",
    "WAYLEAVE_MYSQLD",
    "WAYLEAVE_TOOLS",
    "WAYLEAVE_WASM_TOOLCHAIN",
    "WAYLEAVE_WORKER_BUILD",
];

/// Beginnings of variables that have nothing to do with the origin.
const OTHERS: [&str; 2] = ["WAYLEAVE_DEV_", "WAYLEAVE_TEST"];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, WrongEnvironment> {
        let folder = tempfile::tempdir().unwrap();
        let mut all: BTreeMap<_, _> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        all.insert(FOLDER_VARIABLE.to_owned(), folder.path().display().to_string());
        settings(&Repository::of_this_program().unwrap(), &all)
    }

    #[test]
    fn an_empty_environment_gives_short_lived_tokens_and_cookies_without_tls() {
        let settings = read(&[]).unwrap();

        assert_eq!(settings.ports, Ports { origin: 8788, app: 8790, edge: 8787 });
        assert!(settings.database.0.starts_with("sqlite:"));
        assert_eq!(settings.origin_variables[ACCESS_TOKEN_VALIDITY], "30s");
        assert_eq!(settings.origin_variables["WAYLEAVE_COOKIE_SECURE"], "false");
    }

    #[test]
    fn the_users_own_variables_win() {
        let settings = read(&[
            (ACCESS_TOKEN_VALIDITY, "5s"),
            (DATABASE_URL, "mysql://127.0.0.1/wayleave"),
            ("WAYLEAVE_DEV_EDGE_PORT", "9000"),
            ("WAYLEAVE_SERVICE_KEYS", "own"),
        ])
        .unwrap();

        assert_eq!(settings.origin_variables[ACCESS_TOKEN_VALIDITY], "5s");
        assert_eq!(settings.database.0, "mysql://127.0.0.1/wayleave");
        assert_eq!(settings.ports.edge, 9000);
        assert_eq!(settings.secrets.service_key, "own");
    }

    #[test]
    fn what_edge_and_origin_must_see_alike_is_given_to_both() {
        let settings =
            read(&[(ISSUER, "https://id.example"), ("WAYLEAVE_ANTI_CSRF", "off")]).unwrap();

        assert_eq!(settings.edge_variables["ISSUER"], "https://id.example");
        assert_eq!(settings.edge_variables["ANTI_CSRF"], "off");
    }

    #[test]
    fn variables_of_the_tools_do_not_reach_the_origin() {
        let settings = read(&[("WAYLEAVE_TOOLS", "/t"), ("WAYLEAVE_TEST", "all")]).unwrap();

        assert!(!settings.origin_variables.contains_key("WAYLEAVE_TOOLS"));
        assert!(!settings.origin_variables.contains_key("WAYLEAVE_TEST"));
        assert!(!settings.origin_variables.contains_key(FOLDER_VARIABLE));
    }

    #[test]
    fn a_wrong_port_is_named_with_its_value() {
        for value in ["0", "65536", "http"] {
            let error = read(&[("WAYLEAVE_DEV_APP_PORT", value)]).unwrap_err();

            assert_eq!(
                error.to_string(),
                format!(
                    "WAYLEAVE_DEV_APP_PORT is {value:?}, but it has to be a port between 1 and 65535"
                )
            );
        }
    }
}
