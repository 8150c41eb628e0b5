//! What the app puts into a session's access tokens.

use super::{NO_SESSION, Sessions};
use crate::service::SessionError;
use wayleave_shared::{
    browser::front_token,
    claims::AccessClaims,
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    wire::{BrowserLines, IssuedToken, Session, TokenTransfer, UpdatePayload, UpdatedPayload},
};

impl Sessions {
    /// Replaces the payload that the session's next access tokens carry. Where the access token in use is given, one with the new payload takes its place
    /// at once: the same session, generation, anti-CSRF token and end.
    ///
    /// # Errors
    ///
    /// [`SessionError::AccessTokenTooLarge`], [`SessionError::PayloadTooDeep`], [`SessionError::OtherSession`] where the given token is of another session,
    /// [`SessionError::TryRefreshToken`] where it is not good, [`SessionError::Unauthorised`] where there is no such session; or a failure of ours. Nothing
    /// was written then.
    pub async fn update_payload(
        &self,
        handle: SessionHandle,
        request: UpdatePayload,
        now: UnixMilliseconds,
    ) -> Result<UpdatedPayload, SessionError> {
        Self::check_nesting(request.jwt_payload.as_ref())?;
        let claims = request.access_token.map(|token| self.claims(&token, now)).transpose()?;
        if claims.as_ref().is_some_and(|claims| claims.session != handle) {
            return Err(SessionError::OtherSession);
        }
        let stored = self.store.session(handle).await?.ok_or(NO_SESSION)?;
        let session = Session { jwt_payload: request.jwt_payload, ..stored.session };
        self.check_size(&session, now)?;
        let reissue = |claims| self.reissue(claims, &session, request.transfer, now);
        let issued = claims.map(reissue).transpose()?;
        if !self.store.update_payload(handle, session.jwt_payload.as_ref()).await? {
            return Err(NO_SESSION);
        }
        let (access_token, browser) = issued.unzip();
        Ok(UpdatedPayload { session, access_token, browser })
    }

    fn reissue(
        &self,
        claims: AccessClaims,
        session: &Session,
        transfer: TokenTransfer,
        now: UnixMilliseconds,
    ) -> Result<(IssuedToken, BrowserLines), SessionError> {
        let payload = session.jwt_payload.clone();
        let claims = AccessClaims { issued_at: now.whole_seconds(), payload, ..claims };
        let token = self.keys.sign(&claims, now)?;
        let expires_at = claims.expires_at.milliseconds();
        let payload = claims.payload.as_ref();
        let front_token = front_token(&claims.user_id, payload, now, expires_at);
        let cookies = &self.settings.cookies;
        let browser = cookies.access_replaced(&token, session.expires_at, front_token, transfer);
        Ok((IssuedToken { token, expires_at }, browser))
    }
}
