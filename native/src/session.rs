//! A session in the hands of a handler.

use crate::{SessionError, SetSession, host::NativeHost, to_json};
use serde::Serialize;
use std::fmt;
use wayleave_edge::{Session as Verified, respond::ExpiredStatus};
use wayleave_shared::{
    json::Json,
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    user_id::UserId,
    wire::{self, SessionData},
};

/// A session that a request proved, or that has just been made. As an argument of a handler it lets only requests with one through.
///
/// What is read without `await` makes no call. The errors are those of [`SessionError`]; a handler may return them as they are.
///
/// ```
/// use wayleave::{Session, SessionError};
///
/// async fn greeting(session: Session) -> String {
///     format!("Hello, {}", session.user_id().to_text())
/// }
///
/// async fn notes(session: Session) -> Result<String, SessionError> {
///     let stored = session.data().await?;
///     Ok(stored.data.map_or_else(String::new, |notes| notes.text().to_owned()))
/// }
/// ```
#[derive(Clone)]
pub struct Session {
    verified: Verified<NativeHost>,
    expired: ExpiredStatus,
}

impl Session {
    pub(crate) const fn new(verified: Verified<NativeHost>, expired: ExpiredStatus) -> Self {
        Self { verified, expired }
    }

    /// Whose it is, in the type and to the byte in which the user logged in. No call.
    #[must_use]
    pub const fn user_id(&self) -> &UserId {
        self.verified.user_id()
    }

    /// The payload inside the access token; `None` where there is none, which is not `null`. No call.
    #[must_use]
    pub const fn jwt_payload(&self) -> Option<&Json> {
        self.verified.jwt_payload()
    }

    /// Which log-in it is. No call.
    #[must_use]
    pub const fn handle(&self) -> SessionHandle {
        self.verified.handle()
    }

    /// When the access token ends. No call.
    #[must_use]
    pub const fn expires_at(&self) -> UnixMilliseconds {
        self.verified.expires_at()
    }

    /// What the app keeps in it. One call each time.
    ///
    /// # Errors
    ///
    /// Unauthorised where the session was ended, general where the origin cannot be asked.
    pub async fn data(&self) -> Result<SessionData, SessionError> {
        self.verified.data().await.map_err(|refused| self.error(refused))
    }

    /// Replaces what the app keeps in it; returns its new version. One call each time. With `version`, only if that is still the stored one.
    ///
    /// [`Json`] is kept as it was written, anything else as its own serialisation has it.
    ///
    /// # Errors
    ///
    /// As [`Self::data`], and [`Code::VersionConflict`](crate::Code::VersionConflict) where the version is another one,
    /// [`Code::BodyTooLarge`](crate::Code::BodyTooLarge) where the data is over 1 MiB.
    pub async fn update_data(
        &self,
        data: &impl Serialize,
        version: Option<u64>,
    ) -> Result<u64, SessionError> {
        let updated = self.verified.update_data(&to_json(data)?, version).await;
        updated.map_err(|refused| self.error(refused))
    }

    /// Replaces the payload, in this value too. The lines put the new access token into the browser. One call.
    ///
    /// # Errors
    ///
    /// As [`Self::data`], and [`Code::AccessTokenTooLarge`](crate::Code::AccessTokenTooLarge) where the access token would not fit into a cookie.
    pub async fn update_jwt_payload(
        &mut self,
        payload: &impl Serialize,
    ) -> Result<SetSession, SessionError> {
        self.set_jwt_payload(Some(to_json(payload)?)).await
    }

    /// Takes the payload away, which is not the same as `null`. Else as [`Self::update_jwt_payload`].
    ///
    /// # Errors
    ///
    /// As [`Self::data`].
    pub async fn remove_jwt_payload(&mut self) -> Result<SetSession, SessionError> {
        self.set_jwt_payload(None).await
    }

    async fn set_jwt_payload(&mut self, payload: Option<Json>) -> Result<SetSession, SessionError> {
        let updated = self.verified.update_jwt_payload(payload).await;
        updated.map(SetSession::new).map_err(|refused| self.error(refused))
    }

    /// What the store knows of it: when it began, and from which device. One call.
    ///
    /// # Errors
    ///
    /// As [`Self::data`].
    pub async fn stored(&self) -> Result<wire::Session, SessionError> {
        self.verified.stored().await.map_err(|refused| self.error(refused))
    }

    /// Ends it: no token of it is accepted here any more, elsewhere as the revocation mode says. The lines clear the browser's cookies. One call.
    ///
    /// # Errors
    ///
    /// General where the origin cannot be asked; then the session goes on.
    pub async fn revoke(&self) -> Result<SetSession, SessionError> {
        match self.verified.revoke().await {
            Ok(revoked) => Ok(SetSession::new(revoked.browser)),
            Err(refused) => Err(self.error(refused)),
        }
    }

    const fn error(&self, refused: wayleave_edge::SessionError) -> SessionError {
        SessionError::new(refused, self.expired)
    }
}

/// Shows no token.
impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.verified.fmt(formatter)
    }
}
