//! From text to checked settings.

mod cookies;
mod site;
mod webhook;

use super::{
    Source,
    variable::{self, Variable},
};
use crate::service::{ClientAddress, ImportedTokens, TheftAction};
use base64ct::{Base64UrlUnpadded, Encoding};
use std::{fmt, net::SocketAddr, ops::RangeInclusive, time::Duration};
use wayleave_shared::{browser::CookiePolicy, rotation};
use zeroize::Zeroizing;

pub use webhook::WebhookSettings;

/// Everything that can be set, checked. `Debug` shows no secret.
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The database; may hold a password.
    pub database_url: Zeroizing<String>,
    /// The most database connections.
    pub database_connections: u32,
    /// What callers must present.
    pub service_keys: Vec<Zeroizing<String>>,
    /// The first is used, all are accepted.
    pub master_keys: Vec<Zeroizing<[u8; 32]>>,
    /// The `iss` of access tokens.
    pub issuer: String,
    /// The `aud` of access tokens, if they have one.
    pub audience: Option<String>,
    /// How long access tokens are valid.
    pub access_token_validity: Duration,
    /// Whether access tokens are valid for a little less, at random.
    pub access_token_spread: bool,
    /// How long a session lives without a refresh.
    pub refresh_token_validity: Duration,
    /// How long a session lives at all; `None`: for ever.
    pub session_max_lifetime: Option<Duration>,
    /// How many sessions a user may have; `None`: any number.
    pub max_sessions_per_user: Option<u32>,
    /// How long a refresh token is still answered after its successor was first used.
    pub refresh_reuse_window: Duration,
    /// What is done about refresh tokens of imported sessions.
    pub imported_tokens: ImportedTokens,
    /// What a stolen refresh token does.
    pub theft_action: TheftAction,
    /// How long a signing key signs; `None`: for ever.
    pub signing_key_interval: Option<Duration>,
    /// The seed of the key that signs, where it is given.
    pub signing_key: Option<Zeroizing<[u8; 32]>>,
    /// Whether anti-CSRF tokens are used.
    pub anti_csrf: bool,
    /// What is kept of the address of a log-in.
    pub client_address: ClientAddress,
    /// How cookies are set.
    pub cookies: CookiePolicy,
    /// What an answer's status is that says that a session is over.
    pub expired_status: u16,
    /// Where events are told; `None`: nowhere.
    pub webhook: Option<WebhookSettings>,
    /// How long after one removal of expired sessions the next begins; `None`: there is none.
    pub expired_removal_interval: Option<Duration>,
    /// How long a stop waits.
    pub stop_timeout: Duration,
    /// What is logged.
    pub log: String,
    /// Whether log lines are JSON.
    pub log_json: bool,
}

/// Everything that is wrong with the settings, one sentence each.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigErrors(pub Vec<String>);

impl Settings {
    /// Checks all values, and tells everything that is wrong at once.
    ///
    /// # Errors
    ///
    /// [`ConfigErrors`]: per wrong value its variable, the value (secrets hidden) and what is accepted.
    pub fn parse(source: &Source) -> Result<Self, ConfigErrors> {
        let mut reader = Reader { source, errors: Vec::new() };
        let settings = reader.settings();
        match settings {
            Some(settings) if reader.errors.is_empty() => Ok(settings),
            _ => Err(ConfigErrors(reader.errors)),
        }
    }
}

struct Reader<'source> {
    source: &'source Source,
    errors: Vec<String>,
}

