//! Reading each variable.

use super::{
    GatewaySettings, RevocationPolicy, SERVICE_BINDING, ServiceKey, SessionDataAccess, Settings,
    SettingsError, TransferPolicy, TrustKey, Upstream, gateway::DEFAULT_BASE_PATH,
};
use crate::{
    confirmations::ConfirmMode,
    gateway::RequiredClaims,
    path::{PathPattern, PathPolicy},
    respond::ExpiredStatus,
    revocations::{Mode, StaleFeed},
    route::Route,
};
use std::str::FromStr;
use wayleave_shared::{
    cookie::{CookieNames, is_cookie_name},
    token::TokenPolicy,
    web_origin::WebOrigin,
};

pub(super) fn settings(
    variables: &Variables<'_>,
    gateway: impl FnOnce(&Variables<'_>) -> Result<GatewaySettings, SettingsError>,
) -> Result<Settings, SettingsError> {
    let max_validity = |text: &str| {
        humantime::parse_duration(text)
            .ok()
            .map(|validity| validity.as_secs())
            .filter(|seconds| *seconds > 0)
    };
    Ok(Settings {
        origin_url: variables.required("ORIGIN_URL", HTTP_URL, http_url)?,
        service_key: variables.required("SERVICE_KEY", SERVICE_KEY, ServiceKey::new)?,
        gateway: gateway(variables)?,
        token_policy: TokenPolicy {
            issuer: variables.required(
                "ISSUER",
                "the issuer that the origin writes into its tokens",
                not_empty,
            )?,
            audience: variables.optional(
                "AUDIENCE",
                "the audience that the origin writes into its tokens",
                not_empty,
            )?,
            max_validity_s: variables
                .optional(
                    "MAX_ACCESS_TOKEN_VALIDITY",
                    "a duration of at least a second such as 90s, 1h or 1d",
                    max_validity,
                )?
                .unwrap_or(DEFAULT_MAX_VALIDITY_S),
        },
        token_transfer: variables
            .optional("TOKEN_TRANSFER", "any, cookie or header", token_transfer)?
            .unwrap_or(TransferPolicy::Any),
        cookie_names: cookie_names(variables)?,
        expired_status: variables
            .optional("EXPIRED_STATUS", "401 or 440", expired_status)?
            .unwrap_or_default(),
        anti_csrf: variables.optional("ANTI_CSRF", "on or off", on_or_off)?.unwrap_or(true),
        revocation: revocation(variables)?,
        confirm: variables
            .optional("CONFIRM", "background or inline", confirm_mode)?
            .unwrap_or(ConfirmMode::Background),
    })
}

pub(super) fn gateway(variables: &Variables<'_>) -> Result<GatewaySettings, SettingsError> {
    let auth_base_path = variables
        .optional(
            "AUTH_BASE_PATH",
            "a plain path such as /auth, without a slash at its end",
            base_path,
        )?
        .unwrap_or_else(|| DEFAULT_BASE_PATH.to_owned());
    let required_claims =
        variables.optional("REQUIRED_CLAIMS", CLAIMS, RequiredClaims::parse)?.unwrap_or_default();
    let paths = paths(variables, &required_claims)?;
    Ok(GatewaySettings {
        upstream: variables.required("UPSTREAM", UPSTREAM, upstream)?,
        upstream_timeout_ms: variables.optional(
            "UPSTREAM_TIMEOUT",
            "a duration from 100ms to 1h such as 30s",
            timeout_ms,
        )?,
        trust_key: variables.optional("TRUST_KEY", TRUST_KEY, TrustKey::new)?,
        refresh_path_aliases: refresh_path_aliases(variables, &auth_base_path)?,
        auth_base_path,
        paths,
        anti_csrf_off: variables.optional("ANTI_CSRF_OFF_PATHS", PATHS, list)?.unwrap_or_default(),
        required_claims,
        session_data_access: variables
            .optional("SESSION_DATA_ACCESS", "off, read or read-write", session_data_access)?
            .unwrap_or(SessionDataAccess::Read),
        allowed_origins: allowed_origins(variables)?,
    })
}

/// Of the gateway's, an app that verifies for itself needs only who may cause a refresh.
pub(super) fn without_gateway(variables: &Variables<'_>) -> Result<GatewaySettings, SettingsError> {
    let allowed_origins = allowed_origins(variables)?;
    Ok(GatewaySettings { allowed_origins, ..GatewaySettings::none() })
}

fn allowed_origins(variables: &Variables<'_>) -> Result<Vec<WebOrigin>, SettingsError> {
    let read = variables.optional(
        "ALLOWED_ORIGINS",
        "a comma-separated list of origins scheme://host[:port], without paths or wildcards",
        list,
    )?;
    Ok(read.unwrap_or_default())
}

/// A path that requires claims needs a session. One that is open would never be asked for them, which nobody can have meant.
fn paths(
    variables: &Variables<'_>,
    required_claims: &RequiredClaims,
) -> Result<PathPolicy, SettingsError> {
    let mut policy = PathPolicy {
        protected: variables
            .optional("PROTECTED_PATHS", PATHS, list)?
            .unwrap_or_else(|| vec![PathPattern::Below(String::new())]),
        public: variables.optional("PUBLIC_PATHS", PATHS, list)?.unwrap_or_default(),
        anonymous: variables.optional("ANONYMOUS_PATHS", PATHS, list)?.unwrap_or_default(),
    };
    let open = || policy.public.iter().chain(&policy.anonymous);
    if required_claims.paths().any(|path| open().any(|pattern| pattern.covers(path))) {
        return Err(variables.refused("REQUIRED_CLAIMS", CLAIMS_OF_OPEN_PATHS));
    }
    policy.protected.extend(required_claims.paths().cloned());
    Ok(policy)
}

fn upstream(text: &str) -> Option<Upstream> {
    if text == SERVICE_BINDING {
        return Some(Upstream::Binding);
    }
    http_url(text).map(Upstream::Url)
}

fn timeout_ms(text: &str) -> Option<u32> {
    let timeout = humantime::parse_duration(text).ok()?.as_millis();
    u32::try_from(timeout).ok().filter(|ms| TIMEOUT_MS.contains(ms))
}

fn http_url(text: &str) -> Option<WebOrigin> {
    text.parse().ok().filter(WebOrigin::is_http)
}

/// A name that two of the cookies share is the later one's fault.
fn cookie_names(variables: &Variables<'_>) -> Result<CookieNames, SettingsError> {
    let mut names = CookieNames::default();
    let wanted = [
        ("ACCESS_COOKIE", &mut names.access),
        ("REFRESH_COOKIE", &mut names.refresh),
        ("MARKER_COOKIE", &mut names.marker),
    ];
    let mut last = None;
    for (variable, name) in wanted {
        let valid = |text: &str| is_cookie_name(text).then(|| text.to_owned());
        if let Some(value) = variables.optional(variable, COOKIE_NAME, valid)? {
            last = Some((variable, value.clone()));
            *name = value;
        }
    }
    match last {
        Some((variable, value)) if !names.are_valid() => {
            Err(SettingsError { variable, value: Some(value), accepted: COOKIE_NAME })
        }
        _ => Ok(names),
    }
}

fn refresh_path_aliases(
    variables: &Variables<'_>,
    base_path: &str,
) -> Result<Vec<String>, SettingsError> {
    let aliases = |text: &str| {
        list(text)?
            .into_iter()
            .map(|pattern| match pattern {
                PathPattern::Exact(path) if !Route::is_taken(&path, base_path) => Some(path),
                PathPattern::Exact(_) | PathPattern::Below(_) => None,
            })
            .collect()
    };
    let read = variables.optional("REFRESH_PATH_ALIASES", ALIASES, aliases)?;
    Ok(read.unwrap_or_default())
}

fn revocation(variables: &Variables<'_>) -> Result<RevocationPolicy, SettingsError> {
    let staleness_ms = |text: &str| {
        let staleness = humantime::parse_duration(text).ok()?.as_millis();
        u64::try_from(staleness).ok().filter(|ms| STALENESS_MS.contains(ms))
    };
    Ok(RevocationPolicy {
        default: variables
            .optional("REVOCATION", "feed, off or strict", mode)?
            .unwrap_or(Mode::Feed),
        off: variables.optional("REVOCATION_OFF_PATHS", PATHS, list)?.unwrap_or_default(),
        strict: variables.optional("REVOCATION_STRICT_PATHS", PATHS, list)?.unwrap_or_default(),
        max_staleness_ms: variables
            .optional("MAX_STALENESS", "a duration from 100ms to 60s such as 2s", staleness_ms)?
            .unwrap_or(DEFAULT_STALENESS_MS),
        stale_feed: variables
            .optional("STALE_FEED", "reject or accept", stale_feed)?
            .unwrap_or(StaleFeed::Reject),
    })
}

/// Where the variables come from.
pub(super) struct Variables<'lookup> {
    lookup: &'lookup dyn Fn(&str) -> Option<String>,
}

