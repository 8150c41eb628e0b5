//! Sessions: create, refresh, verify, end, and what the app keeps in them.
//!
//! | file | what it does |
//! |---|---|
//! | `settings` | what a deployment decides about its sessions |
//! | `create` | a log-in |
//! | `refresh` | a refresh token is presented: rotation, lost replies, theft |
//! | `issue` | mints tokens, and the lines that carry them |
//! | `verify` | an access token is presented; tokens are seen in use |
//! | `list` | a session, or a user's |
//! | `revoke` | the end of sessions |
//! | `data` | what the app keeps in a session |
//! | `data_writes` | writes of it that come at once |
//! | `import` | sessions of another system, and the refresh tokens that come with them |
//! | `payload` | what the app puts into its access tokens |

mod create;
mod data;
mod data_writes;
mod import;
mod imported_token;
mod issue;
mod list;
mod payload;
mod refresh;
mod revoke;
mod settings;
mod verify;

pub use import::{Candidate, Unfit};
pub use list::ListPage;
pub use settings::{ClientAddress, ImportedTokens, SessionSettings, TheftAction};

use super::{
    error::{SessionError, UnauthorisedReason},
    keys::Keys,
};
use crate::{
    metrics::Metrics,
    store::{EndReason, Ending, Store},
};
use data_writes::DataWrites;
use std::sync::Arc;
use wayleave_shared::{
    refresh_token::RefreshKeys,
    wire::{BrowserLines, ClearedDuplicates},
};

/// The sessions of a deployment. One instance serves all requests.
#[derive(Clone)]
pub struct Sessions {
    store: Arc<dyn Store>,
    data_writes: Arc<DataWrites>,
    keys: Arc<Keys>,
    refresh_keys: Arc<RefreshKeys>,
    settings: Arc<SessionSettings>,
    metrics: Metrics,
}

impl Sessions {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        keys: Arc<Keys>,
        refresh_keys: RefreshKeys,
        settings: SessionSettings,
    ) -> Self {
        let (refresh_keys, settings) = (Arc::new(refresh_keys), Arc::new(settings));
        let data_writes = Arc::new(DataWrites::new(Arc::clone(&store)));
        Self { store, data_writes, keys, refresh_keys, settings, metrics: Metrics::new() }
    }

    /// The same, counted here.
    #[must_use]
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// What tells a browser that its session is over.
    #[must_use]
    pub fn cleared(&self) -> BrowserLines {
        self.settings.cookies.cleared()
    }

    /// What a browser is told that carries two cookies of one name.
    #[must_use]
    pub fn cleared_duplicates(&self) -> ClearedDuplicates {
        self.settings.cookies.cleared_duplicates()
    }

    fn ending(&self, reason: EndReason) -> Ending {
        Ending { reason, remember: self.keys.remember(), event: self.settings.events }
    }
}

const NO_SESSION: SessionError = SessionError::Unauthorised(UnauthorisedReason::NoSession);
