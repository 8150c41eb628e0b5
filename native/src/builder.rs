//! Settings, checked before anything runs.

use crate::{
    Wayleave,
    host::{Clock, NativeHost},
    transport::Transport,
    upkeep,
};
use std::{collections::BTreeMap, fmt, io, sync::Arc, time::Duration};
use tokio::runtime::Handle;
use wayleave_edge::{
    Edge,
    confirmations::ConfirmMode,
    isolate::Isolate,
    respond::ExpiredStatus,
    revocations::{Mode, StaleFeed},
    settings::{Settings, SettingsError, TransferPolicy},
};
use wayleave_shared::{time::UnixMilliseconds, web_origin::WebOrigin};

/// What a [`Wayleave`] has to know. Each setting has the name and the meaning of the edge's variable, which a message about it names.
///
/// Three are needed: [`origin_url`](Self::origin_url), [`service_key`](Self::service_key) and [`issuer`](Self::issuer).
///
/// # Examples
///
/// ```
/// use wayleave::{ConnectError, Wayleave};
///
/// let wrong = Wayleave::builder().origin_url("sessions.example").connect().unwrap_err();
/// assert_eq!(
///     wrong.to_string(),
///     r#"ORIGIN_URL is "sessions.example", but must be a URL scheme://host[:port] with http or https and no path"#,
/// );
/// ```
#[derive(Clone, Default)]
pub struct Builder {
    given: BTreeMap<&'static str, String>,
    others: Option<Lookup>,
    clock: Option<Clock>,
}

type Lookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Why nothing can be verified.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The origin is reached by TLS, and the system has no certificates of authorities.
    #[error("the certificates of this system cannot be used (ORIGIN_URL): {0}")]
    Certificates(#[source] io::Error),
    /// Keys and feed are renewed in the background, which needs a runtime.
    #[error("wayleave needs a tokio runtime: connect inside of one")]
    NoRuntime,
    /// A setting is missing or wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

impl Builder {
    /// With the variables of the process's environment, named as those of the edge: `ORIGIN_URL`, `SERVICE_KEY`, `ISSUER` and so on. What is set by a function here wins.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "whoever calls it asks for the environment")]
    pub fn from_env() -> Self {
        // What is not Unicode is there, and refused by its reader.
        Self::from_variables(|name| {
            std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
        })
    }

    /// With variables from anywhere.
    ///
    /// ```no_run
    /// // Names such as `SESSIONS_ORIGIN_URL`, where the others are taken.
    /// let builder = wayleave::Builder::from_variables(|name| std::env::var(format!("SESSIONS_{name}")).ok());
    /// ```
    #[must_use]
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { others: Some(Arc::new(lookup)), ..Self::default() }
    }

    /// `ORIGIN_URL`: where the origin answers, `scheme://host[:port]`.
    #[must_use]
    pub fn origin_url(self, url: impl Into<String>) -> Self {
        self.with("ORIGIN_URL", url.into())
    }

    /// `SERVICE_KEY`: one of the origin's service keys.
    #[must_use]
    pub fn service_key(self, key: impl Into<String>) -> Self {
        self.with("SERVICE_KEY", key.into())
    }

    /// `ISSUER`: what the origin writes into its tokens.
    #[must_use]
    pub fn issuer(self, issuer: impl Into<String>) -> Self {
        self.with("ISSUER", issuer.into())
    }

    /// `AUDIENCE`: what the origin writes into its tokens. Without it a token must name none.
    #[must_use]
    pub fn audience(self, audience: impl Into<String>) -> Self {
        self.with("AUDIENCE", audience.into())
    }

    /// `MAX_ACCESS_TOKEN_VALIDITY`: the longest validity of an access token that is accepted, in whole seconds. A day unless set.
    #[must_use]
    pub fn max_access_token_validity(self, validity: Duration) -> Self {
        self.with("MAX_ACCESS_TOKEN_VALIDITY", format!("{}s", validity.as_secs()))
    }

    /// `PUBLIC_URL`: where browsers find the service, `scheme://host[:port]`. Needed behind a proxy that ends TLS: browsers that do not send `Sec-Fetch-Site` are told apart from
    /// other sites by it. Without it the request's own host counts, and its scheme is that of the connection.
    #[must_use]
    pub fn public_url(self, url: impl Into<String>) -> Self {
        self.with(PUBLIC_URL, url.into())
    }

    /// `ALLOWED_ORIGINS`: pages on other origins that may refresh and sign out, and read the answers to that. What they may do with the app's own routes is a CORS layer's to
    /// say: [`exposed_headers`](crate::exposed_headers).
    #[must_use]
    pub fn allowed_origins<'origin>(self, origins: impl IntoIterator<Item = &'origin str>) -> Self {
        self.with("ALLOWED_ORIGINS", origins.into_iter().collect::<Vec<_>>().join(","))
    }

    /// `TOKEN_TRANSFER`: how tokens may travel. As the client asks unless set.
    #[must_use]
    pub fn token_transfer(self, transfer: TransferPolicy) -> Self {
        let value = match transfer {
            TransferPolicy::Any => "any",
            TransferPolicy::Cookie => "cookie",
            TransferPolicy::Header => "header",
        };
        self.with("TOKEN_TRANSFER", value.to_owned())
    }

    /// `ACCESS_COOKIE`, `REFRESH_COOKIE` and `MARKER_COOKIE`: the names that the origin gives its cookies, in this order.
    #[must_use]
    pub fn cookie_names(self, access: &str, refresh: &str, marker: &str) -> Self {
        self.with("ACCESS_COOKIE", access.to_owned())
            .with("REFRESH_COOKIE", refresh.to_owned())
            .with("MARKER_COOKIE", marker.to_owned())
    }

    /// `EXPIRED_STATUS`: what says that a session, or only its access token, is over. 401 unless set.
    #[must_use]
    pub fn expired_status(self, status: ExpiredStatus) -> Self {
        let value = match status {
            ExpiredStatus::LoginTimeout => "440",
            ExpiredStatus::Unauthorized => "401",
        };
        self.with("EXPIRED_STATUS", value.to_owned())
    }

    /// `ANTI_CSRF`: whether requests must carry the anti-CSRF token at all. On unless set; [`Csrf`](crate::Csrf) says which ones.
    #[must_use]
    pub fn anti_csrf(self, is_on: bool) -> Self {
        self.with("ANTI_CSRF", if is_on { "on" } else { "off" }.to_owned())
    }

    /// `REVOCATION`: how an ended session is noticed. By the feed unless set.
    #[must_use]
    pub fn revocation(self, mode: Mode) -> Self {
        let value = match mode {
            Mode::Feed => "feed",
            Mode::Off => "off",
            Mode::Strict => "strict",
        };
        self.with("REVOCATION", value.to_owned())
    }

    /// `MAX_STALENESS`: how old the feed may be, 100 ms to 60 s. 2 s unless set.
    #[must_use]
    pub fn max_staleness(self, staleness: Duration) -> Self {
        self.with("MAX_STALENESS", format!("{}ms", staleness.as_millis()))
    }

    /// `STALE_FEED`: what is done while the feed cannot be renewed. Requests are rejected unless set.
    #[must_use]
    pub fn stale_feed(self, stale_feed: StaleFeed) -> Self {
        let value = match stale_feed {
            StaleFeed::Accept => "accept",
            StaleFeed::Reject => "reject",
        };
        self.with("STALE_FEED", value.to_owned())
    }

    /// `CONFIRM`: how the origin learns that a refresh token has arrived. In the background unless set.
    #[must_use]
    pub fn confirm(self, mode: ConfirmMode) -> Self {
        let value = match mode {
            ConfirmMode::Background => "background",
            ConfirmMode::Inline => "inline",
        };
        self.with("CONFIRM", value.to_owned())
    }

    /// Another clock than the system's: for tests of what expires.
    #[must_use]
    pub fn clock(self, now: impl Fn() -> UnixMilliseconds + Send + Sync + 'static) -> Self {
        Self { clock: Some(Arc::new(now)), ..self }
    }

    /// Checks the settings, and begins to fetch keys and feed in the background, on the runtime in which it is called. Waits for nothing: an origin that is away now may come
    /// later.
    ///
    /// # Errors
    ///
    /// Any [`ConnectError`].
    pub fn connect(self) -> Result<Wayleave, ConnectError> {
        let settings = Settings::read_without_gateway(|name| self.variable(name))?;
        let public_url = self.variable(PUBLIC_URL).map(public_url).transpose()?;
        let runtime = Handle::try_current().map_err(|_| ConnectError::NoRuntime)?;
        let transport = Transport::new(&settings.origin_url).map_err(ConnectError::Certificates)?;
        let host = NativeHost::new(transport, runtime.clone(), self.clock);
        let isolate = Arc::new(Isolate::new(settings));
        let edge = Edge::new(host, Arc::clone(&isolate));
        let upkeep = upkeep::begin(edge.clone(), &runtime);
        Ok(Wayleave::new(edge, isolate, public_url, upkeep))
    }

    fn variable(&self, name: &str) -> Option<String> {
        let other = || self.others.as_ref().and_then(|lookup| lookup(name));
        self.given.get(name).cloned().or_else(other)
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        self.given.insert(name, value);
        self
    }
}

