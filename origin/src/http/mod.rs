//! Routes, bodies, statuses. The only place that knows HTTP.
//!
//! One endpoint is one file, and its folder path is its URL path. `docs/api.md` lists all routes.

mod error;
mod extract;
mod health;
mod key_set;
mod layer;
mod metrics;
mod revocations;
mod sessions;
mod users;

use crate::{
    clock::Clock,
    metrics::Metrics,
    service::{Keys, Revocations, Sessions},
    store::Store,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    middleware,
    routing::{get, post, put},
};
use error::ApiError;

use std::{ops::Deref, sync::Arc};
use wayleave_shared::wire::MAX_SESSION_DATA_BODY_BYTES;

pub use extract::ServiceKeys;

/// What the handlers work with. Cheap to clone: every request does so several times.
#[derive(Clone)]
pub struct State(Arc<Parts>);

/// What the state is made of.
pub struct Parts {
    /// The sessions.
    pub sessions: Sessions,
    /// What was ended, for the feed.
    pub revocations: Revocations,
    /// The signing keys, for their public halves.
    pub keys: Arc<Keys>,
    /// The store, for its health.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What is counted.
    pub metrics: Metrics,
    /// The status of what says that a session is over.
    pub expired_status: ExpiredStatus,
    /// Who may call.
    pub service_keys: ServiceKeys,
}

impl From<Parts> for State {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for State {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Lets handlers take a part by its type.
macro_rules! extracted {
    ($($part:ident: $kind:ty),+ $(,)?) => {
        $(impl FromRef<State> for $kind {
            fn from_ref(state: &State) -> Self {
                state.$part.clone()
            }
        })+
    };
}

extracted! {
    sessions: Sessions,
    revocations: Revocations,
    keys: Arc<Keys>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    service_keys: ServiceKeys,
}

/// The status of answers that say that a session is over or its access token is: 401, or 440 as version 4.0.X of the documented system had it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ExpiredStatus(pub u16);

/// All routes of the origin.
pub fn router(state: State) -> Router {
    let data = get(sessions::data::read)
        .put(sessions::data::update)
        .patch(sessions::data::patch)
        .layer(DefaultBodyLimit::max(MAX_SESSION_DATA_BODY_BYTES));
    Router::new()
        .route("/.well-known/jwks.json", get(key_set::published))
        .route("/healthz", get(health::alive))
        .route("/metrics", get(metrics::counters))
        .route("/readyz", get(health::ready))
        .route("/v1/revocations", get(revocations::page))
        .route("/v1/sessions", post(sessions::create::create))
        .route("/v1/sessions/confirm", post(sessions::confirm::confirm))
        .route("/v1/sessions/duplicates", post(sessions::duplicates::clear))
        .route("/v1/sessions/refresh", post(sessions::refresh::refresh))
        .route("/v1/sessions/verify", post(sessions::verify::verify))
        .route(
            "/v1/sessions/{handle}",
            get(sessions::session::read).delete(sessions::session::revoke),
        )
        .route("/v1/sessions/{handle}/data", data)
        .route("/v1/sessions/{handle}/payload", put(sessions::payload::update))
        .route(
            "/v1/users/{user_id}/sessions",
            get(users::sessions::list).delete(users::sessions::revoke),
        )
        .fallback(async || ApiError::NotFound)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(state.expired_status, layer::around))
        .with_state(state)
}

/// The largest body, in bytes, of every route but session data.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
