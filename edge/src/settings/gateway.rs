//! What only the gateway needs.

use super::{SessionDataAccess, TrustKey};
use crate::{
    gateway::RequiredClaims,
    path::{PathPattern, PathPolicy},
};
use wayleave_shared::web_origin::WebOrigin;

/// The settings of the gateway.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// `UPSTREAM`: where the app answers.
    pub upstream: Upstream,
    /// `UPSTREAM_TIMEOUT`: how long the app may take until its answer begins, in milliseconds.
    pub upstream_timeout_ms: Option<u32>,
    /// `TRUST_KEY`: what proves to the app that a request came through the gateway.
    pub trust_key: Option<TrustKey>,
    /// `AUTH_BASE_PATH`: where our own routes lie; begins with `/`, does not end with it.
    pub auth_base_path: String,
    /// `REFRESH_PATH_ALIASES`: further paths that are the refresh route.
    pub refresh_path_aliases: Vec<String>,
    /// `PROTECTED_PATHS`, `PUBLIC_PATHS` and `ANONYMOUS_PATHS`; the paths of `REQUIRED_CLAIMS` are protected too.
    pub paths: PathPolicy,
    /// `ANTI_CSRF_OFF_PATHS`: where unsafe methods need no anti-CSRF token.
    pub anti_csrf_off: Vec<PathPattern>,
    /// `REQUIRED_CLAIMS`.
    pub required_claims: RequiredClaims,
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
    /// At another Worker, bound as a service named `UPSTREAM`.
    Binding,
    /// At this server.
    Url(WebOrigin),
}

/// What stands for a variable that is not text but a service binding.
pub const SERVICE_BINDING: &str = "a service binding";

impl GatewaySettings {
    /// Where the app verifies for itself: every path is protected, and nothing is forwarded.
    #[must_use]
    pub fn none() -> Self {
        Self {
            upstream: Upstream::Nowhere,
            upstream_timeout_ms: None,
            trust_key: None,
            auth_base_path: DEFAULT_BASE_PATH.to_owned(),
            refresh_path_aliases: Vec::new(),
            paths: PathPolicy {
                protected: vec![PathPattern::Below(String::new())],
                public: Vec::new(),
                anonymous: Vec::new(),
            },
            anti_csrf_off: Vec::new(),
            required_claims: RequiredClaims::default(),
            session_data_access: SessionDataAccess::Off,
            allowed_origins: Vec::new(),
        }
    }
}

pub(super) const DEFAULT_BASE_PATH: &str = "/auth";
