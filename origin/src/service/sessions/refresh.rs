//! A refresh token is presented.

use super::{NO_SESSION, Sessions, TheftAction, issue::Grant};
use crate::{
    metrics::Refresh,
    random,
    service::{
        SessionError,
        error::{RefreshReason, UnauthorisedReason},
    },
    store::{EndReason, Rotate, Rotation, StoredSession, Use},
};
use wayleave_shared::{
    refresh_token::{Derivation, RefreshHash, RefreshToken},
    rotation::{self, Step},
    time::UnixMilliseconds,
    wire::{IssuedSession, RefreshSession, Session, StolenSession, TokenTransfer},
};

/// A refresh token, as it came.
struct Presented {
    token: RefreshToken,
    /// What the store knows it by: the token's own hash, but for one of another system.
    hash: RefreshHash,
    transfer: TokenTransfer,
}

impl Sessions {
    /// Answers a refresh token with the tokens that its session has now: with new ones, or, where another request was first or a reply was lost, with the same
    /// refresh token as before. `docs/decisions/0005-rotation.md` says why.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unauthorised`] for a text that is not ours (without asking the store, but where tokens of another system are looked up) or a session that is over; [`SessionError::Theft`] for a token that
    /// was replaced by one that has been in use; or a failure of ours.
    pub async fn refresh(
        &self,
        request: &RefreshSession,
        now: UnixMilliseconds,
    ) -> Result<IssuedSession, SessionError> {
        let answered = self.trade(request, now).await;
        self.metrics.refresh(match &answered {
            Ok((outcome, _)) => *outcome,
            Err(SessionError::Theft(_)) => Refresh::Theft,
            Err(SessionError::Unauthorised(_)) => Refresh::Unauthorised,
            Err(_) => Refresh::Failed,
        });
        answered.map(|(_, issued)| issued)
    }

    async fn trade(
        &self,
        request: &RefreshSession,
        now: UnixMilliseconds,
    ) -> Result<(Refresh, IssuedSession), SessionError> {
        let presented = self.read(request).await?;
        for _ in 0..ATTEMPTS {
            let stored = self.store.session(presented.token.handle()).await?.ok_or(NO_SESSION)?;
            if let (outcome, Some(issued)) = self.answer(&presented, stored, now).await? {
                return Ok((outcome, issued));
            }
        }
        Err(SessionError::TryRefreshToken(RefreshReason::LostRace))
    }

    async fn read(&self, request: &RefreshSession) -> Result<Presented, SessionError> {
        let (text, transfer) = (&request.refresh_token, request.transfer);
        if let Some(token) = self.refresh_keys.read(text) {
            return Ok(Presented { hash: token.hash(), token, transfer });
        }
        let imported = self.imported(text).await?;
        let (token, hash) =
            imported.ok_or(SessionError::Unauthorised(UnauthorisedReason::NotOurs))?;
        Ok(Presented { token, hash, transfer })
    }

    /// `None` where something changed since the session was read: then it is read again.
    async fn answer(
        &self,
        presented: &Presented,
        stored: StoredSession,
        now: UnixMilliseconds,
    ) -> Result<(Refresh, Option<IssuedSession>), SessionError> {
        let window = self.settings.reuse_window;
        Ok(match rotation::step(&stored.chain, &presented.hash, window, stored.read_at) {
            Step::Confirm => (Refresh::Confirmed, self.note_use(presented, stored, now).await?),
            Step::Keep => {
                let StoredSession { session, generation, .. } = stored;
                let grant = Grant {
                    session,
                    refresh_token: &presented.token,
                    generation,
                    transfer: presented.transfer,
                    step: Step::Keep,
                };
                (Refresh::Kept, Some(self.issue(grant, now)?))
            }
            Step::Repeat => (Refresh::Repeated, Some(self.repeat(presented, stored, now)?)),
            Step::Rotate => (Refresh::Rotated, self.rotate(presented, stored, now).await?),
            Step::Theft => return Err(self.theft(stored.session).await?),
        })
    }

