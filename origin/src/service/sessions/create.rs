//! A log-in.

use super::{ClientAddress, Sessions, issue::Grant};
use crate::{
    random,
    service::SessionError,
    store::{EndReason, NewSession},
};
use wayleave_shared::{
    client::{Client, network},
    rotation::Step,
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    wire::{CreateSession, IssuedSession, Session},
};

impl Sessions {
    /// Logs a user in: always a new handle, and the end of the session that the log-in replaces, and of those that are too many.
    ///
    /// The new session is kept before any old one is removed. Should the removal fail, nobody was told the new tokens, and the old sessions go on
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
        Self::check_nesting(request.jwt_payload.as_ref())?;
        let handle = SessionHandle::new(&request.user_id, random::bytes()?);
        let refresh_token = self.refresh_keys.issue(handle, random::bytes()?);
        let settings = &self.settings;
        let longest = settings.max_lifetime.unwrap_or(settings.refresh_validity);
        let validity = settings.refresh_validity.min(longest);
        let session = Session {
            handle,
            user_id: request.user_id,
            jwt_payload: request.jwt_payload,
            created_at: now,
            refreshed_at: now,
            expires_at: now.after(validity),
            client: request.client.and_then(|client| self.kept(client)),
            current: None,
        };
        let issued = self.issue(
            Grant {
                session,
                refresh_token: &refresh_token,
                generation: 0,
                transfer: request.transfer,
                step: Step::Rotate,
            },
            now,
        )?;
        self.check_issued(&issued, request.transfer, now)?;

        let session = &issued.session;
        self.store
            .create_session(NewSession {
                handle,
                user_id: session.user_id.clone(),
                refresh_hash: refresh_token.hash(),
                jwt_payload: session.jwt_payload.clone(),
                data: request.session_data,
                client: session.client.clone(),
                validity,
            })
            .await?;
        self.metrics.session_created();
        if let Some(replaced) = request.replaces {
            let ending = self.ending(EndReason::Replaced);
            let revoked = self.store.revoke_session(replaced, ending).await?;
            self.metrics.sessions_ended(EndReason::Replaced, revoked.into());
        }
        if let Some(limit) = settings.max_per_user {
            let ending = self.ending(EndReason::Limit);
            let surplus = self.store.revoke_surplus(&session.user_id, limit, ending).await?;
            self.metrics.sessions_ended(EndReason::Limit, surplus.len());
        }
        Ok(issued)
    }

    /// What the deployment keeps of this.
    fn kept(&self, client: Client) -> Option<Client> {
        let address = match self.settings.client_address {
            ClientAddress::Full => client.address,
            ClientAddress::Off => None,
            ClientAddress::Shortened => client.address.map(network),
        };
        Some(Client { address, ..client }).filter(|client| *client != Client::default())
    }
}
