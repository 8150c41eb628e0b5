//! What the app keeps in a session.

use super::{NO_SESSION, Sessions};
use crate::{service::SessionError, store::DataUpdate};
use std::num::NonZeroU64;
use wayleave_shared::{
    json::Json,
    merge_patch::merge_patch,
    session_handle::SessionHandle,
    wire::{MAX_SESSION_DATA_BYTES, SessionData},
};

impl Sessions {
    /// What the app keeps in a session.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unauthorised`] where there is no such session; or a failure of ours.
    pub async fn data(&self, handle: SessionHandle) -> Result<SessionData, SessionError> {
        self.store.session_data(handle).await?.ok_or(NO_SESSION)
    }

    /// Replaces what the app keeps in a session, and tells the new version. Without an expected version it may be done together with others that come at the same time:
    /// each has a version of its own, and the last stays.
    ///
    /// # Errors
    ///
    /// [`SessionError::DataTooLarge`]; [`SessionError::Unauthorised`] where there is no such session, [`SessionError::VersionConflict`] where the stored version
    /// is not the expected; or a failure of ours. Nothing was written then.
    pub async fn update_data(
        &self,
        handle: SessionHandle,
        data: Json,
        expected_version: Option<u64>,
    ) -> Result<u64, SessionError> {
        check_size(&data)?;
        let updated = if expected_version.is_none() {
            self.data_writes.replace(handle, data).await.map_err(SessionError::Store)?
        } else {
            let once = NonZeroU64::MIN;
            self.store.update_session_data(handle, &data, expected_version, once).await?
        };
        match updated {
            DataUpdate::Stored(version) => Ok(version),
            DataUpdate::Conflict(stored) => Err(SessionError::VersionConflict { stored }),
            DataUpdate::NoSession => Err(NO_SESSION),
        }
    }

    /// Changes a part of what the app keeps in a session (RFC 7396), and tells the new version. Of patches at the same time none is lost.
    ///
    /// # Errors
    ///
    /// As [`Sessions::update_data`], and [`SessionError::Patch`]; [`SessionError::Busy`] where others wrote before each of many attempts.
    pub async fn patch_data(
        &self,
        handle: SessionHandle,
        patch: &Json,
        expected_version: Option<u64>,
    ) -> Result<u64, SessionError> {
        for _ in 0..ATTEMPTS {
            let SessionData { data, version } = self.data(handle).await?;
            if expected_version.is_some_and(|expected| expected != version) {
                return Err(SessionError::VersionConflict { stored: version });
            }
            let merged = merge_patch(data.as_ref(), patch)?;
            match self.update_data(handle, merged, Some(version)).await {
                Err(SessionError::VersionConflict { .. }) if expected_version.is_none() => {}
                outcome => return outcome,
            }
        }
        Err(SessionError::Busy)
    }
}

fn check_size(data: &Json) -> Result<(), SessionError> {
    let bytes = data.text().len();
    if bytes > MAX_SESSION_DATA_BYTES {
        return Err(SessionError::DataTooLarge { bytes, limit: MAX_SESSION_DATA_BYTES });
    }
    Ok(())
}

/// Each attempt fails only where somebody else's has succeeded.
const ATTEMPTS: usize = 50;
