//! One attempt to tell the webhook something.

use crate::config::WebhookSettings;
use crate::service::webhook::Message;
use http::{Method, Request, StatusCode, Uri, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{error::Error, fmt::Write, io, time::Duration};
use wayleave_shared::time::UnixSeconds;

/// Where messages go, and what signs them.
pub(super) struct Receiver {
    settings: WebhookSettings,
    client: Transport,
}

/// TLS, but for this machine.
enum Transport {
    Plain(Client<HttpConnector, String>),
    Tls(Client<HttpsConnector<HttpConnector>, String>),
}

/// Why the receiver was not told. Never holds the address: there may be a secret in it.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotTold {
    /// The receiver did not want it. Redirects are not followed, so they too are refusals.
    #[error("the receiver answered {0}")]
    Answered(StatusCode),
    /// The request could not be put together.
    #[error("no request could be made: {0}")]
    Request(#[from] http::Error),
    /// There was no answer in time.
    #[error("no answer within {} s", TIME_LIMIT.as_secs())]
    TimedOut,
    /// There was no connection, or it broke.
    #[error("the receiver cannot be reached: {0}")]
    Unreachable(String),
}

impl Receiver {
    /// Opens no connection yet.
    ///
    /// # Errors
    ///
    /// Where TLS is needed and the system has no certificates of authorities.
    pub(super) fn new(settings: WebhookSettings) -> io::Result<Self> {
        let client = if settings.url.scheme() == Some(&http::uri::Scheme::HTTPS) {
            let connector = HttpsConnectorBuilder::new()
                .with_native_roots()?
                .https_only()
                .enable_http1()
                .build();
            Transport::Tls(Client::builder(TokioExecutor::new()).build(connector))
        } else {
            Transport::Plain(Client::builder(TokioExecutor::new()).build_http())
        };
        Ok(Self { settings, client })
    }

    /// Tells the receiver, and waits until it says that it has it.
    ///
    /// # Errors
    ///
    /// Any [`NotTold`]; the receiver may have it all the same.
    pub(super) async fn post(&self, message: &Message, now: UnixSeconds) -> Result<(), NotTold> {
        let secrets = self.settings.secrets.iter().map(|secret| secret.as_slice());
        let request = Request::builder()
            .method(Method::POST)
            .uri(Uri::clone(&self.settings.url))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("wayleave-origin/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", now.0)
            .header("webhook-signature", message.signature(secrets, now))
            .body(message.body.clone())?;
        let answer = match &self.client {
            Transport::Plain(client) => client.request(request),
            Transport::Tls(client) => client.request(request),
        };
        let answer = tokio::time::timeout(TIME_LIMIT, answer).await;
        // The answer's body is nobody's business: it is dropped unread.
        let status = answer
            .map_err(|_| NotTold::TimedOut)?
            .map_err(|error| NotTold::Unreachable(with_causes(&error)))?
            .status();
        if status.is_success() { Ok(()) } else { Err(NotTold::Answered(status)) }
    }
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

/// How long a receiver may take to answer. Much shorter than [`super::PAUSE`]: who still waits has the event for itself.
const TIME_LIMIT: Duration = Duration::from_secs(10);
