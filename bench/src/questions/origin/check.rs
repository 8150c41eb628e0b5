//! Whether each side does what it is measured at.

use super::{
    browser::{Browser, ask, fine},
    sample,
    stage::{Side, Stage},
};
use crate::failure::Failure;
use serde_json::Value;

/// Logs in at every side, and looks whether data comes back as it was written, at the log-in and later.
///
/// # Errors
///
/// [`Failure::Answer`] with the side that does not.
pub(super) async fn data(stage: &Stage) -> Result<(), Failure> {
    for side in stage.sides() {
        let browser = Browser::log_in(stage, side, "checked").await?;
        read(stage, side, &browser, &sample::data()).await?;
        let write = browser.write_data(stage.origin.service_key(), &sample::other_data());
        ask(stage, side, &write, fine).await?;
        read(stage, side, &browser, &sample::other_data()).await?;
    }
    Ok(())
}

async fn read(
    stage: &Stage,
    side: Side,
    browser: &Browser,
    expected: &Value,
) -> Result<(), Failure> {
    let request = browser.read_data(stage.origin.service_key());
    ask(stage, side, &request, |answer| {
        answer.success()?;
        let mut found: Value =
            serde_json::from_slice(answer.body).map_err(|error| error.to_string())?;
        if side != Side::Limit {
            found = found["data"].take();
        }
        if found == *expected {
            Ok(())
        } else {
            Err(format!("the session's data is {found}, not {expected}"))
        }
    })
    .await
}
