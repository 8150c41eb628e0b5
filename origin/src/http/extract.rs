//! What handlers take from a request: who may call, when it arrived, its parts.

use super::{State, error::ApiError};
use crate::clock::Clock;
use axum::{
    Json,
    extract::{FromRef, FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use http::header;
use serde::de::DeserializeOwned;
use std::{convert::Infallible, fmt, sync::Arc};
use subtle::{Choice, ConstantTimeEq};
use wayleave_shared::{object::Object, time::UnixMilliseconds};
use zeroize::Zeroizing;

/// The keys that callers of the service API may present. Compared in constant time, never printed.
#[derive(Clone)]
pub struct ServiceKeys(Arc<Vec<Zeroizing<String>>>);

impl ServiceKeys {
    /// Any of these keys lets a caller in.
    #[must_use]
    pub fn new(keys: Vec<Zeroizing<String>>) -> Self {
        Self(Arc::new(keys))
    }

    /// Compares with every key, so that the time tells nothing about which one was close.
    fn accept(&self, presented: &str) -> bool {
        let matches = |key: &Zeroizing<String>| key.as_bytes().ct_eq(presented.as_bytes());
        self.0.iter().fold(Choice::from(0), |found, key| found | matches(key)).into()
    }
}

impl fmt::Debug for ServiceKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ServiceKeys({})", self.0.len())
    }
}

/// Stands first among a handler's arguments: the caller has a service key. Nothing of the request's body is read before.
pub(super) struct ServiceCaller;

impl FromRequestParts<State> for ServiceCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(ApiError::ServiceKey);
        };
        let presented = value.to_str().ok().and_then(|value| value.split_once(' '));
        let keys = ServiceKeys::from_ref(state);
        match presented {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") && keys.accept(key) => {
                Ok(Self)
            }
            _ => Err(ApiError::ServiceKey),
        }
    }
}

/// When this request arrived. Read once, so that every rule of a request agrees on the time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now(pub(super) UnixMilliseconds);

impl FromRequestParts<State> for Now {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &State) -> Result<Self, Infallible> {
        Ok(Self(Arc::<dyn Clock>::from_ref(state).now()))
    }
}

/// `axum::Json` that takes objects only, and whose refusals are [`ApiError`]s.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<State> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &State) -> Result<Self, ApiError> {
        let Json(Object(body)) = Json::<Object<T>>::from_request(request, state).await?;
        Ok(Self(body))
    }
}

/// A JSON Merge Patch (RFC 7396): any JSON value, under its own media type, so that nobody sends one by mistake.
pub(super) struct MergePatch(pub(super) wayleave_shared::json::Json);

impl FromRequest<State> for MergePatch {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &State) -> Result<Self, ApiError> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let essence = content_type.and_then(|value| value.to_str().ok()?.split(';').next());
        let is_patch = essence.is_some_and(|essence| {
            essence.trim().eq_ignore_ascii_case("application/merge-patch+json")
        });
        if !is_patch {
            return Err(ApiError::PatchMediaType);
        }
        let Json(patch) = Json::from_request(request, state).await?;
        Ok(Self(patch))
    }
}

/// `axum::extract::Path` whose refusals are [`ApiError`]s.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub(super) struct Path<T>(pub(super) T);

/// `axum::extract::Query` whose refusals are [`ApiError`]s.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub(super) struct Query<T>(pub(super) T);

/// The version that the stored data must have, from `If-Match` (RFC 9110 section 13.1.1); `None` where the header is absent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct ExpectedVersion(pub(super) Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for ExpectedVersion {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let version = value
            .to_str()
            .ok()
            .and_then(|value| value.strip_prefix('"')?.strip_suffix('"')?.parse().ok())
            .ok_or(ApiError::IfMatch)?;
        Ok(Self(Some(version)))
    }
}
