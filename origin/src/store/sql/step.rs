//! How the steps of the store run: to their end, and again where that helps.

use super::SqlStore;
use crate::store::StoreError;
use std::future::Future;
use tracing::Instrument;

/// Runs a step again where the database rolled it back for reasons that pass: deadlock (1213), lock wait (1205), busy. The step must be one atomic
/// statement or transaction, for it may run several times.
pub(super) async fn with_retry<T, F, Fut>(step: F) -> Result<T, StoreError>
where
    F: Fn() -> Fut + Send,
    Fut: Future<Output = Result<T, StoreError>> + Send,
    T: Send,
{
    for _ in 0..RETRIES {
        match step().await {
            Err(StoreError::Unavailable(sqlx::Error::Database(_))) => {
                tokio::task::yield_now().await;
            }
            outcome => return outcome,
        }
    }
    step().await
}

/// Runs a step once more, on another connection, where the first went dead before it answered: somebody may have ended it while it was not in use. Only for a step
/// that may be carried out twice.
pub(super) async fn repeatable<T, F, Fut>(step: F) -> Result<T, StoreError>
where
    F: Fn() -> Fut + Send + Sync,
    Fut: Future<Output = Result<T, StoreError>> + Send,
    T: Send,
{
    match with_retry(&step).await {
        Err(error) if error.is_cut() => with_retry(step).await,
        outcome => outcome,
    }
}

/// Runs a step to its end, also where the caller goes away meanwhile: a browser that hangs up, a job that is stopped.
///
/// sqlx's MySQL connections do not bear to be given up. One that was preparing a statement waits for ever for an answer that never comes, and its place in the
/// pool is lost. One that was beginning a transaction goes back into the pool inside of it, and swallows what is written next.
pub(super) async fn to_the_end<T, Fut>(
    store: &SqlStore,
    step: impl FnOnce(SqlStore) -> Fut,
) -> Result<T, StoreError>
where
    Fut: Future<Output = Result<T, StoreError>> + Send + 'static,
    T: Send + 'static,
{
    match tokio::spawn(step(store.clone()).in_current_span()).await {
        Ok(outcome) => outcome,
        Err(_) => Err(StoreError::broken_off()),
    }
}

const RETRIES: usize = 5;
