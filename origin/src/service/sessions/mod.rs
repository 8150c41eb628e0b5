//! Sessions: create, refresh, verify, end, and their data.

use super::{
    error::{RefreshReason, SessionError, UnauthorisedReason},
    keys::Keys,
};
use crate::{
    random,
    store::{DataUpdate, NewSession, Rotate, Rotation, Store},
};
use std::{sync::Arc, time::Duration};
use wayleave_shared::{
    anti_csrf::AntiCsrfToken,
    browser::{CookiePolicy, Issue, MAX_COOKIE_BYTES, front_token},
    claims::AccessClaims,
    json::Json,
    refresh_token::{RefreshKeys, RefreshToken},
    session_handle::SessionHandle,
    time::{UnixMilliseconds, UnixSeconds},
    token::{MAX_NESTING, TokenPolicy},
    user_id::UserId,
    wire::{
        BrowserLines, CreateSession, IssuedSession, IssuedToken, RefreshSession, RevokedSession,
        Session, SessionData, SessionList, VerifiedSession, VerifySession,
    },
};

/// What a deployment decides about its sessions.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// The `iss` of every access token.
    pub issuer: String,
    /// The `aud` of every access token, if it has one.
    pub audience: Option<String>,
    /// How long an access token is valid; whole seconds.
    pub access_validity: Duration,
    /// How long a session lives without a refresh.
    pub refresh_validity: Duration,
    /// Whether access tokens carry an anti-CSRF token.
    pub anti_csrf: bool,
    /// How cookies are set.
    pub cookies: CookiePolicy,
}

/// The sessions of a deployment. One instance serves all requests.
#[derive(Clone)]
pub struct Sessions {
    store: Arc<dyn Store>,
    keys: Arc<Keys>,
    refresh_keys: Arc<RefreshKeys>,
    settings: Arc<SessionSettings>,
}

