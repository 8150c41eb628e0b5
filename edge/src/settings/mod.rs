//! The worker's variables, read once per isolate into values that cannot be wrong.
//!
//! `wrangler.toml` has the same list with a comment on each. Of cookies it has the names only: the origin sends finished lines.

mod error;
mod gateway;
mod read;
mod revocation;
mod service_key;
mod trust_key;

pub use error::SettingsError;
pub use gateway::{GatewaySettings, SERVICE_BINDING, Upstream};
pub use revocation::RevocationPolicy;
pub use service_key::ServiceKey;
pub use trust_key::TrustKey;

use crate::{confirmations::ConfirmMode, respond::ExpiredStatus};
use wayleave_shared::{cookie::CookieNames, token::TokenPolicy, web_origin::WebOrigin};

/// All settings of the edge.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `ORIGIN_URL`: where the session service answers.
    pub origin_url: WebOrigin,
    /// `SERVICE_KEY`: what opens it.
    pub service_key: ServiceKey,
    /// `ISSUER` and `MAX_ACCESS_TOKEN_VALIDITY`: what access tokens must say.
    pub token_policy: TokenPolicy,
    /// `TOKEN_TRANSFER`: how tokens may travel.
    pub token_transfer: TransferPolicy,
    /// `ACCESS_COOKIE`, `REFRESH_COOKIE` and `MARKER_COOKIE`.
    pub cookie_names: CookieNames,
    /// `EXPIRED_STATUS`.
    pub expired_status: ExpiredStatus,
    /// `ANTI_CSRF`: whether unsafe requests must carry the anti-CSRF token.
    pub anti_csrf: bool,
    /// `REVOCATION` and what belongs to it: how an ended session is noticed.
    pub revocation: RevocationPolicy,
    /// `CONFIRM`: how the origin learns that a refresh token has arrived.
    pub confirm: ConfirmMode,
    /// What only the gateway needs.
    pub gateway: GatewaySettings,
}

/// What browsers may do with session data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SessionDataAccess {
    /// Nothing: the routes are not there.
    Off,
    /// Read it.
    Read,
    /// Read, replace and change it.
    ReadWrite,
}

/// How the tokens of a session may travel between browser and edge.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TransferPolicy {
    /// As the client asks at log-in.
    Any,
    /// In cookies only: the `Authorization` header is the app's.
    Cookie,
    /// In headers only: cookies count for nothing.
    Header,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// The first variable that is missing or wrong.
    ///
    /// # Examples
    ///
    /// ```
    /// use wayleave_edge::settings::{SessionDataAccess, Settings};
    ///
    /// let settings = Settings::read(|name| Some(match name {
    ///     "ORIGIN_URL" => "http://localhost:8788".into(),
    ///     "UPSTREAM" => "http://localhost:3000".into(),
    ///     "ISSUER" => "https://id.example".into(),
    ///     "SERVICE_KEY" => "k".repeat(32),
    ///     _ => return None,
    /// })).unwrap();
    /// assert_eq!(settings.gateway.auth_base_path, "/auth");
    /// assert_eq!(settings.gateway.session_data_access, SessionDataAccess::Read);
    /// assert!(settings.gateway.paths.protects("/"));
    ///
    /// let wrong = Settings::read(|_| None).unwrap_err();
    /// assert_eq!(wrong.to_string(), "ORIGIN_URL is not set, but must be a URL scheme://host[:port] with http or https and no path");
    /// ```
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        read::settings(&read::Variables::new(&variable), read::gateway)
    }

    /// Reads the settings of an app that verifies for itself: the same variables, without those of the gateway.
    ///
    /// # Errors
    ///
    /// The first variable that is missing or wrong.
    ///
    /// # Examples
    ///
    /// ```
    /// use wayleave_edge::settings::{Settings, Upstream};
    ///
    /// let settings = Settings::read_without_gateway(|name| Some(match name {
    ///     "ORIGIN_URL" => "http://localhost:8788".into(),
    ///     "ISSUER" => "https://id.example".into(),
    ///     "SERVICE_KEY" => "k".repeat(32),
    ///     _ => return None,
    /// })).unwrap();
    /// assert_eq!(settings.gateway.upstream, Upstream::Nowhere);
    /// ```
    pub fn read_without_gateway(
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        read::settings(&read::Variables::new(&variable), read::without_gateway)
    }
}

#[cfg(test)]
mod tests;
