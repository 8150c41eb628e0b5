//! Making and refreshing a session.

use super::{Edge, Session, SessionError};
use crate::{
    credential::{self, RefreshToken},
    cross_site,
    decide::{Action, AppCode, Forward, Refusal},
    host::Host,
    origin::{Call, ask, checked, clear_duplicates, read},
    request::{IncomingRequest, RequestView},
    session::{self, AntiCsrfRule},
    settle,
    upkeep::revocations,
};
use std::fmt;
use wayleave_shared::{
    client::Client,
    json::Json,
    refusal::Code,
    session_handle::SessionHandle,
    user_id::UserId,
    wire::{BrowserLines, CreateSession, IssuedSession, TokenTransfer, VerifiedSession},
};

/// Who logs in, after the app's own check.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Who it is.
    pub user_id: UserId,
    /// Travels inside the access token, readable by the page; `None` is not `null`.
    pub jwt_payload: Option<Json>,
    /// Stays in the database.
    pub session_data: Option<Json>,
    /// What the user logged in with, for the list of their sessions.
    pub client: Option<Client>,
}

impl NewSession {
    /// A session with nothing in it.
    #[must_use]
    pub const fn of(user_id: UserId) -> Self {
        Self { user_id, jwt_payload: None, session_data: None, client: None }
    }
}

/// A session with the lines that put its tokens into the browser: each must stand on the answer.
#[derive(Clone)]
pub struct Issued<H: Host> {
    /// The session.
    pub session: Session<H>,
    /// The lines.
    pub lines: BrowserLines,
}

impl<H: Host> Edge<H> {
    /// Logs a user in. The session that the request itself carried is ended, and the tokens travel as its client wants them. One call.
    ///
    /// # Errors
    ///
    /// [`General`](super::ErrorType::General): the origin cannot be asked, or what was given is too large for an access token.
    pub async fn create_session(
        &self,
        request: &impl IncomingRequest,
        new: NewSession,
    ) -> Result<Issued<H>, SessionError> {
        let (settings, request) = (self.settings(), request.view());
        let replaces = self.carried(&request).await;
        let NewSession { user_id, jwt_payload, session_data, client } = new;
        if jwt_payload.as_ref().is_some_and(|payload| !payload.has_unique_members()) {
            let reason = "an object in the payload has two members of one name";
            return Err(SessionError::new(Code::BadRequest, reason));
        }
        let transfer = credential::transfer_of_log_in(&request.headers, settings);
        let wanted =
            CreateSession { user_id, jwt_payload, session_data, client, transfer, replaces };
        let read = |incoming: &_| read(incoming, 201);
        let issued = ask(&self.host, settings, &Call::CreateSession(&wanted), read).await?;
        if let Some(session) = replaces {
            revocations::end_session(&self.host, &self.isolate, session);
        }
        self.issued(issued, transfer)
    }

    /// Trades the request's refresh token for new tokens. One call; none where there is no refresh token.
    ///
    /// # Errors
    ///
    /// | | when |
    /// |---|---|
    /// | [`Unauthorised`](super::ErrorType::Unauthorised) | there is no such session any more, no refresh token, or another site caused the request |
    /// | [`TokenTheftDetected`](super::ErrorType::TokenTheftDetected) | the token's successor is in use already |
    /// | [`TryRefreshToken`](super::ErrorType::TryRefreshToken) | the browser has two cookies of one name; with the lines of this error on the answer it comes back with one |
    /// | [`General`](super::ErrorType::General) | the origin cannot be asked |
    pub async fn refresh_session(
        &self,
        request: &impl IncomingRequest,
    ) -> Result<Issued<H>, SessionError> {
        let (settings, request) = (self.settings(), request.view());
        let headers = &request.headers;
        let found = credential::refresh_token(headers, settings);
        let is_bearer = matches!(found, RefreshToken::Token(_, transfer) if transfer.is_header());
        if !is_bearer && !cross_site::is_allowed(&request, &settings.gateway.allowed_origins) {
            return Err(SessionError::refused(Refusal::CrossSite));
        }
        match found {
            RefreshToken::Absent => Err(SessionError::refused(Refusal::NoRefreshToken)),
            RefreshToken::Duplicates => {
                let call = Call::ClearDuplicates;
                let cleared = ask(&self.host, settings, &call, clear_duplicates).await?;
                if !cleared.session_goes_on {
                    return Err(SessionError::over(cleared.browser));
                }
                let reason = "the browser has two cookies of one name";
                Err(SessionError::new(Code::TryRefreshToken, reason).with_lines(cleared.browser))
            }
            RefreshToken::Token(token, transfer) => {
                let read = |incoming: &_| read(incoming, 200);
                let call = Call::Refresh(token, transfer);
                let issued = ask(&self.host, settings, &call, read).await?;
                self.issued(issued, transfer)
            }
        }
    }

    /// The session that a log-in comes with, valid or expired: it is ended.
    async fn carried(&self, request: &RequestView<'_>) -> Option<SessionHandle> {
        let (host, isolate) = (&self.host, &self.isolate);
        if credential::Credential::of(&request.headers, &isolate.settings).is_absent() {
            return None;
        }
        // For its keys: what is decided does not matter here.
        let question = AppCode { request, rule: AntiCsrfRule::Never };
        let action = settle::settle(host, isolate, &question).await;
        if let Action::Forward(Forward { session: Some(claims), .. }) = action {
            return Some(claims.session);
        }
        let keys = isolate.keys.lock().keys();
        let now = host.now().whole_seconds();
        session::carried(&request.headers, keys.as_ref(), &isolate.settings, now).session
    }

    fn issued(
        &self,
        issued: IssuedSession,
        transfer: TokenTransfer,
    ) -> Result<Issued<H>, SessionError> {
        let IssuedSession { session, access_token, browser, .. } = issued;
        let verified = VerifiedSession {
            handle: session.handle,
            user_id: session.user_id,
            jwt_payload: session.jwt_payload,
            expires_at: access_token.expires_at,
        };
        // Cookies that had to go are gone with this answer.
        let later =
            if transfer.is_header() { TokenTransfer::Header } else { TokenTransfer::Cookie };
        let session = Session::new(self.clone(), verified, access_token.token, later);
        Ok(Issued { session, lines: checked(browser)? })
    }
}

impl<H: Host> fmt::Debug for Issued<H> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Issued({:?}, {:?})", self.session, self.lines)
    }
}
