//! A session in the hands of the app's code.

use super::{Edge, SessionError};
use crate::host::Host;
use std::fmt;
use wayleave_shared::{
    json::Json,
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    user_id::UserId,
    wire::{
        self, BrowserLines, RevokedSession, SessionData, TokenTransfer, UpdatePayload,
        UpdatedPayload, VerifiedSession,
    },
};

/// A session that a request proved, or that has just been made.
///
/// What is read without `await` makes no call.
#[derive(Clone)]
pub struct Session<H: Host> {
    edge: Edge<H>,
    verified: VerifiedSession,
    /// The access token that proves it, and how it travels: a changed payload is wanted in the same way.
    access_token: String,
    transfer: TokenTransfer,
}

impl<H: Host> Session<H> {
    pub(super) const fn new(
        edge: Edge<H>,
        verified: VerifiedSession,
        access_token: String,
        transfer: TokenTransfer,
    ) -> Self {
        Self { edge, verified, access_token, transfer }
    }

    /// Whose it is, in the type and to the byte in which the user logged in. No call.
    #[must_use]
    pub const fn user_id(&self) -> &UserId {
        &self.verified.user_id
    }

    /// The payload inside the access token; `None` where there is none, which is not `null`. No call.
    #[must_use]
    pub const fn jwt_payload(&self) -> Option<&Json> {
        self.verified.jwt_payload.as_ref()
    }

    /// Which log-in it is. No call.
    #[must_use]
    pub const fn handle(&self) -> SessionHandle {
        self.verified.handle
    }

    /// When the access token ends. No call.
    #[must_use]
    pub const fn expires_at(&self) -> UnixMilliseconds {
        self.verified.expires_at
    }

    /// Handle, user id, payload and end as one value. No call.
    #[must_use]
    pub const fn verified(&self) -> &VerifiedSession {
        &self.verified
    }

    /// The access token that proves it. A secret; a language binding keeps it for [`Edge::update_payload`]. No call.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.access_token
    }

    /// How that travels. No call.
    #[must_use]
    pub const fn transfer(&self) -> TokenTransfer {
        self.transfer
    }

    /// What the app keeps in it. One call each time.
    ///
    /// # Errors
    ///
    /// Unauthorised where the session was ended, general where the origin cannot be asked.
    pub async fn data(&self) -> Result<SessionData, SessionError> {
        self.edge.session_data(self.handle()).await
    }

    /// Replaces what the app keeps in it; returns its new version. One call each time. With `version`, only if that is still the stored one.
    ///
    /// # Errors
    ///
    /// As [`Self::data`], and general where the version is another ([`Code::VersionConflict`](wayleave_shared::refusal::Code::VersionConflict)) or the data is over
    /// [`MAX_SESSION_DATA_BYTES`](wayleave_shared::wire::MAX_SESSION_DATA_BYTES).
    pub async fn update_data(
        &self,
        data: &Json,
        version: Option<u64>,
    ) -> Result<u64, SessionError> {
        self.edge.update_session_data(self.handle(), data, version).await
    }

    /// Replaces the payload, in this value too. The lines put the new access token into the browser. One call.
    ///
    /// # Errors
    ///
    /// As [`Self::data`], and general where the access token would not fit into a cookie.
    pub async fn update_jwt_payload(
        &mut self,
        payload: Option<Json>,
    ) -> Result<BrowserLines, SessionError> {
        let change = UpdatePayload {
            jwt_payload: payload,
            access_token: Some(self.access_token.clone()),
            transfer: self.transfer,
        };
        let UpdatedPayload { session, access_token, browser } =
            self.edge.update_payload(self.handle(), &change).await?;
        self.verified.jwt_payload = session.jwt_payload;
        if let Some(issued) = access_token {
            self.verified.expires_at = issued.expires_at;
            self.access_token = issued.token;
        }
        Ok(browser.unwrap_or_default())
    }

    /// What the store knows of it. One call.
    ///
    /// # Errors
    ///
    /// As [`Self::data`].
    pub async fn stored(&self) -> Result<wire::Session, SessionError> {
        self.edge.session(self.handle()).await
    }

    /// Ends it: no token of it is accepted here any more, elsewhere as the revocation mode says. The lines clear the browser's cookies. One call.
    ///
    /// # Errors
    ///
    /// General where the origin cannot be asked; then the session goes on.
    pub async fn revoke(&self) -> Result<RevokedSession, SessionError> {
        self.edge.revoke_session(self.handle()).await
    }
}

/// Shows no token.
impl<H: Host> fmt::Debug for Session<H> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Session({})", self.handle())
    }
}