impl Reader<'_> {
    /// Reads every variable before it gives up on any, so that all errors are found.
    fn settings(&mut self) -> Option<Settings> {
        let listen = self.read(&variable::LISTEN, |text| text.parse().ok());
        let database_url = self.read(&variable::DATABASE_URL, database_url);
        let database_connections =
            self.read(&variable::DATABASE_CONNECTIONS, |text| number(text, 1..=1000));
        let service_keys = self.read(&variable::SERVICE_KEYS, |text| list(text, service_key));
        let master_keys = self.read(&variable::MASTER_KEY, |text| list(text, seed));
        let issuer = self.read(&variable::ISSUER, name);
        let audience = self.read(&variable::AUDIENCE, name);
        let access_token_validity = self.read(&variable::ACCESS_TOKEN_VALIDITY, |text| {
            duration(text, SECOND..=1000 * DAY).filter(|span| span.subsec_nanos() == 0)
        });
        let access_token_spread =
            self.read(&variable::ACCESS_TOKEN_SPREAD, |text| choice(text, ["off", "on"]));
        let refresh_token_validity =
            self.read(&variable::REFRESH_TOKEN_VALIDITY, |text| duration(text, SECOND..=365 * DAY));
        let session_max_lifetime = self.read(&variable::SESSION_MAX_LIFETIME, |text| {
            or_word(text, "never", |text| duration(text, SECOND..=3650 * DAY))
        });
        let max_sessions_per_user = self.read(&variable::MAX_SESSIONS_PER_USER, |text| {
            or_word(text, "unlimited", |text| number(text, 1..=10_000))
        });
        let refresh_reuse_window = self.refresh_reuse_window(access_token_validity);
        let imported_tokens = self.read(&variable::IMPORTED_SESSIONS, imported_tokens);
        let theft_action = self.read(&variable::THEFT_ACTION, theft_action);
        let signing_key_interval = self.read(&variable::SIGNING_KEY_INTERVAL, |text| {
            or_word(text, "never", |text| duration(text, HOUR..=720 * HOUR))
        });
        let signing_key = self.read(&variable::SIGNING_KEY, |text| {
            if text.is_empty() { Some(None) } else { seed(text).map(Some) }
        });
        let anti_csrf = self.read(&variable::ANTI_CSRF, |text| choice(text, ["off", "on"]));
        let client_address = self.read(&variable::CLIENT_ADDRESS, client_address);
        let cookies = self.cookies();
        let expired_status = self.read(&variable::EXPIRED_STATUS, |text| {
            text.parse().ok().filter(|status| [401, 440].contains(status))
        });
        let webhook = self.webhook();
        let expired_removal_interval = self.read(&variable::EXPIRED_REMOVAL_INTERVAL, |text| {
            or_word(text, "never", |text| duration(text, MINUTE..=7 * DAY))
        });
        let stop_timeout =
            self.read(&variable::STOP_TIMEOUT, |text| duration(text, SECOND..=5 * MINUTE));
        let log = self.read(&variable::LOG, |text| {
            text.parse::<tracing_subscriber::EnvFilter>().is_ok().then(|| text.to_owned())
        });
        let log_json = self.read(&variable::LOG_FORMAT, |text| choice(text, ["text", "json"]));
        Some(Settings {
            listen: listen?,
            database_url: database_url?,
            database_connections: database_connections?,
            service_keys: service_keys?,
            master_keys: master_keys?,
            issuer: issuer?,
            audience: Some(audience?).filter(|audience| !audience.is_empty()),
            access_token_validity: access_token_validity?,
            access_token_spread: access_token_spread?,
            refresh_token_validity: refresh_token_validity?,
            session_max_lifetime: session_max_lifetime?,
            max_sessions_per_user: max_sessions_per_user?,
            refresh_reuse_window: refresh_reuse_window?,
            imported_tokens: imported_tokens?,
            theft_action: theft_action?,
            signing_key_interval: signing_key_interval?,
            signing_key: signing_key?,
            anti_csrf: anti_csrf?,
            client_address: client_address?,
            cookies: cookies?,
            expired_status: expired_status?,
            webhook,
            expired_removal_interval: expired_removal_interval?,
            stop_timeout: stop_timeout?,
            log: log?,
            log_json: log_json?,
        })
    }

    /// A window of more than half of an access token's life would let a thief and the owner walk in step.
    fn refresh_reuse_window(&mut self, access_validity: Option<Duration>) -> Option<Duration> {
        // What is wrong with the validity is told already.
        let access_validity = access_validity.unwrap_or(1000 * DAY);
        self.read(&variable::REFRESH_REUSE_WINDOW, |text| match text {
            "auto" => Some(rotation::default_reuse_window(access_validity)),
            text => duration(text, Duration::ZERO..=1000 * DAY)
                .filter(|window| rotation::is_reuse_window(*window, access_validity)),
        })
    }

    fn read<T>(&mut self, variable: &Variable, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let Some(text) = self.source.value(variable) else {
            self.errors.push(format!("{} must be set: {}", variable.name, variable.accepted));
            return None;
        };
        let parsed = parse(text);
        if parsed.is_none() {
            let shown = if variable.secret { "(hidden)".to_owned() } else { format!("{text:?}") };
            self.errors
                .push(format!("{} is {shown}, accepted: {}", variable.name, variable.accepted));
        }
        parsed
    }
}

fn list<T>(text: &str, item: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(str::trim).map(item).collect()
}

/// `None` for a word that means no limit.
#[expect(clippy::option_option, reason = "refused is not the same as without a limit")]
fn or_word<T>(text: &str, word: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    if text == word { Some(None) } else { parse(text).map(Some) }
}

fn number(text: &str, range: RangeInclusive<u32>) -> Option<u32> {
    text.parse().ok().filter(|number| range.contains(number))
}

fn duration(text: &str, range: RangeInclusive<Duration>) -> Option<Duration> {
    humantime::parse_duration(text).ok().filter(|span| range.contains(span))
}

/// `false` for the first word, `true` for the second.
fn choice(text: &str, words: [&str; 2]) -> Option<bool> {
    words.iter().position(|word| *word == text).map(|index| index == 1)
}

fn database_url(text: &str) -> Option<Zeroizing<String>> {
    let rest = text.strip_prefix("sqlite:").or_else(|| text.strip_prefix("mysql://"))?;
    let usable = !rest.is_empty() && !rest.contains(":memory:") && !rest.contains("mode=memory");
    usable.then(|| Zeroizing::new(text.to_owned()))
}

fn service_key(text: &str) -> Option<Zeroizing<String>> {
    let fits = text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| Zeroizing::new(text.to_owned()))
}

/// 32 bytes.
fn seed(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    let length = Base64UrlUnpadded::decode(text, key.as_mut_slice()).ok()?.len();
    (length == 32).then_some(key)
}

/// The deployment's or the audience's name.
fn name(text: &str) -> Option<String> {
    let fits = text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.to_owned())
}

fn theft_action(text: &str) -> Option<TheftAction> {
    TheftAction::ALL.into_iter().find(|action| action.name() == text)
}

fn imported_tokens(text: &str) -> Option<ImportedTokens> {
    match text {
        "off" => Some(ImportedTokens::Refused),
        "on" => Some(ImportedTokens::Traded),
        _ => None,
    }
}

fn client_address(text: &str) -> Option<ClientAddress> {
    match text {
        "full" => Some(ClientAddress::Full),
        "off" => Some(ClientAddress::Off),
        "shortened" => Some(ClientAddress::Shortened),
        _ => None,
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("listen", &self.listen)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests;
