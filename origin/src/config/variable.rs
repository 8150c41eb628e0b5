//! What can be set.

use std::fmt::Write;

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name in the environment. In the file it stands in lower case without `WAYLEAVE_`.
    pub name: &'static str,
    /// What it decides.
    pub meaning: &'static str,
    /// What values are taken.
    pub accepted: &'static str,
    /// What holds where it is not set; without a default it must be set.
    pub default: Option<&'static str>,
    /// Whether its value must never be shown.
    pub secret: bool,
}

/// All settings, in the order of the help text.
pub const VARIABLES: [Variable; 37] = [
    LISTEN,
    DATABASE_URL,
    DATABASE_CONNECTIONS,
    SERVICE_KEYS,
    MASTER_KEY,
    ISSUER,
    AUDIENCE,
    ACCESS_TOKEN_VALIDITY,
    ACCESS_TOKEN_SPREAD,
    REFRESH_TOKEN_VALIDITY,
    SESSION_MAX_LIFETIME,
    MAX_SESSIONS_PER_USER,
    REFRESH_REUSE_WINDOW,
    THEFT_ACTION,
    IMPORTED_SESSIONS,
    SIGNING_KEY_INTERVAL,
    SIGNING_KEY,
    ANTI_CSRF,
    CLIENT_ADDRESS,
    COOKIE_DOMAIN,
    OLDER_COOKIE_DOMAIN,
    COOKIE_SECURE,
    COOKIE_SAME_SITE,
    ACCESS_COOKIE,
    REFRESH_COOKIE,
    MARKER_COOKIE,
    REFRESH_PATH,
    OLDER_REFRESH_PATH,
    ALLOWED_ORIGINS,
    PUBLIC_ORIGIN,
    EXPIRED_STATUS,
    WEBHOOK_URL,
    WEBHOOK_SECRET,
    EXPIRED_REMOVAL_INTERVAL,
    STOP_TIMEOUT,
    LOG,
    LOG_FORMAT,
];

/// The list of all settings for the help text.
#[must_use]
pub fn help() -> String {
    let mut text = String::from("Settings (environment, or a file given with --config):\n");
    for variable in VARIABLES {
        let default = match variable.default {
            Some("") => "default: none".to_owned(),
            Some(default) => format!("default: {default}"),
            None => "must be set".to_owned(),
        };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n  {}\n      {}\n      {}; {default}\n",
            variable.name, variable.meaning, variable.accepted
        );
    }
    text
}