    async fn rotate(
        &self,
        presented: &Presented,
        stored: StoredSession,
        now: UnixMilliseconds,
    ) -> Result<Option<IssuedSession>, SessionError> {
        let derivation = self.refresh_keys.derivation(random::bytes()?);
        let successor = self.successor(&presented.token, derivation)?;
        let generation = stored.generation + 1;
        let session = self.refreshed(stored).await?;
        let rotate = Rotate {
            handle: session.handle,
            from: presented.hash,
            to: successor.hash(),
            derivation,
            refreshed_at: session.refreshed_at,
            expires_at: session.expires_at,
        };
        // Minted before it is kept: should that fail, nothing has changed.
        let issued = self.issue(
            Grant {
                session,
                refresh_token: &successor,
                generation,
                transfer: presented.transfer,
                step: Step::Rotate,
            },
            now,
        )?;
        let rotation = self.store.rotate(rotate).await?;
        Ok((rotation == Rotation::Advanced).then_some(issued))
    }

    /// The successor's reply may have been lost, or is still under way: the same once more.
    fn repeat(
        &self,
        presented: &Presented,
        stored: StoredSession,
        now: UnixMilliseconds,
    ) -> Result<IssuedSession, SessionError> {
        let lost = SessionError::Unauthorised(UnauthorisedReason::NotOurs);
        let successor = self.successor(&presented.token, stored.derivation.ok_or(lost)?)?;
        let StoredSession { session, generation, .. } = stored;
        self.issue(
            Grant {
                session,
                refresh_token: &successor,
                generation,
                transfer: presented.transfer,
                step: Step::Repeat,
            },
            now,
        )
    }

    async fn note_use(
        &self,
        presented: &Presented,
        stored: StoredSession,
        now: UnixMilliseconds,
    ) -> Result<Option<IssuedSession>, SessionError> {
        let generation = stored.generation;
        let session = self.refreshed(stored).await?;
        let usage = Use {
            handle: session.handle,
            token: presented.hash,
            refreshed_at: session.refreshed_at,
            expires_at: session.expires_at,
        };
        let issued = self.issue(
            Grant {
                session,
                refresh_token: &presented.token,
                generation,
                transfer: presented.transfer,
                step: Step::Confirm,
            },
            now,
        )?;
        Ok(self.store.note_use(usage).await?.then_some(issued))
    }

    /// The session as it is after a refresh. One that is past its absolute end, because that was set or shortened later, is ended.
    async fn refreshed(&self, stored: StoredSession) -> Result<Session, SessionError> {
        let StoredSession { session, read_at, .. } = stored;
        let (validity, lifetime) = (self.settings.refresh_validity, self.settings.max_lifetime);
        let expires_at = rotation::expires_at(read_at, session.created_at, validity, lifetime);
        if expires_at <= read_at {
            let ending = self.ending(EndReason::Revoked);
            let revoked = self.store.revoke_session(session.handle, ending).await?;
            self.metrics.sessions_ended(EndReason::Revoked, revoked.into());
            return Err(NO_SESSION);
        }
        Ok(Session { refreshed_at: read_at, expires_at, ..session })
    }

    fn successor(
        &self,
        parent: &RefreshToken,
        derivation: Derivation,
    ) -> Result<RefreshToken, SessionError> {
        // Without the master key that it was made with it is as little ours as a token of that key.
        let unknown = SessionError::Unauthorised(UnauthorisedReason::NotOurs);
        self.refresh_keys.successor(parent, derivation).ok_or(unknown)
    }

    /// Two parties hold tokens of this session.
    async fn theft(&self, session: Session) -> Result<SessionError, SessionError> {
        let (action, handle) = (self.settings.theft_action, session.handle);
        let ending = self.ending(EndReason::Theft(handle));
        let ended = match action {
            TheftAction::Report if ending.event => {
                self.store.report(&session.user_id, handle).await?;
                0
            }
            TheftAction::Report => 0,
            TheftAction::RevokeSession => self.store.revoke_session(handle, ending).await?.into(),
            TheftAction::RevokeUser => {
                self.store.revoke_user(&session.user_id, None, ending).await?.len()
            }
        };
        self.metrics.theft(action);
        self.metrics.sessions_ended(ending.reason, ended);
        tracing::warn!(event = "session.theft", session.handle = %handle, action = action.name(), "a refresh token is in two hands");
        Ok(SessionError::Theft(StolenSession { handle, user_id: session.user_id }))
    }
}

/// A token can lose three times: its use was noted, it was replaced, its successor was used. After that nothing changes what it is.
const ATTEMPTS: usize = 4;
