//! Sessions of another system.

use super::{ImportedTokens, Sessions, imported_token::ImportedToken};
use crate::{
    random,
    service::SessionError,
    store::{ImportMode, Imported, ImportedSession, SourceId},
};
use wayleave_shared::{
    json::Json,
    refresh_token::{RefreshHash, RefreshToken},
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    user_id::UserId,
    wire::Session,
};

/// A session of another system that is to go on here.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which it is there.
    pub source: SourceId,
    /// What that system keeps of its refresh token.
    pub token_hash: RefreshHash,
    /// Whose it is.
    pub user_id: UserId,
    /// What goes into its access tokens.
    pub jwt_payload: Option<Json>,
    /// What the app keeps in it.
    pub data: Option<Json>,
    /// When the user logged in; `None` where nobody knows.
    pub created_at: Option<UnixMilliseconds>,
    /// When it ends there unless it is refreshed.
    pub expires_at: UnixMilliseconds,
}

/// Why a session of another system cannot go on here.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// It is over.
    #[error("it has expired")]
    Expired,
    /// Its access tokens could not be used.
    #[error("its JWT payload: {0}")]
    Payload(String),
}

impl Sessions {
    /// Makes a session of ours of one of another system: with a handle of ours, and until the same end, or that of the longest life that a session may have here.
    ///
    /// When it was last refreshed is not known of such a session. It is taken for granted that both systems let sessions live equally long without a refresh.
    ///
    /// # Errors
    ///
    /// [`SessionError`] where we failed; [`Unfit`] inside where it cannot go on.
    pub fn adopt(
        &self,
        candidate: Candidate,
        now: UnixMilliseconds,
    ) -> Result<Result<ImportedSession, Unfit>, SessionError> {
        let Candidate { source, token_hash, user_id, jwt_payload, data, .. } = candidate;
        let settings = &self.settings;
        let created_at = candidate.created_at.unwrap_or(now).min(now);
        let end = settings.max_lifetime.map(|lifetime| created_at.after(lifetime));
        let expires_at = end.map_or(candidate.expires_at, |end| end.min(candidate.expires_at));
        if expires_at <= now {
            return Ok(Err(Unfit::Expired));
        }
        let validity_ms = u64::try_from(settings.refresh_validity.as_millis()).unwrap_or(u64::MAX);
        let refreshed_at = UnixMilliseconds(candidate.expires_at.0.saturating_sub(validity_ms));
        let session = Session {
            handle: SessionHandle::new(&user_id, random::bytes()?),
            user_id,
            jwt_payload,
            created_at,
            refreshed_at: refreshed_at.clamp(created_at, now),
            expires_at,
            client: None,
            current: None,
        };
        match self.check_payload(&session, now) {
            Ok(()) => Ok(Ok(ImportedSession { source, token_hash, session, data })),
            Err(
                error @ (SessionError::AccessTokenTooLarge { .. }
                | SessionError::PayloadTooDeep { .. }),
            ) => Ok(Err(Unfit::Payload(error.to_string()))),
            Err(error) => Err(error),
        }
    }

    /// Keeps sessions that were adopted, all or none; but none that was imported before.
    ///
    /// # Errors
    ///
    /// A failure of ours, and then nothing was kept.
    pub async fn import(
        &self,
        sessions: &[ImportedSession],
        mode: ImportMode,
    ) -> Result<Imported, SessionError> {
        Ok(self.store.import_sessions(sessions, mode).await?)
    }

    /// Takes some imported sessions back, those after `after`: they are gone, those that were refreshed here are ended as any other, and all can be imported again.
    /// Gives how many, and where to go on.
    ///
    /// # Errors
    ///
    /// A failure of ours; those that were taken back before it stay so.
    pub async fn take_back_imports(
        &self,
        after: Option<SourceId>,
        limit: u32,
    ) -> Result<(u64, Option<SourceId>), SessionError> {
        let taken = self.store.take_back_imports(after, limit).await?;
        for import in &taken.in_use {
            // First of all the end: should the rest fail, it is known that there is something to do.
            self.revoke(import.handle).await?;
            self.store.remove_import(import.source).await?;
        }
        Ok((taken.removed + taken.in_use.len() as u64, taken.next))
    }

    /// Reads a refresh token of another system, where that is wanted, and gives what takes its place in our rules: a token of the session that came with it, and
    /// the hash that it is known by. Asks the store only about a text of the exact shape.
    pub(super) async fn imported(
        &self,
        text: &str,
    ) -> Result<Option<(RefreshToken, RefreshHash)>, SessionError> {
        if self.settings.imported_tokens == ImportedTokens::Refused {
            return Ok(None);
        }
        let Some(token) = ImportedToken::read(text) else { return Ok(None) };
        let handle = self.store.session_of_imported_token(token.hash).await?;
        Ok(handle.map(|handle| (self.refresh_keys.issue(handle, *token.secret), token.hash)))
    }

    fn check_payload(&self, session: &Session, now: UnixMilliseconds) -> Result<(), SessionError> {
        Self::check_nesting(session.jwt_payload.as_ref())?;
        self.check_size(session, now)
    }
}
