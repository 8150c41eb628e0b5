//! Waiting for something to become true: looked at again and again, never assumed after a fixed time.

use std::time::Duration;
use tokio::time;

/// Asks until the answer is `Some`.
///
/// # Panics
///
/// With `what`, after a minute: far more than anything here takes on a slow machine.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            time::sleep(STEP).await;
        }
    };
    time::timeout(LIMIT, asking).await.unwrap_or_else(|_| panic!("waited in vain until {what}"))
}

const LIMIT: Duration = Duration::from_mins(1);
const STEP: Duration = Duration::from_millis(50);
