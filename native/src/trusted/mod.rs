//! Behind the gateway: who is asking, as its headers say.

use crate::{
    host::{Clock, system_time},
    respond,
};
use axum::{
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts, OriginalUri},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, request::Parts};
use std::{fmt, sync::Arc};
use subtle::ConstantTimeEq;
use wayleave_edge::{
    gateway::{SIGNATURE, Signed},
    respond::{ExpiredStatus, refusal},
    settings::TrustKey,
};
use wayleave_shared::{
    header, json::Json, refusal::Code, session_handle::SessionHandle, time::UnixMilliseconds,
    time::UnixSeconds, user_id::UserId,
};

/// The session of a request that came through the gateway, which verified it. A handler with it is reached with a session only; `Option<Trusted>` is `None` where there is none.
///
/// The state of the app says by which [`GatewayTrust`] its headers may be believed. No call, and no [`Wayleave`](crate::Wayleave) needed.
///
/// ```
/// use axum::{Router, routing::get};
/// use wayleave::{GatewayTrust, Trusted};
///
/// # let trust_key = "0123456789abcdefghijklmnopqrstuv";
/// let trust = GatewayTrust::signed([trust_key]).expect("the TRUST_KEY of the gateway");
/// let app: Router = Router::new()
///     .route("/api/me", get(async |session: Trusted| session.user_id.to_text()))
///     .with_state(trust);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trusted {
    /// Whose it is, in the type and to the byte in which the user logged in.
    pub user_id: UserId,
    /// Which log-in it is.
    pub handle: SessionHandle,
    /// The payload of the access token; `None` where there is none, which is not `null`.
    pub jwt_payload: Option<Json>,
}

/// Why the trust headers of a request may be believed.
#[derive(Clone)]
pub struct GatewayTrust {
    /// None: because of the network.
    keys: Option<Arc<[TrustKey]>>,
    clock: Clock,
}

/// A request without a session that could be believed in. As an answer it is 401 `unauthorised`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotTrusted {
    /// There is no session.
    #[error("there is no session")]
    NoSession,
    /// The signature is missing, wrong or old: whoever sent it is not the gateway, or has another key or clock.
    #[error("the request did not come through the gateway, or its TRUST_KEY is another one")]
    NotSigned,
}

/// A key that could be guessed, or does not fit into the gateway's settings.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a trust key has at least 32 characters of visible ASCII")]
pub struct InvalidTrustKey;

impl GatewayTrust {
    /// Because the gateway signs them (`TRUST_KEY`). Of several keys any will do: to change the gateway's, accept both for a while.
    ///
    /// # Errors
    ///
    /// [`InvalidTrustKey`]; also where there is none.
    ///
    /// # Security
    ///
    /// Whoever has seen a signed request can send it again for [`SIGNATURE_MAX_AGE_S`].
    pub fn signed<'key>(
        keys: impl IntoIterator<Item = &'key str>,
    ) -> Result<Self, InvalidTrustKey> {
        let keys: Option<Arc<[_]>> = keys.into_iter().map(TrustKey::new).collect();
        match keys {
            Some(keys) if !keys.is_empty() => {
                Ok(Self { keys: Some(keys), clock: Arc::new(system_time) })
            }
            _ => Err(InvalidTrustKey),
        }
    }

    /// Because nobody but the gateway can reach this service.
    ///
    /// # Security
    ///
    /// Whoever can connect to the service past the gateway can be anybody.
    #[must_use]
    pub fn by_network() -> Self {
        Self { keys: None, clock: Arc::new(system_time) }
    }

    /// Another clock than the system's: for tests.
    #[must_use]
    pub fn clock(self, now: impl Fn() -> UnixMilliseconds + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(now), ..self }
    }

    /// The session of a request, if it has one. `target` is path and query as the service got them.
    ///
    /// # Errors
    ///
    /// [`NotTrusted::NotSigned`].
    pub fn session(
        &self,
        method: &str,
        target: &str,
        headers: &HeaderMap,
    ) -> Result<Option<Trusted>, NotTrusted> {
        if let Some(keys) = &self.keys {
            let trust = trust_headers(headers)?;
            let presented = single(headers, SIGNATURE)?.ok_or(NotTrusted::NotSigned)?;
            let at = seconds_of(presented).ok_or(NotTrusted::NotSigned)?;
            let now = (self.clock)().whole_seconds();
            let signed = Signed { at, method, target, headers: &trust };
            let is_by = |key| {
                let expected = signed.header(key);
                bool::from(expected.as_bytes().ct_eq(presented.as_bytes()))
            };
            if now.0.abs_diff(at.0) > SIGNATURE_MAX_AGE_S || !keys.iter().any(is_by) {
                return Err(NotTrusted::NotSigned);
            }
        }
        Ok(read(headers))
    }

    fn session_of(&self, parts: &Parts) -> Result<Option<Trusted>, NotTrusted> {
        // A router that this one is nested in may have shortened the path, which was signed as it came.
        let uri = parts.extensions.get().map_or(&parts.uri, |OriginalUri(uri)| uri);
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        self.session(parts.method.as_str(), target, &parts.headers)
    }
}

