//! An access token is presented, or was.

use super::{NO_SESSION, Sessions};
use crate::service::{SessionError, error::RefreshReason};
use wayleave_shared::{
    claims::AccessClaims,
    time::UnixMilliseconds,
    token::TokenPolicy,
    wire::{Confirmation, ConfirmedSessions, VerifiedSession, VerifySession},
};

impl Sessions {
    /// Verifies an access token for a caller that has no edge before it, or for an edge that must know at once whether the session was ended.
    ///
    /// Where the store is asked, it also learns that the token is in use.
    ///
    /// # Errors
    ///
    /// [`SessionError::TryRefreshToken`]; [`SessionError::Unauthorised`] only where the store was asked and has no such session.
    pub async fn verify(
        &self,
        request: &VerifySession,
        now: UnixMilliseconds,
    ) -> Result<VerifiedSession, SessionError> {
        let claims = self.claims(&request.access_token, now)?;
        if let (Some(expected), Some(given)) = (&claims.anti_csrf, &request.anti_csrf_token)
            && !expected.matches(given)
        {
            return Err(SessionError::TryRefreshToken(RefreshReason::AntiCsrf));
        }
        if request.check_database {
            self.check_database(&claims).await?;
        }
        Ok((&claims).into())
    }

    /// Notes that access tokens are in use, as far as they came with their sessions' newest refresh tokens: those have arrived.
    ///
    /// # Errors
    ///
    /// A failure of ours.
    pub async fn confirm(
        &self,
        confirmations: &[Confirmation],
    ) -> Result<ConfirmedSessions, SessionError> {
        self.metrics.confirmations_received(confirmations.len());
        Ok(ConfirmedSessions { gone: self.store.confirm(confirmations).await? })
    }

    /// What a good access token says.
    pub(super) fn claims(
        &self,
        access_token: &str,
        now: UnixMilliseconds,
    ) -> Result<AccessClaims, SessionError> {
        let policy = TokenPolicy {
            issuer: self.settings.issuer.clone(),
            audience: self.settings.audience.clone(),
            max_validity_s: self.settings.access_validity.as_secs(),
        };
        let verified = self.keys.verify(access_token, &policy, now);
        let verified = verified.map_err(|refusal| SessionError::TryRefreshToken(refusal.into()))?;
        Ok(verified.into_claims())
    }

    async fn check_database(&self, claims: &AccessClaims) -> Result<(), SessionError> {
        let stored = self.store.session(claims.session).await?.ok_or(NO_SESSION)?;
        let is_news = claims.generation > 0
            && stored.chain.confirmed_at.is_none()
            && stored.chain.current.prefix() == claims.refresh_hash;
        if is_news {
            let confirmation =
                Confirmation { handle: claims.session, refresh_hash: claims.refresh_hash };
            self.store.confirm(&[confirmation]).await?;
        }
        Ok(())
    }
}
