//! The app's client for the origin: reads and replaces the data of one session.

use crate::settings::ServiceKey;
use reqwest::{Client, RequestBuilder, Response, StatusCode, header};
use std::{sync::Arc, time::Duration};
use wayleave_shared::{
    json::Json,
    refusal::{Code, Problem},
    session_handle::SessionHandle,
    wire::{SessionData, UpdateSessionData},
};

/// Speaks to one origin. Cheap to clone: all clones share its connections.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    client: Client,
    url: Arc<str>,
}

/// What became of a conditional write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Write {
    /// The new data is stored.
    Done,
    /// Somebody else wrote in between; nothing was changed.
    Outdated,
}

/// Why the origin gave no answer that we can use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OriginError {
    /// The session has ended since its access token was issued.
    #[error("the origin knows no such session")]
    NoSession,

    /// Our key is not one of the origin's.
    #[error("the origin refuses our SERVICE_KEY: it has to be one of its WAYLEAVE_SERVICE_KEYS")]
    ServiceKeyRefused,

    /// The origin is there, but cannot work now.
    #[error("the origin is not available")]
    Unavailable {
        /// Seconds until it makes sense to ask again.
        retry_after_s: u64,
    },

    /// An answer that this client does not know: the two are of different versions, or `ORIGIN_URL` is something else.
    #[error("the origin answered {status} and nothing that can be understood")]
    Unexpected {
        /// The HTTP status.
        status: StatusCode,
        /// What was wrong with its body.
        #[source]
        source: Option<reqwest::Error>,
    },

    /// No answer in time, or none at all.
    #[error("the origin cannot be reached")]
    Unreachable(#[source] reqwest::Error),
}

impl Origin {
    /// # Errors
    ///
    /// The HTTP client's own: it finds no source of randomness, say.
    pub(crate) fn new(url: &str, service_key: ServiceKey) -> Result<Self, reqwest::Error> {
        let headers =
            header::HeaderMap::from_iter([(header::AUTHORIZATION, service_key.into_header())]);
        let client = Client::builder()
            .default_headers(headers)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            // The key must reach the origin and nobody else.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self { client, url: url.into() })
    }

    /// What is kept in this session now, and its version.
    ///
    /// # Errors
    ///
    /// Any [`OriginError`].
    pub(crate) async fn session_data(
        &self,
        session: SessionHandle,
    ) -> Result<SessionData, OriginError> {
        let response = send(self.client.get(self.data_url(session))).await?;
        match response.status() {
            StatusCode::OK => read(response).await,
            _ => Err(refusal(response).await),
        }
    }

    /// Replaces what is kept in this session, if it still has the version that was read.
    ///
    /// # Errors
    ///
    /// Any [`OriginError`]. Losing to another writer is [`Write::Outdated`], not an error. After [`OriginError::Unreachable`] the
    /// data may or may not have been written: the answer alone can have been lost.
    pub(crate) async fn replace_session_data(
        &self,
        session: SessionHandle,
        data: Json,
        version: u64,
    ) -> Result<Write, OriginError> {
        let request = self
            .client
            .put(self.data_url(session))
            .header(header::IF_MATCH, format!("\"{version}\""))
            .json(&UpdateSessionData { data });
        let response = send(request).await?;
        match response.status() {
            StatusCode::OK => Ok(Write::Done),
            StatusCode::PRECONDITION_FAILED => Ok(Write::Outdated),
            _ => Err(refusal(response).await),
        }
    }

    /// A handle has no character that means something in a URL: its type knows only base64url.
    fn data_url(&self, session: SessionHandle) -> String {
        format!("{}/v1/sessions/{session}/data", self.url)
    }
}

async fn send(request: RequestBuilder) -> Result<Response, OriginError> {
    request.send().await.map_err(|failure| OriginError::Unreachable(failure.without_url()))
}

async fn read<T: serde::de::DeserializeOwned>(response: Response) -> Result<T, OriginError> {
    let status = response.status();
    response.json().await.map_err(|failure| {
        let failure = failure.without_url();
        if failure.is_decode() {
            return OriginError::Unexpected { status, source: Some(failure) };
        }
        OriginError::Unreachable(failure)
    })
}

/// What an answer that is no success means.
async fn refusal(response: Response) -> OriginError {
    let status = response.status();
    let retry_after_s = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or(1);
    match read::<Problem>(response).await.map(|problem| problem.code) {
        Ok(Code::ServiceKeyRefused) => OriginError::ServiceKeyRefused,
        Ok(Code::Unauthorised) => OriginError::NoSession,
        Ok(Code::Unavailable) => OriginError::Unavailable { retry_after_s },
        Ok(_) => OriginError::Unexpected { status, source: None },
        Err(unreadable) => unreadable,
    }
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// For one call: connecting, asking, reading the answer.
const TIMEOUT: Duration = Duration::from_secs(5);