impl<S> FromRequestParts<S> for Trusted
where
    S: Send + Sync,
    GatewayTrust: FromRef<S>,
{
    type Rejection = NotTrusted;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, NotTrusted> {
        GatewayTrust::from_ref(state).session_of(parts)?.ok_or(NotTrusted::NoSession)
    }
}

impl<S> OptionalFromRequestParts<S> for Trusted
where
    S: Send + Sync,
    GatewayTrust: FromRef<S>,
{
    type Rejection = NotTrusted;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, NotTrusted> {
        GatewayTrust::from_ref(state).session_of(parts)
    }
}

impl IntoResponse for NotTrusted {
    fn into_response(self) -> Response {
        respond::response(refusal(Code::Unauthorised, ExpiredStatus::default()))
    }
}

/// Shows no key.
impl fmt::Debug for GatewayTrust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.keys {
            Some(keys) => write!(formatter, "GatewayTrust({} keys)", keys.len()),
            None => formatter.write_str("GatewayTrust(network)"),
        }
    }
}

/// The session that the headers tell of; none unless all of them are whole.
fn read(headers: &HeaderMap) -> Option<Trusted> {
    let jwt_payload = match single(headers, header::TRUST_PAYLOAD).ok()? {
        Some(payload) => Some(Json::parse(payload).ok()?),
        None => None,
    };
    Some(Trusted {
        user_id: UserId::from_text(single(headers, header::TRUST_USER_ID).ok()??).ok()?,
        handle: single(headers, header::TRUST_SESSION).ok()??.parse().ok()?,
        jwt_payload,
    })
}

/// What of the headers is signed.
fn trust_headers(headers: &HeaderMap) -> Result<Vec<(&'static str, String)>, NotTrusted> {
    let mut trust = Vec::new();
    for name in [header::TRUST_USER_ID, header::TRUST_SESSION, header::TRUST_PAYLOAD] {
        trust.extend(single(headers, name)?.map(|value| (name, value.to_owned())));
    }
    Ok(trust)
}

/// The header's value, if it has one. A request that has several, or one that is not ASCII, is not the gateway's.
fn single<'headers>(
    headers: &'headers HeaderMap,
    name: &str,
) -> Result<Option<&'headers str>, NotTrusted> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| NotTrusted::NotSigned),
        (Some(_), Some(_)) => Err(NotTrusted::NotSigned),
    }
}

/// When a signature was made. Whether it is one shows when it is made again.
fn seconds_of(signature: &str) -> Option<UnixSeconds> {
    signature.split(',').nth(1)?.parse().ok().map(UnixSeconds)
}

/// How old a signature may be, and how far ahead of this clock, in seconds.
pub const SIGNATURE_MAX_AGE_S: u64 = 60;

#[cfg(test)]
mod tests;
