//! `GET` and `DELETE /v1/users/{userId}/sessions`.

use crate::{
    http::{
        error::ApiError,
        extract::{Path, Query, ServiceCaller},
    },
    service::{ListPage, Sessions},
};
use axum::{Json, extract::State};
use serde::{Deserialize, Deserializer, de};
use wayleave_shared::{
    session_handle::SessionHandle,
    user_id::UserId,
    wire::{RevokedSessions, SessionList},
};

/// A user id in a path: its text form.
pub(in crate::http) struct UserIdInPath(UserId);

impl<'de> Deserialize<'de> for UserIdInPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        UserId::from_text(&text).map(Self).map_err(de::Error::custom)
    }
}

/// Which page of the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Page {
    after: Option<SessionHandle>,
    limit: Option<u32>,
    current: Option<SessionHandle>,
}

/// Which sessions are ended.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Which {
    except: Option<SessionHandle>,
}

/// One page of the user's live sessions.
pub(in crate::http) async fn list(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Path(UserIdInPath(user_id)): Path<UserIdInPath>,
    Query(page): Query<Page>,
) -> Result<Json<SessionList>, ApiError> {
    let limit = page.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(ApiError::QueryLimit);
    }
    let page = ListPage { after: page.after, limit, current: page.current };
    Ok(Json(sessions.sessions_of_user(&user_id, page).await?))
}

/// Ends all of the user's sessions, but for the one that is excepted.
pub(in crate::http) async fn revoke(
    _: ServiceCaller,
    State(sessions): State<Sessions>,
    Path(UserIdInPath(user_id)): Path<UserIdInPath>,
    Query(which): Query<Which>,
) -> Result<Json<RevokedSessions>, ApiError> {
    Ok(Json(RevokedSessions { revoked: sessions.revoke_user(&user_id, which.except).await? }))
}

const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 1000;
