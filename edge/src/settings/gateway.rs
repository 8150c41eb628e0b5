//! What only the gateway needs.

use super::SessionDataAccess;
use crate::path::{PathPattern, PathPolicy};
use wayleave_shared::web_origin::WebOrigin;

/// The settings of the gateway.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// `UPSTREAM`: where the app answers.
    pub upstream: Upstream,
    /// `AUTH_BASE_PATH`: where our own routes lie; begins with `/`, does not end with it.
    pub auth_base_path: String,
    /// `REFRESH_PATH_ALIASES`: further paths that are the refresh route.
    pub refresh_path_aliases: Vec<String>,
    /// `PROTECTED_PATHS` and `PUBLIC_PATHS`.
    pub paths: PathPolicy,
    /// `SESSION_DATA_ACCESS`.
    pub session_data_access: SessionDataAccess,
    /// `ALLOWED_ORIGINS`: pages on other origins that may use the session.
    pub allowed_origins: Vec<WebOrigin>,
}

/// Where the app answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Upstream {
    /// There is none: the app verifies for itself, with this crate as a library.
    Nowhere,
    /// At this server.
    Url(WebOrigin),
}

impl GatewaySettings {
    /// Where the app verifies for itself: every path is protected, and nothing is forwarded.
    #[must_use]
    pub fn none() -> Self {
        Self {
            upstream: Upstream::Nowhere,
            auth_base_path: DEFAULT_BASE_PATH.to_owned(),
            refresh_path_aliases: Vec::new(),
            paths: PathPolicy {
                protected: vec![PathPattern::Below(String::new())],
                public: Vec::new(),
            },
            session_data_access: SessionDataAccess::Off,
            allowed_origins: Vec::new(),
        }
    }
}

pub(super) const DEFAULT_BASE_PATH: &str = "/auth";