impl Sessions {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        keys: Arc<Keys>,
        refresh_keys: RefreshKeys,
        settings: SessionSettings,
    ) -> Self {
        Self { store, keys, refresh_keys: Arc::new(refresh_keys), settings: Arc::new(settings) }
    }

    /// Logs a user in: always a new handle, and the end of the session that the log-in replaces.
    ///
    /// The new session is kept before the old one is removed. Should the removal fail, nobody was told the new tokens, and the old session goes on
    /// until the log-in is tried again.
    ///
    /// # Errors
    ///
    /// [`SessionError::AccessTokenTooLarge`] or [`SessionError::PayloadTooDeep`], and then nothing was written; or a failure of ours.
    pub async fn create(
        &self,
        request: CreateSession,
        now: UnixMilliseconds,
    ) -> Result<IssuedSession, SessionError> {
        if let Some(payload) = &request.jwt_payload {
            let (nesting, limit) = (payload.nesting(), MAX_NESTING - 1);
            if nesting > limit {
                return Err(SessionError::PayloadTooDeep { nesting, limit });
            }
        }
        let handle = SessionHandle::new(&request.user_id, random::bytes()?);
        let refresh_token = self.refresh_keys.issue(handle, random::bytes()?);
        let session = Session {
            handle,
            user_id: request.user_id,
            jwt_payload: request.jwt_payload,
            created_at: now,
            refreshed_at: now,
            expires_at: now.after(self.settings.refresh_validity),
        };
        let issued = self.issue(session, &refresh_token, 0, now)?;

        let session = &issued.session;
        self.store
            .create_session(NewSession {
                handle,
                user_id: session.user_id.clone(),
                refresh_hash: refresh_token.hash(),
                jwt_payload: session.jwt_payload.clone(),
                data: request.session_data,
                validity: self.settings.refresh_validity,
            })
            .await?;
        if let Some(replaced) = request.replaces {
            self.store.revoke_session(replaced, self.keys.remember()).await?;
        }
        Ok(issued)
    }

    /// Trades a refresh token for the next one and a new access token.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unauthorised`] for a text that is not ours (without asking the store), a session that is gone, or a superseded token;
    /// [`SessionError::TryRefreshToken`] for the loser of a race, whose browser has the winner's tokens; or a failure of ours.
    pub async fn refresh(
        &self,
        request: &RefreshSession,
        now: UnixMilliseconds,
    ) -> Result<IssuedSession, SessionError> {
        let unauthorised = |reason| SessionError::Unauthorised(reason);
        let presented = self
            .refresh_keys
            .read(&request.refresh_token)
            .ok_or_else(|| unauthorised(UnauthorisedReason::NotOurs))?;
        let handle = presented.handle();
        let stored = self
            .store
            .session(handle)
            .await?
            .ok_or_else(|| unauthorised(UnauthorisedReason::NoSession))?;
        if stored.refresh_hash != presented.hash() {
            return Err(unauthorised(UnauthorisedReason::Superseded));
        }

        let next = self.refresh_keys.issue(handle, random::bytes()?);
        let session = Session {
            refreshed_at: now,
            expires_at: now.after(self.settings.refresh_validity),
            ..stored.session
        };
        let issued = self.issue(session, &next, stored.generation + 1, now)?;
        let rotate = Rotate {
            handle,
            from: presented.hash(),
            to: next.hash(),
            validity: self.settings.refresh_validity,
        };
        match self.store.rotate(rotate).await? {
            Rotation::Advanced => Ok(issued),
            Rotation::Lost => Err(SessionError::TryRefreshToken(RefreshReason::LostRace)),
        }
    }

    /// Verifies an access token for a caller that has no edge before it.
    ///
    /// # Errors
    ///
    /// [`SessionError::TryRefreshToken`]; [`SessionError::Unauthorised`] only where the store was asked and has no such session.
    pub async fn verify(
        &self,
        request: &VerifySession,
        now: UnixMilliseconds,
    ) -> Result<VerifiedSession, SessionError> {
        let policy = TokenPolicy {
            issuer: self.settings.issuer.clone(),
            audience: self.settings.audience.clone(),
            max_validity_s: self.settings.access_validity.as_secs(),
        };
        let verified = self
            .keys
            .verify(&request.access_token, &policy, now)
            .map_err(|refusal| SessionError::TryRefreshToken(refusal.into()))?;
        let claims = verified.into_claims();
        if let (Some(expected), Some(given)) = (&claims.anti_csrf, &request.anti_csrf_token)
            && !expected.matches(given)
        {
            return Err(SessionError::TryRefreshToken(RefreshReason::AntiCsrf));
        }
        if request.check_database {
            self.session(claims.session).await?;
        }
        Ok(claims.into())
    }

    /// The live session with this handle.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unauthorised`] where there is none; or a failure of ours.
    pub async fn session(&self, handle: SessionHandle) -> Result<Session, SessionError> {
        let stored = self.store.session(handle).await?;
        stored.map(|stored| stored.session).ok_or(NO_SESSION)
    }

    /// Ends a session. A session that is gone already is no error.
    ///
    /// # Errors
    ///
    /// A failure of ours, and then the session was not ended.
    pub async fn revoke(&self, handle: SessionHandle) -> Result<RevokedSession, SessionError> {
        let revoked = self.store.revoke_session(handle, self.keys.remember()).await?;
        Ok(RevokedSession { revoked, browser: self.cleared() })
    }

    /// Ends all sessions of a user.
    ///
    /// # Errors
    ///
    /// A failure of ours, and then none was ended.
    pub async fn revoke_user(&self, user_id: &UserId) -> Result<Vec<SessionHandle>, SessionError> {
        Ok(self.store.revoke_user(user_id, self.keys.remember()).await?)
    }

    /// One page of a user's live sessions.
    ///
    /// # Errors
    ///
    /// A failure of ours.
    pub async fn sessions_of_user(
        &self,
        user_id: &UserId,
        after: Option<SessionHandle>,
        limit: u32,
    ) -> Result<SessionList, SessionError> {
        // One more than asked for tells whether there is a next page.
        let mut stored = self.store.sessions_of_user(user_id, after, limit + 1).await?;
        let more = stored.len() > limit as usize;
        stored.truncate(limit as usize);
        let next = stored.last().filter(|_| more).map(|last| last.session.handle);
        Ok(SessionList {
            sessions: stored.into_iter().map(|stored| stored.session).collect(),
            next,
        })
    }

    /// What the app keeps in a session.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unauthorised`] where there is no such session; or a failure of ours.
    pub async fn data(&self, handle: SessionHandle) -> Result<SessionData, SessionError> {
        self.store.session_data(handle).await?.ok_or(NO_SESSION)
    }

    /// Replaces what the app keeps in a session, and tells the new version.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unauthorised`] where there is no such session, [`SessionError::VersionConflict`] where the stored version is not the expected; or
    /// a failure of ours. Nothing was written then.
    pub async fn update_data(
        &self,
        handle: SessionHandle,
        data: &Json,
        expected_version: Option<u64>,
    ) -> Result<u64, SessionError> {
        match self.store.update_session_data(handle, data, expected_version).await? {
            DataUpdate::Stored(version) => Ok(version),
            DataUpdate::Conflict(stored) => Err(SessionError::VersionConflict { stored }),
            DataUpdate::NoSession => Err(NO_SESSION),
        }
    }

    /// What tells a browser that its session is over.
    #[must_use]
    pub fn cleared(&self) -> BrowserLines {
        self.settings.cookies.cleared()
    }

    /// Mints the tokens of a session's generation, and the lines that carry them.
    fn issue(
        &self,
        session: Session,
        refresh_token: &RefreshToken,
        generation: u64,
        now: UnixMilliseconds,
    ) -> Result<IssuedSession, SessionError> {
        let settings = &self.settings;
        let issued_at = now.whole_seconds();
        let expires_at = UnixSeconds(issued_at.0 + settings.access_validity.as_secs());
        let anti_csrf =
            settings.anti_csrf.then(|| self.refresh_keys.anti_csrf_token(refresh_token));
        let claims = AccessClaims {
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            user_id: session.user_id.clone(),
            session: session.handle,
            issued_at,
            expires_at,
            anti_csrf: anti_csrf.clone(),
            refresh_hash: refresh_token.hash().prefix(),
            generation,
            payload: session.jwt_payload.clone(),
        };
        let access_token = self.keys.sign(&claims, now)?;
        let bytes = settings.cookies.access_cookie_bytes(&access_token, session.expires_at);
        // Only a log-in can be refused for its size: what fitted then must fit after every refresh, whose generation has more digits.
        if generation == 0 && bytes + GROWTH_BYTES > MAX_COOKIE_BYTES {
            let limit = MAX_COOKIE_BYTES - GROWTH_BYTES;
            return Err(SessionError::AccessTokenTooLarge { bytes, limit });
        }

        let refresh = self.refresh_keys.write(refresh_token);
        let payload = session.jwt_payload.as_ref();
        let browser = settings.cookies.issued(&Issue {
            access_token: &access_token,
            refresh_token: &refresh,
            refresh_expires_at: session.expires_at,
            marker: self.refresh_keys.marker(refresh_token),
            anti_csrf_token: anti_csrf.as_ref().map(AntiCsrfToken::to_text).as_deref(),
            front_token: &front_token(&session.user_id, payload, now, expires_at.milliseconds()),
        });
        Ok(IssuedSession {
            access_token: IssuedToken {
                token: access_token,
                expires_at: expires_at.milliseconds(),
            },
            refresh_token: IssuedToken { token: refresh, expires_at: session.expires_at },
            anti_csrf_token: anti_csrf,
            browser,
            session,
        })
    }
}

const NO_SESSION: SessionError = SessionError::Unauthorised(UnauthorisedReason::NoSession);

/// How much longer an access token may get while its session lives: the generation's further digits and a longer key id, in base64url.
const GROWTH_BYTES: usize = 32;
