//! Sessions as arguments of handlers.

use crate::{Session, SessionError, Wayleave, layer::Found};
use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use std::convert::Infallible;
use wayleave_edge::Csrf;

/// A handler with it is reached with a session only. Below a [`SessionLayer`](crate::SessionLayer) it is the one that the layer found; elsewhere the request is verified here,
/// with the anti-CSRF token asked of those whose method can change something.
///
/// The rejection answers by itself. `Result<Session, SessionError>` as the argument leaves that to the handler.
impl<S> FromRequestParts<S> for Session
where
    S: Send + Sync,
    Wayleave: FromRef<S>,
{
    type Rejection = SessionError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, SessionError> {
        if let Some(Found(found)) = parts.extensions.get() {
            return found.clone();
        }
        let found = Wayleave::from_ref(state).get_session(&*parts, Csrf::default()).await;
        parts.extensions.insert(Found(found.clone()));
        found
    }
}

/// A handler with `Option<Session>` is always reached: with `None` where there is no session, whatever the reason, as on public paths behind the gateway.
impl<S> OptionalFromRequestParts<S> for Session
where
    S: Send + Sync,
    Wayleave: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Infallible> {
        let found = <Self as FromRequestParts<S>>::from_request_parts(parts, state).await;
        Ok(found.ok())
    }
}
