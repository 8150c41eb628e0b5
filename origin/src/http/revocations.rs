//! `GET /v1/revocations`.

use super::{
    error::ApiError,
    extract::{Now, Query, ServiceCaller},
};
use crate::service::Revocations;
use axum::{extract::State, response::IntoResponse};
use http::header;
use serde::Deserialize;
use wayleave_shared::feed::FeedCursor;

/// Where to go on from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct From {
    since: Option<FeedCursor>,
}

/// One page of the revocation feed, as compact JWS.
pub(super) async fn page(
    _: ServiceCaller,
    State(revocations): State<Revocations>,
    Now(now): Now,
    Query(from): Query<From>,
) -> Result<impl IntoResponse, ApiError> {
    let page = revocations.page(from.since, now).await?;
    Ok(([(header::CONTENT_TYPE, "application/jose")], page))
}