impl<'lookup> Variables<'lookup> {
    pub(super) const fn new(lookup: &'lookup dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup }
    }

    fn required<T>(
        &self,
        variable: &'static str,
        accepted: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, SettingsError> {
        self.optional(variable, accepted, parse)?.ok_or(SettingsError {
            variable,
            value: None,
            accepted,
        })
    }

    /// A variable that is there must be right, also when it is empty: only one that is not set gets its default.
    fn optional<T>(
        &self,
        variable: &'static str,
        accepted: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, SettingsError> {
        let Some(text) = (self.lookup)(variable) else { return Ok(None) };
        match parse(text.trim()) {
            Some(value) => Ok(Some(value)),
            None => Err(self.refused(variable, accepted)),
        }
    }

    /// What is said of a variable whose value will not do.
    fn refused(&self, variable: &'static str, accepted: &'static str) -> SettingsError {
        let value = (self.lookup)(variable).map(|text| without_secrets(variable, text));
        SettingsError { variable, value, accepted }
    }
}

/// The value as it may be logged: no key, and no URL that may hold a password.
fn without_secrets(variable: &str, value: String) -> String {
    if matches!(variable, "SERVICE_KEY" | "TRUST_KEY") || value.contains('@') {
        return format!("(hidden, {} bytes)", value.len());
    }
    value
}

fn not_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn base_path(text: &str) -> Option<String> {
    match text.parse() {
        Ok(PathPattern::Exact(path)) if !path.ends_with('/') => Some(path),
        _ => None,
    }
}

/// A comma-separated list; empty where the variable is.
fn list<T: FromStr>(text: &str) -> Option<Vec<T>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    text.split(',').map(|entry| entry.trim().parse().ok()).collect()
}

fn session_data_access(text: &str) -> Option<SessionDataAccess> {
    match text {
        "off" => Some(SessionDataAccess::Off),
        "read" => Some(SessionDataAccess::Read),
        "read-write" => Some(SessionDataAccess::ReadWrite),
        _ => None,
    }
}

fn token_transfer(text: &str) -> Option<TransferPolicy> {
    match text {
        "any" => Some(TransferPolicy::Any),
        "cookie" => Some(TransferPolicy::Cookie),
        "header" => Some(TransferPolicy::Header),
        _ => None,
    }
}

fn expired_status(text: &str) -> Option<ExpiredStatus> {
    match text {
        "401" => Some(ExpiredStatus::Unauthorized),
        "440" => Some(ExpiredStatus::LoginTimeout),
        _ => None,
    }
}

fn on_or_off(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn mode(text: &str) -> Option<Mode> {
    match text {
        "feed" => Some(Mode::Feed),
        "off" => Some(Mode::Off),
        "strict" => Some(Mode::Strict),
        _ => None,
    }
}

fn confirm_mode(text: &str) -> Option<ConfirmMode> {
    match text {
        "background" => Some(ConfirmMode::Background),
        "inline" => Some(ConfirmMode::Inline),
        _ => None,
    }
}

fn stale_feed(text: &str) -> Option<StaleFeed> {
    match text {
        "accept" => Some(StaleFeed::Accept),
        "reject" => Some(StaleFeed::Reject),
        _ => None,
    }
}

const UPSTREAM: &str =
    "a URL scheme://host[:port] with http or https and no path, or a service binding of this name";
const CLAIMS: &str = r#"for each path the members of the JWT payload that it requires, with a string, number, boolean or null each, such as {"/admin/*": {"role": "admin"}}"#;
const CLAIMS_OF_OPEN_PATHS: &str = "about paths that PUBLIC_PATHS and ANONYMOUS_PATHS do not open";
const TRUST_KEY: &str = "at least 32 characters of visible ASCII";
const HTTP_URL: &str = "a URL scheme://host[:port] with http or https and no path";
const SERVICE_KEY: &str =
    "one of the origin's service keys, at least 32 characters of visible ASCII without commas";
const PATHS: &str = "a comma-separated list of paths such as /health, or /api/* for all below";
const COOKIE_NAME: &str = "a cookie's name of up to 64 characters, unlike the other two";
const ALIASES: &str =
    "a comma-separated list of single paths such as /session/refresh, none of them a route of ours";

/// A day: far over the hour that the origin gives its tokens unless told otherwise.
const DEFAULT_MAX_VALIDITY_S: u64 = 24 * 60 * 60;

/// Less would pull the feed without end; more is as good as an access token that lives shortly.
const STALENESS_MS: std::ops::RangeInclusive<u64> = 100..=60_000;
const DEFAULT_STALENESS_MS: u64 = 2_000;

/// Less would refuse apps that work; who waits longer has gone away.
const TIMEOUT_MS: std::ops::RangeInclusive<u32> = 100..=3_600_000;