/// Shows the names of what is set: there are secrets among the values.
impl fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Builder").field(&self.given.keys()).finish()
    }
}

fn public_url(text: String) -> Result<WebOrigin, SettingsError> {
    let read = text.trim().parse().ok().filter(WebOrigin::is_http);
    read.ok_or(SettingsError {
        variable: PUBLIC_URL,
        value: Some(text),
        accepted: "a URL scheme://host[:port] with http or https and no path",
    })
}

const PUBLIC_URL: &str = "PUBLIC_URL";

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Builder {
        Builder::default()
            .origin_url("http://localhost:8788")
            .service_key("0123456789abcdef0123456789abcdef")
            .issuer("https://id.example")
    }

    fn settings(builder: &Builder) -> Settings {
        Settings::read_without_gateway(|name| builder.variable(name)).unwrap()
    }

    #[test]
    fn each_function_sets_what_it_is_named_after() {
        let read = settings(
            &complete()
                .audience("apps")
                .max_access_token_validity(Duration::from_secs(90))
                .allowed_origins(["https://a.example", "https://b.example"])
                .token_transfer(TransferPolicy::Header)
                .cookie_names("a", "r", "m")
                .expired_status(ExpiredStatus::LoginTimeout)
                .anti_csrf(false)
                .revocation(Mode::Strict)
                .max_staleness(Duration::from_millis(150))
                .stale_feed(StaleFeed::Accept)
                .confirm(ConfirmMode::Inline),
        );

        assert_eq!(read.origin_url.as_str(), "http://localhost:8788");
        assert_eq!(read.service_key.authorization(), "Bearer 0123456789abcdef0123456789abcdef");
        assert_eq!(read.token_policy.issuer, "https://id.example");
        assert_eq!(read.token_policy.audience.as_deref(), Some("apps"));
        assert_eq!(read.token_policy.max_validity_s, 90);
        let allowed = read.gateway.allowed_origins.iter().map(WebOrigin::as_str);
        assert_eq!(allowed.collect::<Vec<_>>(), ["https://a.example", "https://b.example"]);
        assert_eq!(read.token_transfer, TransferPolicy::Header);
        assert_eq!(read.cookie_names.all(), ["a", "r", "m"]);
        assert_eq!(read.expired_status, ExpiredStatus::LoginTimeout);
        assert!(!read.anti_csrf);
        assert_eq!(read.revocation.default, Mode::Strict);
        assert_eq!(read.revocation.max_staleness_ms, 150);
        assert_eq!(read.revocation.stale_feed, StaleFeed::Accept);
        assert_eq!(read.confirm, ConfirmMode::Inline);
    }

    #[test]
    fn every_choice_is_one_that_the_settings_know() {
        for transfer in [TransferPolicy::Any, TransferPolicy::Cookie, TransferPolicy::Header] {
            assert_eq!(settings(&complete().token_transfer(transfer)).token_transfer, transfer);
        }
        for mode in [Mode::Feed, Mode::Off, Mode::Strict] {
            assert_eq!(settings(&complete().revocation(mode)).revocation.default, mode);
        }
        for stale_feed in [StaleFeed::Accept, StaleFeed::Reject] {
            let read = settings(&complete().stale_feed(stale_feed));
            assert_eq!(read.revocation.stale_feed, stale_feed);
        }
        for confirm in [ConfirmMode::Background, ConfirmMode::Inline] {
            assert_eq!(settings(&complete().confirm(confirm)).confirm, confirm);
        }
        for status in [ExpiredStatus::Unauthorized, ExpiredStatus::LoginTimeout] {
            assert_eq!(settings(&complete().expired_status(status)).expired_status, status);
        }
        for is_on in [true, false] {
            assert_eq!(settings(&complete().anti_csrf(is_on)).anti_csrf, is_on);
        }
    }

    #[tokio::test]
    async fn what_is_wrong_is_named_and_a_secret_is_not_shown() {
        for (builder, expected) in [
            (
                Builder::default(),
                "ORIGIN_URL is not set, but must be a URL scheme://host[:port] with http or https and no path",
            ),
            (
                complete().service_key("short secret"),
                "SERVICE_KEY is \"(hidden, 12 bytes)\", but must be one of the origin's service keys, at least 32 characters of visible ASCII without commas",
            ),
            (
                complete().max_staleness(Duration::from_mins(2)),
                "MAX_STALENESS is \"120000ms\", but must be a duration from 100ms to 60s such as 2s",
            ),
            (
                complete().public_url("app.example"),
                "PUBLIC_URL is \"app.example\", but must be a URL scheme://host[:port] with http or https and no path",
            ),
            (
                complete().public_url("capacitor://localhost"),
                "PUBLIC_URL is \"capacitor://localhost\", but must be a URL scheme://host[:port] with http or https and no path",
            ),
        ] {
            assert_eq!(builder.connect().unwrap_err().to_string(), expected);
        }
        let shown = format!("{:?}", complete());
        assert_eq!(shown, r#"Builder(["ISSUER", "ORIGIN_URL", "SERVICE_KEY"])"#);
    }

    #[tokio::test]
    async fn what_is_set_by_a_function_wins_over_variables() {
        let variables = |name: &str| match name {
            "ORIGIN_URL" => Some("http://other.example".to_owned()),
            "MAX_STALENESS" => Some("3s".to_owned()),
            "PUBLIC_URL" => Some(" https://app.example ".to_owned()),
            _ => None,
        };
        let builder = Builder { given: complete().given, ..Builder::from_variables(variables) };

        let wayleave = builder.connect().unwrap();

        let settings = wayleave.edge().settings();
        assert_eq!(settings.origin_url.as_str(), "http://localhost:8788");
        assert_eq!(settings.revocation.max_staleness_ms, 3_000);
        let request = http::Request::get("/").body(()).unwrap();
        assert_eq!(wayleave.view((&request).into()).own_origin, "https://app.example");
    }

    #[test]
    fn without_a_runtime_nothing_begins() {
        let refused = complete().connect().unwrap_err().to_string();

        assert_eq!(refused, "wayleave needs a tokio runtime: connect inside of one");
    }
}
