//! `POST /v1/sessions/refresh`.

use crate::{
    http::{
        error::ApiError,
        extract::{Body, Now, ServiceCaller},
    },
    service::{SessionError, Sessions},
};
use axum::{Json, extract::State};
use wayleave_shared::wire::{IssuedSession, RefreshSession};

/// Trades a refresh token for new tokens. A refusal that ends the session carries what clears the browser's cookies.
pub(in crate::http) async fn refresh(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Now(now): Now,
    Body(request): Body<RefreshSession>,
) -> Result<Json<IssuedSession>, ApiError> {
    let issued = sessions.refresh(&request, now).await;
    issued.map(Json).map_err(|error| over(&sessions, error))
}

/// Adds the clearing lines where the session is over.
pub(super) fn over(sessions: &Sessions, error: SessionError) -> ApiError {
    match error {
        SessionError::Theft(_) | SessionError::Unauthorised(_) => {
            ApiError::SessionOver { error, browser: sessions.cleared() }
        }
        error => error.into(),
    }
}
