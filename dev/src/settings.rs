//! What a start decides.

use crate::{edge::Edge, error::StartError, ports, secrets::Secrets};
use std::{
    collections::BTreeMap,
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// One of the three parts, in the order in which they are started.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Name {
    /// `wayleave-origin serve`.
    Origin,
    /// `wayleave-example-app`.
    App,
    /// `wrangler dev`, and workerd below it.
    Edge,
}

impl Name {
    /// All parts, in the order in which they are started.
    pub const ALL: [Self; 3] = [Self::Origin, Self::App, Self::Edge];

    /// The variable of `wayleave-dev` that chooses the part's port.
    #[must_use]
    pub const fn port_variable(self) -> &'static str {
        match self {
            Self::Origin => "WAYLEAVE_DEV_ORIGIN_PORT",
            Self::App => "WAYLEAVE_DEV_APP_PORT",
            Self::Edge => "WAYLEAVE_DEV_EDGE_PORT",
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Origin => "origin",
            Self::App => "app",
            Self::Edge => "edge",
        })
    }
}

/// The variable of `wayleave-dev` that chooses the folder.
pub const FOLDER_VARIABLE: &str = "WAYLEAVE_DEV_FOLDER";

/// The ports of the three parts, all on 127.0.0.1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ports {
    /// The origin's.
    pub origin: u16,
    /// The app's.
    pub app: u16,
    /// The edge's: what browsers talk to.
    pub edge: u16,
}

impl Ports {
    /// Three ports that nobody uses now.
    ///
    /// # Errors
    ///
    /// [`StartError::File`] if the machine has none.
    pub fn free() -> Result<Self, StartError> {
        let [origin, app, edge] = ports::free()?;
        Ok(Self { origin, app, edge })
    }

    /// The port of this part.
    #[must_use]
    pub const fn of(&self, name: Name) -> u16 {
        match name {
            Name::Origin => self.origin,
            Name::App => self.app,
            Name::Edge => self.edge,
        }
    }
}

impl Default for Ports {
    fn default() -> Self {
        Self { origin: 8788, app: 8790, edge: 8787 }
    }
}

/// How the three parts are started. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where logs and what the tools keep go; made if it is not there.
    pub folder: PathBuf,
    /// Where the parts listen.
    pub ports: Ports,
    /// The keys.
    pub secrets: Secrets,
    /// `sqlite:…` or `mysql://…`. May hold a password, so `Debug` hides it.
    pub database: Database,
    /// Further variables of the origin, by their full names (`WAYLEAVE_…`). Those of the user's own environment play no part.
    pub origin_variables: BTreeMap<String, String>,
    /// Variables of `wrangler.toml` to override.
    pub edge_variables: BTreeMap<String, String>,
    /// Where the edge finds the origin, if not at the origin itself: a test can put a proxy between the two.
    pub edge_origin_url: Option<String>,
    /// Where the edge finds the app, if not at the app itself.
    pub edge_upstream_url: Option<String>,
}

impl Settings {
    /// The edge that every stack has.
    #[must_use]
    pub fn first_edge(&self) -> Edge {
        let local = |url: &Option<String>, port| url.clone().unwrap_or_else(|| local_url(port));
        Edge {
            port: self.ports.edge,
            origin_url: local(&self.edge_origin_url, self.ports.origin),
            upstream_url: local(&self.edge_upstream_url, self.ports.app),
        }
    }
}

/// What listens on this port of this machine.
pub(crate) fn local_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// A database URL, hidden in `Debug`.
#[derive(Clone, Eq, PartialEq)]
pub struct Database(pub String);

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.split_once(':').map_or("", |(scheme, _)| scheme);
        write!(formatter, "Database({scheme}:…)")
    }
}

/// Tells a start that is under way to give up. Clones share one switch.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Gives up as soon as possible; what was started is stopped.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether to give up.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_password_is_not_shown() {
        let database = Database("mysql://root:hunter2@127.0.0.1:3306/wayleave".to_owned());

        assert_eq!(format!("{database:?}"), "Database(mysql:…)");
    }
}
