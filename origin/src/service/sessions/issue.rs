//! Mints tokens, and the lines that carry them.

use super::Sessions;
use crate::{random, service::SessionError};
use wayleave_shared::{
    anti_csrf::AntiCsrfToken,
    browser::{Issue, MAX_COOKIE_BYTES, front_token},
    claims::{AccessClaims, RefreshHashPrefix},
    json::Json,
    refresh_token::RefreshToken,
    rotation::{self, Step},
    time::{UnixMilliseconds, UnixSeconds},
    token::MAX_NESTING,
    wire::{IssuedSession, IssuedToken, Session, TokenTransfer},
};

/// What tokens are minted for.
pub(super) struct Grant<'token> {
    /// The session as it will be stored.
    pub session: Session,
    /// The refresh token that it has.
    pub refresh_token: &'token RefreshToken,
    /// How often it was refreshed.
    pub generation: u64,
    /// How the browser wants the tokens.
    pub transfer: TokenTransfer,
    /// What was done to get it; a log-in counts as [`Step::Rotate`].
    pub step: Step,
}

impl Sessions {
    /// Mints the access token that goes with a refresh token, and writes both and the lines that carry them.
    pub(super) fn issue(
        &self,
        grant: Grant<'_>,
        now: UnixMilliseconds,
    ) -> Result<IssuedSession, SessionError> {
        let Grant { session, refresh_token, generation, transfer, step } = grant;
        let settings = &self.settings;
        let uses_anti_csrf = settings.anti_csrf && !transfer.is_header();
        let anti_csrf = uses_anti_csrf.then(|| self.refresh_keys.anti_csrf_token(refresh_token));
        let claims = AccessClaims {
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            user_id: session.user_id.clone(),
            session: session.handle,
            issued_at: now.whole_seconds(),
            expires_at: self.access_token_end(&session, step, now)?,
            anti_csrf: anti_csrf.clone(),
            refresh_hash: refresh_token.hash().prefix(),
            generation,
            payload: session.jwt_payload.clone(),
        };
        let access_token = self.keys.sign(&claims, now)?;
        let access_token_end = claims.expires_at.milliseconds();
        let refresh = self.refresh_keys.write(refresh_token);
        let payload = session.jwt_payload.as_ref();
        let browser = settings.cookies.issued(&Issue {
            access_token: &access_token,
            refresh_token: (step != Step::Keep).then_some(&refresh),
            refresh_expires_at: session.expires_at,
            marker: self.refresh_keys.marker(refresh_token),
            anti_csrf_token: anti_csrf.as_ref().map(AntiCsrfToken::to_text).as_deref(),
            front_token: &front_token(&session.user_id, payload, now, access_token_end),
            transfer,
        });
        Ok(IssuedSession {
            access_token: IssuedToken { token: access_token, expires_at: access_token_end },
            refresh_token: IssuedToken { token: refresh, expires_at: session.expires_at },
            anti_csrf_token: anti_csrf,
            browser,
            session,
        })
    }

    /// An access token ends with its session, if not before.
    fn access_token_end(
        &self,
        session: &Session,
        step: Step,
        now: UnixMilliseconds,
    ) -> Result<UnixSeconds, SessionError> {
        let (validity, window) = (self.settings.access_validity, self.settings.reuse_window);
        let validity_s = rotation::access_validity(step, validity, window).as_secs();
        let shorter_s = if self.settings.spread { spread(validity_s)? } else { 0 };
        let issued_at = now.whole_seconds().0;
        let end = issued_at + validity_s - shorter_s;
        let session_end = session.expires_at.whole_seconds().0;
        Ok(UnixSeconds(end.min(session_end).max(issued_at + 1)))
    }

    /// A payload that no verifier would read is refused before anything is written.
    pub(super) fn check_nesting(payload: Option<&Json>) -> Result<(), SessionError> {
        let (nesting, limit) = (payload.map_or(0, Json::nesting), MAX_NESTING - 1);
        if nesting > limit {
            return Err(SessionError::PayloadTooDeep { nesting, limit });
        }
        Ok(())
    }

    /// Browsers drop a cookie that is too large without a word, so it is refused when the payload is set: what fits then must fit after every refresh.
    pub(super) fn check_size(
        &self,
        session: &Session,
        now: UnixMilliseconds,
    ) -> Result<(), SessionError> {
        let settings = &self.settings;
        let longest = AccessClaims {
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            user_id: session.user_id.clone(),
            session: session.handle,
            issued_at: now.whole_seconds(),
            expires_at: now.after(settings.access_validity).whole_seconds(),
            anti_csrf: settings.anti_csrf.then(|| AntiCsrfToken::from_bytes([0; 16])),
            refresh_hash: RefreshHashPrefix([0; 16]),
            generation: 0,
            payload: session.jwt_payload.clone(),
        };
        self.check_bytes(&self.keys.sign(&longest, now)?, session)
    }

    /// The same of a session whose first tokens were minted just now: its access token is as long as any that it will have, unless its way to travel leaves out a
    /// claim that another would not.
    pub(super) fn check_issued(
        &self,
        issued: &IssuedSession,
        transfer: TokenTransfer,
        now: UnixMilliseconds,
    ) -> Result<(), SessionError> {
        if transfer.is_header() && self.settings.anti_csrf {
            return self.check_size(&issued.session, now);
        }
        self.check_bytes(&issued.access_token.token, &issued.session)
    }

    fn check_bytes(&self, access_token: &str, session: &Session) -> Result<(), SessionError> {
        let bytes = self.settings.cookies.access_cookie_bytes(access_token, session.expires_at);
        let limit = MAX_COOKIE_BYTES - GROWTH_BYTES;
        if bytes > limit {
            return Err(SessionError::AccessTokenTooLarge { bytes, limit });
        }
        Ok(())
    }
}

/// Up to a twentieth, in whole seconds.
fn spread(validity_s: u64) -> Result<u64, SessionError> {
    let drawn = u64::from_le_bytes(random::bytes()?);
    Ok(drawn % (validity_s / 20 + 1))
}

/// How much longer an access token may get while its session lives: the generation's further digits and a longer key id, in base64url.
const GROWTH_BYTES: usize = 32;
