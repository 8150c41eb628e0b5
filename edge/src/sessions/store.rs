//! What is asked of the origin by handle or user. One call each, but for long lists.

use super::{Edge, SessionError};
use crate::{
    host::Host,
    origin::{Call, DataWrite, ask, checked, read},
    upkeep::revocations,
};
use wayleave_shared::{
    json::Json,
    members::FromMembers,
    session_handle::SessionHandle,
    user_id::UserId,
    wire::{
        self, RevokedSession, RevokedSessions, SessionData, SessionList, UpdatePayload,
        UpdateSessionData, UpdatedPayload, UpdatedSessionData,
    },
};

impl<H: Host> Edge<H> {
    /// What the store knows of a session.
    ///
    /// # Errors
    ///
    /// Unauthorised where there is no such session, general where the origin cannot be asked; so in all of these.
    pub async fn session(&self, session: SessionHandle) -> Result<wire::Session, SessionError> {
        self.read(&Call::Session(session)).await
    }

    /// The user's live sessions, in order of handles.
    ///
    /// # Errors
    ///
    /// General.
    pub async fn sessions_of_user(
        &self,
        user_id: &UserId,
    ) -> Result<Vec<wire::Session>, SessionError> {
        let (mut sessions, mut after) = (Vec::new(), None);
        loop {
            let page: SessionList = self.read(&Call::SessionsOfUser(user_id, after)).await?;
            sessions.extend(page.sessions);
            // A page that does not go forward would be asked for without end.
            match page.next {
                next @ Some(_) if next > after => after = next,
                _ => return Ok(sessions),
            }
        }
    }

    /// Ends a session; `revoked` says whether there was one. The lines clear cookies: only for the browser whose session it was.
    ///
    /// # Errors
    ///
    /// General.
    pub async fn revoke_session(
        &self,
        session: SessionHandle,
    ) -> Result<RevokedSession, SessionError> {
        let revoked: RevokedSession = self.read(&Call::Revoke(session)).await?;
        revocations::end_session(&self.host, &self.isolate, session);
        Ok(RevokedSession { browser: checked(revoked.browser)?, ..revoked })
    }

    /// Ends all sessions of a user, but for the one that is excepted; those that were ended.
    ///
    /// # Errors
    ///
    /// General.
    pub async fn revoke_all_sessions_for_user(
        &self,
        user_id: &UserId,
        except: Option<SessionHandle>,
    ) -> Result<Vec<SessionHandle>, SessionError> {
        let ended: RevokedSessions = self.read(&Call::RevokeUser(user_id, except)).await?;
        for session in &ended.revoked {
            revocations::end_session(&self.host, &self.isolate, *session);
        }
        Ok(ended.revoked)
    }

    /// What the app keeps in a session.
    ///
    /// # Errors
    ///
    /// Unauthorised, general.
    pub async fn session_data(&self, session: SessionHandle) -> Result<SessionData, SessionError> {
        self.read(&Call::ReadData(session)).await
    }

    /// Replaces what the app keeps in a session; returns its new version. With `version`, only if that is still the stored one.
    ///
    /// # Errors
    ///
    /// Unauthorised, general.
    pub async fn update_session_data(
        &self,
        session: SessionHandle,
        data: &Json,
        version: Option<u64>,
    ) -> Result<u64, SessionError> {
        let body = serde_json::to_vec(&UpdateSessionData { data: data.clone() });
        let if_match = version.map(|version| format!("\"{version}\""));
        let write = DataWrite {
            session,
            // A value that is JSON already can be written.
            body: &body.unwrap_or_default(),
            if_match: if_match.as_deref(),
        };
        let updated: UpdatedSessionData = self.read(&Call::UpdateData(write)).await?;
        Ok(updated.version)
    }

    /// Replaces the payload of a session, for its next access tokens; with the access token in use, for a new one at once.
    ///
    /// # Errors
    ///
    /// Unauthorised, general.
    pub async fn update_payload(
        &self,
        session: SessionHandle,
        change: &UpdatePayload,
    ) -> Result<UpdatedPayload, SessionError> {
        let updated: UpdatedPayload = self.read(&Call::UpdatePayload(session, change)).await?;
        Ok(UpdatedPayload { browser: updated.browser.map(checked).transpose()?, ..updated })
    }

    async fn read<T: FromMembers>(&self, call: &Call<'_>) -> Result<T, SessionError> {
        let read = |incoming: &_| read(incoming, 200);
        Ok(ask(&self.host, &self.isolate.settings, call, read).await?)
    }
}
