//! `GET` and `POST /api/counter`: a number that lives in the session data.
//!
//! An example of data that several requests change at once. Reading, adding and writing is three steps, so the write says which
//! version it was computed from (`If-Match`), and the origin refuses it if somebody else was faster.

mod members;

pub(crate) use members::CounterError;

use crate::{
    error::ApiError,
    origin::{Origin, Write},
    trust::Session,
};
use axum::{Json, extract::State};
use members::Members;
use serde::Serialize;

/// The counter as it is now.
#[derive(Debug, Serialize)]
pub(crate) struct CounterAnswer {
    counter: i64,
}

/// `GET /api/counter`. Nothing stored yet is 0.
///
/// # Errors
///
/// Any [`ApiError`] of the origin or the counter.
pub(crate) async fn show(
    State(origin): State<Origin>,
    session: Session,
) -> Result<Json<CounterAnswer>, ApiError> {
    let stored = origin.session_data(session.handle).await?;
    let counter = Members::read(stored.data.as_ref())?.counter()?;
    Ok(Json(CounterAnswer { counter }))
}

/// `POST /api/counter`: adds one and keeps everything else that is stored.
///
/// # Errors
///
/// As [`show`]; [`ApiError::Crowded`] if others were faster each time.
pub(crate) async fn add(
    State(origin): State<Origin>,
    session: Session,
) -> Result<Json<CounterAnswer>, ApiError> {
    for _ in 0..ATTEMPTS {
        let stored = origin.session_data(session.handle).await?;
        let mut members = Members::read(stored.data.as_ref())?;
        let counter = members.counter()?.checked_add(1).ok_or(CounterError::Overflow)?;
        members.set_counter(counter);
        match origin
            .replace_session_data(session.handle, members.into_json(), stored.version)
            .await?
        {
            Write::Done => return Ok(Json(CounterAnswer { counter })),
            Write::Outdated => {
                tracing::debug!("somebody else changed the session data: reading it again");
            }
        }
    }
    Err(ApiError::Crowded)
}

/// Of several writers one wins each time, so this many clicks at once all count.
const ATTEMPTS: usize = 16;

#[cfg(test)]
mod tests;