pub(super) const LISTEN: Variable = Variable {
    name: "WAYLEAVE_LISTEN",
    meaning: "Where to listen. Callers bring a service key, but TLS is a proxy's job: keep this off the open internet.",
    accepted: "an IP address and port",
    default: Some("127.0.0.1:8788"),
    secret: false,
};
pub(super) const DATABASE_URL: Variable = Variable {
    name: "WAYLEAVE_DATABASE_URL",
    meaning: "Where sessions are kept: MySQL 8.4 or newer, MariaDB 10.11 or newer, or an SQLite file.",
    accepted: "mysql://user:password@host:port/database or sqlite:file",
    default: Some("sqlite:wayleave.db"),
    // Holds a password.
    secret: true,
};
pub(super) const DATABASE_CONNECTIONS: Variable = Variable {
    name: "WAYLEAVE_DATABASE_CONNECTIONS",
    meaning: "The most database connections that are open at a time.",
    accepted: "1 to 1000",
    default: Some("20"),
    secret: false,
};
pub(super) const SERVICE_KEYS: Variable = Variable {
    name: "WAYLEAVE_SERVICE_KEYS",
    meaning: "What callers of /v1 must present. List two to change one: both are valid.",
    accepted: "one or more, separated by commas, each at least 32 visible ASCII characters (wayleave-origin generate-secret makes one)",
    default: None,
    secret: true,
};
pub(super) const MASTER_KEY: Variable = Variable {
    name: "WAYLEAVE_MASTER_KEY",
    meaning: "Seals the private signing keys and makes the refresh tokens. The first of several is used, all are accepted: to change it, list the new one last on every origin, then put it in front on every origin.",
    accepted: "one or more, separated by commas, each 32 bytes as 43 characters of base64url (wayleave-origin generate-secret makes one)",
    default: None,
    secret: true,
};
pub(super) const ISSUER: Variable = Variable {
    name: "WAYLEAVE_ISSUER",
    meaning: "The deployment's name: `iss` of every access token. The edge's ISSUER must be the same.",
    accepted: "1 to 255 visible ASCII characters, by custom a URL",
    default: None,
    secret: false,
};
pub(super) const AUDIENCE: Variable = Variable {
    name: "WAYLEAVE_AUDIENCE",
    meaning: "Whom access tokens are for: their `aud`. The edge's AUDIENCE must be the same.",
    accepted: "up to 255 visible ASCII characters",
    default: Some(""),
    secret: false,
};
pub(super) const ACCESS_TOKEN_VALIDITY: Variable = Variable {
    name: "WAYLEAVE_ACCESS_TOKEN_VALIDITY",
    meaning: "How long an access token is valid. The edge's MAX_ACCESS_TOKEN_VALIDITY must not be less.",
    accepted: "a duration of whole seconds, 1s to 1000d",
    default: Some("1h"),
    secret: false,
};
pub(super) const ACCESS_TOKEN_SPREAD: Variable = Variable {
    name: "WAYLEAVE_ACCESS_TOKEN_SPREAD",
    meaning: "Whether each access token is valid for up to 5 % less, at random, so that a crowd that logged in at once does not refresh at once.",
    accepted: "on or off",
    default: Some("on"),
    secret: false,
};
pub(super) const REFRESH_TOKEN_VALIDITY: Variable = Variable {
    name: "WAYLEAVE_REFRESH_TOKEN_VALIDITY",
    meaning: "How long a session lives without a refresh.",
    accepted: "a duration, 1s to 365d",
    default: Some("100d"),
    secret: false,
};
pub(super) const SESSION_MAX_LIFETIME: Variable = Variable {
    name: "WAYLEAVE_SESSION_MAX_LIFETIME",
    meaning: "How long a session lives at all, however often it is refreshed. A change holds for older sessions from their next refresh on.",
    accepted: "a duration, 1s to 3650d, or never",
    default: Some("never"),
    secret: false,
};
pub(super) const MAX_SESSIONS_PER_USER: Variable = Variable {
    name: "WAYLEAVE_MAX_SESSIONS_PER_USER",
    meaning: "How many sessions a user may have. A further log-in ends the one that was refreshed longest ago.",
    accepted: "1 to 10000, or unlimited",
    default: Some("unlimited"),
    secret: false,
};
pub(super) const REFRESH_REUSE_WINDOW: Variable = Variable {
    name: "WAYLEAVE_REFRESH_REUSE_WINDOW",
    meaning: "How long a refresh token is still answered after its successor was first used; after that it counts as stolen. 0s turns it off.",
    accepted: "a duration up to half of WAYLEAVE_ACCESS_TOKEN_VALIDITY, or auto: a quarter of that, but at most 10s",
    default: Some("auto"),
    secret: false,
};
pub(super) const THEFT_ACTION: Variable = Variable {
    name: "WAYLEAVE_THEFT_ACTION",
    meaning: "What a stolen refresh token does, beside the refusal and the event: ends its session, ends all sessions of its user, or nothing, for the app to decide.",
    accepted: "revoke-session, revoke-user or report",
    default: Some("revoke-session"),
    secret: false,
};
pub(super) const IMPORTED_SESSIONS: Variable = Variable {
    name: "WAYLEAVE_IMPORTED_SESSIONS",
    meaning: "Whether a refresh token of another system, whose session was imported with wayleave-origin import, is traded for ours. Each text that looks like one asks the database: turn it off when they have all ended (docs/migrating-from-supertokens-4.md).",
    accepted: "on or off",
    default: Some("off"),
    secret: false,
};
pub(super) const SIGNING_KEY_INTERVAL: Variable = Variable {
    name: "WAYLEAVE_SIGNING_KEY_INTERVAL",
    meaning: "How long a signing key signs before the next takes over.",
    accepted: "a duration, 1h to 720h, or never",
    default: Some("24h"),
    secret: false,
};
pub(super) const SIGNING_KEY: Variable = Variable {
    name: "WAYLEAVE_SIGNING_KEY",
    meaning: "The key that signs, for every origin the same, instead of keys that are made here and take turns. It takes over some minutes after it is set, and stays until it is set no more.",
    accepted: "the 32-byte seed of an Ed25519 key as 43 characters of base64url (wayleave-origin generate-secret makes one)",
    default: Some(""),
    secret: true,
};
pub(super) const ANTI_CSRF: Variable = Variable {
    name: "WAYLEAVE_ANTI_CSRF",
    meaning: "Whether unsafe requests must carry the anti-CSRF token. The edge's ANTI_CSRF must be the same.",
    accepted: "on or off",
    default: Some("on"),
    secret: false,
};
pub(super) const CLIENT_ADDRESS: Variable = Variable {
    name: "WAYLEAVE_CLIENT_ADDRESS",
    meaning: "What is kept of the address that the app gives for a log-in: all, its network (24 bits of IPv4, 48 of IPv6), or nothing.",
    accepted: "full, shortened or off",
    default: Some("shortened"),
    secret: false,
};
pub(super) const COOKIE_DOMAIN: Variable = Variable {
    name: "WAYLEAVE_COOKIE_DOMAIN",
    meaning: "The domain whose hosts all get the cookies. Without it only the host that sets them does.",
    accepted: "a host name",
    default: Some(""),
    secret: false,
};
pub(super) const OLDER_COOKIE_DOMAIN: Variable = Variable {
    name: "WAYLEAVE_OLDER_COOKIE_DOMAIN",
    meaning: "What WAYLEAVE_COOKIE_DOMAIN was before it was changed: cookies that browsers still have from then are cleared.",
    accepted: "a host name, or host-only where there was none",
    default: Some(""),
    secret: false,
};
pub(super) const COOKIE_SECURE: Variable = Variable {
    name: "WAYLEAVE_COOKIE_SECURE",
    meaning: "Whether browsers send the cookies over TLS only.",
    accepted: "true or false",
    default: Some("true"),
    secret: false,
};
pub(super) const COOKIE_SAME_SITE: Variable = Variable {
    name: "WAYLEAVE_COOKIE_SAME_SITE",
    meaning: "Whether requests of other sites carry the cookies; none wants WAYLEAVE_COOKIE_SECURE=true. auto is none where a page of WAYLEAVE_ALLOWED_ORIGINS is on another site than WAYLEAVE_PUBLIC_ORIGIN, else lax.",
    accepted: "auto, lax, strict or none",
    default: Some("auto"),
    secret: false,
};
pub(super) const ACCESS_COOKIE: Variable = Variable {
    name: "WAYLEAVE_ACCESS_COOKIE",
    meaning: "The name of the access token's cookie. The edge's ACCESS_COOKIE must be the same.",
    accepted: COOKIE_NAME,
    default: Some("sAccessToken"),
    secret: false,
};
pub(super) const REFRESH_COOKIE: Variable = Variable {
    name: "WAYLEAVE_REFRESH_COOKIE",
    meaning: "The name of the refresh token's cookie. The edge's REFRESH_COOKIE must be the same.",
    accepted: COOKIE_NAME,
    default: Some("sRefreshToken"),
    secret: false,
};
pub(super) const MARKER_COOKIE: Variable = Variable {
    name: "WAYLEAVE_MARKER_COOKIE",
    meaning: "The name of the cookie that tells scripts that a session may exist. The edge's MARKER_COOKIE must be the same.",
    accepted: COOKIE_NAME,
    default: Some("sIdRefreshToken"),
    secret: false,
};
const COOKIE_NAME: &str = "a cookie's name of up to 64 characters, unlike the other two; with __Secure- only where WAYLEAVE_COOKIE_SECURE is true, with __Host- only where besides there is no WAYLEAVE_COOKIE_DOMAIN and the cookie's path is /";
pub(super) const REFRESH_PATH: Variable = Variable {
    name: "WAYLEAVE_REFRESH_PATH",
    meaning: "The only path to which browsers send the refresh token: the edge's base path and /session/refresh.",
    accepted: "an absolute path of letters, digits and -._~/",
    default: Some("/auth/session/refresh"),
    secret: false,
};
pub(super) const OLDER_REFRESH_PATH: Variable = Variable {
    name: "WAYLEAVE_OLDER_REFRESH_PATH",
    meaning: "What WAYLEAVE_REFRESH_PATH was before it was changed: refresh tokens that browsers still have from then are cleared.",
    accepted: "an absolute path of letters, digits and -._~/",
    default: Some(""),
    secret: false,
};
pub(super) const ALLOWED_ORIGINS: Variable = Variable {
    name: "WAYLEAVE_ALLOWED_ORIGINS",
    meaning: "The origins of pages that use the API from elsewhere. With one or more, the lines for browsers name the headers such a page may read.",
    accepted: "none or more, separated by commas, each scheme://host or scheme://host:port",
    default: Some(""),
    secret: false,
};
pub(super) const WEBHOOK_URL: Variable = Variable {
    name: "WAYLEAVE_WEBHOOK_URL",
    meaning: "Who is told of thefts and of sessions that were ended (docs/api.md). Without it nobody is.",
    accepted: "an https URL without user and password, or an http URL of this machine (localhost, 127.0.0.1, [::1])",
    default: Some(""),
    // Its path or query may hold a key.
    secret: true,
};
pub(super) const WEBHOOK_SECRET: Variable = Variable {
    name: "WAYLEAVE_WEBHOOK_SECRET",
    meaning: "Signs what the webhook is told; must be set where WAYLEAVE_WEBHOOK_URL is. Each of several signs: add a new one, teach it to the receiver, then take the old one away.",
    accepted: "one or more, separated by commas, each 32 bytes as 43 characters of base64url (wayleave-origin generate-secret makes one)",
    default: Some(""),
    secret: true,
};
pub(super) const EXPIRED_REMOVAL_INTERVAL: Variable = Variable {
    name: "WAYLEAVE_EXPIRED_REMOVAL_INTERVAL",
    meaning: "How long after one removal of expired sessions the next begins, whichever origin does it. They never answer, removed or not.",
    accepted: "a duration, 1m to 7d, or never",
    default: Some("1h"),
    secret: false,
};
pub(super) const PUBLIC_ORIGIN: Variable = Variable {
    name: "WAYLEAVE_PUBLIC_ORIGIN",
    meaning: "Where browsers reach the edge. Decides what WAYLEAVE_COOKIE_SAME_SITE=auto is.",
    accepted: "scheme://host or scheme://host:port",
    default: Some(""),
    secret: false,
};
pub(super) const EXPIRED_STATUS: Variable = Variable {
    name: "WAYLEAVE_EXPIRED_STATUS",
    meaning: "The status of answers that say that a session is over or its access token is. 440 is what version 4.0.X answered; clients of today expect 401 unless they are told. The edge's EXPIRED_STATUS is its own.",
    accepted: "401 or 440",
    default: Some("401"),
    secret: false,
};
pub(super) const STOP_TIMEOUT: Variable = Variable {
    name: "WAYLEAVE_STOP_TIMEOUT",
    meaning: "How long a stop waits for requests that run.",
    accepted: "a duration, 1s to 5m",
    default: Some("10s"),
    secret: false,
};
pub(super) const LOG: Variable = Variable {
    name: "WAYLEAVE_LOG",
    meaning: "What is logged.",
    accepted: "error, warn, info, debug or trace, also per module (info,sqlx=warn)",
    default: Some("info"),
    secret: false,
};
pub(super) const LOG_FORMAT: Variable = Variable {
    name: "WAYLEAVE_LOG_FORMAT",
    meaning: "How log lines are written.",
    accepted: "text or json",
    default: Some("text"),
    secret: false,
};
