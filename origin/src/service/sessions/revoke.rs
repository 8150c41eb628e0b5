//! The end of sessions.

use super::Sessions;
use crate::{service::SessionError, store::EndReason};
use wayleave_shared::{session_handle::SessionHandle, user_id::UserId, wire::RevokedSession};

impl Sessions {
    /// Ends a session. A session that is gone already is no error.
    ///
    /// # Errors
    ///
    /// A failure of ours, and then the session was not ended.
    pub async fn revoke(&self, handle: SessionHandle) -> Result<RevokedSession, SessionError> {
        let revoked = self.store.revoke_session(handle, self.ending(EndReason::Revoked)).await?;
        self.metrics.sessions_ended(EndReason::Revoked, revoked.into());
        Ok(RevokedSession { revoked, browser: self.cleared() })
    }

    /// Ends all sessions of a user, but for the one to be kept, and tells which.
    ///
    /// # Errors
    ///
    /// A failure of ours, and then none was ended.
    pub async fn revoke_user(
        &self,
        user_id: &UserId,
        kept: Option<SessionHandle>,
    ) -> Result<Vec<SessionHandle>, SessionError> {
        let ending = self.ending(EndReason::Revoked);
        let revoked = self.store.revoke_user(user_id, kept, ending).await?;
        self.metrics.sessions_ended(EndReason::Revoked, revoked.len());
        Ok(revoked)
    }
}
