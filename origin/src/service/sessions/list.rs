//! A session, or a user's.

use super::{NO_SESSION, Sessions};
use crate::service::SessionError;
use wayleave_shared::{
    session_handle::SessionHandle,
    user_id::UserId,
    wire::{Session, SessionList},
};

/// Which part of a user's sessions.
#[derive(Clone, Copy, Debug)]
pub struct ListPage {
    /// Those after this one.
    pub after: Option<SessionHandle>,
    /// At most so many.
    pub limit: u32,
    /// The session to be marked.
    pub current: Option<SessionHandle>,
}

impl Sessions {
    /// The live session with this handle.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unauthorised`] where there is none; or a failure of ours.
    pub async fn session(&self, handle: SessionHandle) -> Result<Session, SessionError> {
        let stored = self.store.session(handle).await?;
        stored.map(|stored| stored.session).ok_or(NO_SESSION)
    }

    /// One page of a user's live sessions.
    ///
    /// # Errors
    ///
    /// A failure of ours.
    pub async fn sessions_of_user(
        &self,
        user_id: &UserId,
        page: ListPage,
    ) -> Result<SessionList, SessionError> {
        // One more than asked for tells whether there is a next page.
        let mut stored = self.store.sessions_of_user(user_id, page.after, page.limit + 1).await?;
        let more = stored.len() > page.limit as usize;
        stored.truncate(page.limit as usize);
        let next = stored.last().filter(|_| more).map(|last| last.session.handle);
        let marked = |session: Session| Session {
            current: page.current.map(|current| session.handle == current),
            ..session
        };
        let sessions = stored.into_iter().map(|stored| marked(stored.session)).collect();
        Ok(SessionList { sessions, next })
    }
}
