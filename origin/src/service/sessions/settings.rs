//! What a deployment decides about its sessions.

use std::time::Duration;
use wayleave_shared::browser::CookiePolicy;

/// The settings of [`Sessions`](super::Sessions).
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// The `iss` of every access token.
    pub issuer: String,
    /// The `aud` of every access token, if it has one.
    pub audience: Option<String>,
    /// How long an access token is valid; whole seconds.
    pub access_validity: Duration,
    /// Whether that gets up to 5 % shorter at random, so that a crowd that logged in at once does not refresh at once.
    pub spread: bool,
    /// How long a session lives without a refresh.
    pub refresh_validity: Duration,
    /// How long a session lives at all; `None` for as long as it is refreshed.
    pub max_lifetime: Option<Duration>,
    /// How many sessions a user may have; a further log-in ends the one that was refreshed longest ago.
    pub max_per_user: Option<u32>,
    /// How long, after a refresh token's successor was first used, the token is still answered.
    pub reuse_window: Duration,
    /// What is done about refresh tokens of another system.
    pub imported_tokens: ImportedTokens,
    /// What a stolen refresh token does.
    pub theft_action: TheftAction,
    /// Whether access tokens carry an anti-CSRF token.
    pub anti_csrf: bool,
    /// What is kept of a client's address.
    pub client_address: ClientAddress,
    /// How cookies are set.
    pub cookies: CookiePolicy,
    /// Whether events are kept for a webhook.
    pub events: bool,
}

/// What a stolen refresh token does, beside the refusal and the event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TheftAction {
    /// Nothing: the app decides.
    Report,
    /// Its session is ended.
    RevokeSession,
    /// All sessions of its user are ended.
    RevokeUser,
}

impl TheftAction {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Report, Self::RevokeSession, Self::RevokeUser];

    /// As the setting, the log and the metrics have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::RevokeSession => "revoke-session",
            Self::RevokeUser => "revoke-user",
        }
    }
}

/// What is done about a refresh token of another system.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ImportedTokens {
    /// It is not ours, and no store is asked.
    Refused,
    /// Where its session was imported it is traded for ours.
    Traded,
}

/// What is kept of the address that a log-in came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ClientAddress {
    /// All of it.
    Full,
    /// Nothing.
    Off,
    /// Its network: 24 bits of IPv4, 48 of IPv6.
    Shortened,
}
