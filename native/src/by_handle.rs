//! What is asked of the origin by handle or user. One call each, but for long lists.

use crate::{Session, SessionError, Wayleave, to_json};
use serde::Serialize;
use wayleave_shared::{
    session_handle::SessionHandle,
    user_id::UserId,
    wire::{self, SessionData, UpdatePayload},
};

/// By handle or user: what a backend does to sessions that are not those of the request. [`Session`] has the same for its own.
impl Wayleave {
    /// What the store knows of a session.
    ///
    /// # Errors
    ///
    /// Unauthorised where there is no such session, general where the origin cannot be asked; so in all of these.
    pub async fn session(&self, session: SessionHandle) -> Result<wire::Session, SessionError> {
        self.edge().session(session).await.map_err(|error| self.error(error))
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
        self.edge().sessions_of_user(user_id).await.map_err(|error| self.error(error))
    }

    /// Ends a session, and says whether there was one: for a device of the user that is not this one, as [`Session::revoke`] has the lines that clear this one's cookies.
    ///
    /// # Errors
    ///
    /// General.
    pub async fn revoke_session(&self, session: SessionHandle) -> Result<bool, SessionError> {
        let ended = self.edge().revoke_session(session).await;
        ended.map(|ended| ended.revoked).map_err(|error| self.error(error))
    }

    /// Ends all sessions of a user, but for the one that is excepted; those that were ended.
    ///
    /// # Errors
    ///
    /// General.
    pub async fn revoke_all_sessions_for_user(
        &self,
        user_id: &UserId,
        except: Option<&Session>,
    ) -> Result<Vec<SessionHandle>, SessionError> {
        let except = except.map(Session::handle);
        let ended = self.edge().revoke_all_sessions_for_user(user_id, except).await;
        ended.map_err(|error| self.error(error))
    }

    /// What the app keeps in a session.
    ///
    /// # Errors
    ///
    /// Unauthorised, general.
    pub async fn session_data(&self, session: SessionHandle) -> Result<SessionData, SessionError> {
        self.edge().session_data(session).await.map_err(|error| self.error(error))
    }

    /// Replaces what the app keeps in a session; returns its new version. With `version`, only if that is still the stored one.
    ///
    /// # Errors
    ///
    /// Unauthorised, general.
    pub async fn update_session_data(
        &self,
        session: SessionHandle,
        data: &impl Serialize,
        version: Option<u64>,
    ) -> Result<u64, SessionError> {
        let updated = self.edge().update_session_data(session, &to_json(data)?, version).await;
        updated.map_err(|error| self.error(error))
    }

    /// Replaces the payload of a session, for its next access tokens.
    ///
    /// # Errors
    ///
    /// Unauthorised, general.
    pub async fn update_jwt_payload(
        &self,
        session: SessionHandle,
        payload: &impl Serialize,
    ) -> Result<wire::Session, SessionError> {
        let change = UpdatePayload {
            jwt_payload: Some(to_json(payload)?),
            access_token: None,
            transfer: wire::TokenTransfer::default(),
        };
        let updated = self.edge().update_payload(session, &change).await;
        updated.map(|updated| updated.session).map_err(|error| self.error(error))
    }
}
