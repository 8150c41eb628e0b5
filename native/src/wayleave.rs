//! The handle that a service holds.

use crate::{
    Builder, ConnectError, RequestHead, Session, SessionError, SetSession, host::NativeHost,
};
use std::{fmt, sync::Arc};
use tokio::task::AbortHandle;
use wayleave_edge::{
    Csrf, Edge, isolate::Isolate, request::RequestView, sessions::Issued as IssuedSession,
    sessions::NewSession,
};
use wayleave_shared::web_origin::WebOrigin;

/// Verifies sessions, and asks the origin about them. One for the whole process; cheap to clone.
///
/// It keeps the public keys and the revocation feed in memory, and both current in the background, until its last clone is dropped. So [`Wayleave::get_session`] makes no
/// call, but for what the settings ask for.
///
/// # Examples
///
/// ```no_run
/// # async fn start() -> Result<(), wayleave::ConnectError> {
/// use wayleave::Wayleave;
///
/// let wayleave = Wayleave::builder()
///     .origin_url("https://sessions.example")
///     .service_key("one of the origin's service keys")
///     .issuer("https://id.example")
///     .connect()?;
/// if !wayleave.ready().await {
///     tracing::warn!("the origin cannot be asked yet");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Wayleave(Arc<Inner>);

struct Inner {
    edge: Edge<NativeHost>,
    isolate: Arc<Isolate>,
    public_url: Option<WebOrigin>,
    upkeep: Option<AbortHandle>,
}

/// A session that was made or refreshed.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The session.
    pub session: Session,
    /// What puts its tokens into the browser: part of the answer.
    pub set: SetSession,
}

impl Wayleave {
    /// Settings by name, with types.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// With the settings of the process's environment: [`Builder::from_env`].
    ///
    /// # Errors
    ///
    /// Any [`ConnectError`].
    pub fn from_env() -> Result<Self, ConnectError> {
        Builder::from_env().connect()
    }

    pub(crate) fn new(
        edge: Edge<NativeHost>,
        isolate: Arc<Isolate>,
        public_url: Option<WebOrigin>,
        upkeep: Option<AbortHandle>,
    ) -> Self {
        Self(Arc::new(Inner { edge, isolate, public_url, upkeep }))
    }

    /// Gets what is needed to verify, and says whether it is there: public keys and, in feed mode, a feed that is not too old. For a readiness probe.
    pub async fn ready(&self) -> bool {
        self.edge().make_ready().await
    }

    /// The session that a request proves. No call, but for what the settings ask for: a feed that has become too old, `strict` revocation, `inline` confirmation.
    ///
    /// [`Session`] as an argument of a handler, and [`SessionLayer`](crate::SessionLayer), do the same.
    ///
    /// # Errors
    ///
    /// | | when |
    /// |---|---|
    /// | [`ErrorType::Unauthorised`](crate::ErrorType::Unauthorised) | nothing tells of a session, or it was ended |
    /// | [`ErrorType::TryRefreshToken`](crate::ErrorType::TryRefreshToken) | the access token is missing, expired or does not verify, or the anti-CSRF token is missing or wrong |
    /// | [`ErrorType::General`](crate::ErrorType::General) | there are no keys, or what is known of revocations is too old and cannot be renewed |
    pub fn get_session<'request>(
        &self,
        request: impl Into<RequestHead<'request>>,
        csrf: Csrf,
    ) -> impl Future<Output = Result<Session, SessionError>> + Send {
        // Read before anything waits: the future holds no request, which few futures may.
        self.clone().session_proved_by(self.view(request.into()), csrf)
    }

    /// Logs a user in, after the app's own check. The session that the request itself carried is ended, and the tokens travel as its client wants them. One call.
    ///
    /// # Errors
    ///
    /// [`ErrorType::General`](crate::ErrorType::General): the origin cannot be asked, or what was given is too large for an access token.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::{extract::State, http::request::Parts, response::IntoResponse};
    /// use wayleave::{NewSession, SessionError, UserId, Wayleave};
    ///
    /// async fn log_in(State(wayleave): State<Wayleave>, request: Parts) -> Result<impl IntoResponse, SessionError> {
    ///     // Here the app checks who it is.
    ///     let user_id = UserId::integer(7).expect("a small number");
    ///     let issued = wayleave.create_session(&request, NewSession::of(user_id)).await?;
    ///     Ok((issued.set, "welcome"))
    /// }
    /// # let _: axum::routing::MethodRouter<Wayleave> = axum::routing::post(log_in);
    /// ```
    pub fn create_session<'request>(
        &self,
        request: impl Into<RequestHead<'request>>,
        new: NewSession,
    ) -> impl Future<Output = Result<Issued, SessionError>> + Send {
        let (wayleave, view) = (self.clone(), self.view(request.into()));
        async move {
            let issued = wayleave.edge().create_session(&view, new).await;
            issued.map(|issued| wayleave.issued(issued)).map_err(|error| wayleave.error(error))
        }
    }

    /// Trades the request's refresh token for new tokens. One call; none where there is no refresh token. [`routes`](crate::routes()) has a ready-made route for it.
    ///
    /// # Errors
    ///
    /// | | when |
    /// |---|---|
    /// | [`ErrorType::Unauthorised`](crate::ErrorType::Unauthorised) | there is no such session any more, no refresh token, or another site caused the request |
    /// | [`ErrorType::TokenTheftDetected`](crate::ErrorType::TokenTheftDetected) | the token's successor is in use already |
    /// | [`ErrorType::TryRefreshToken`](crate::ErrorType::TryRefreshToken) | the browser has two cookies of one name; with this error as answer it comes back with one |
    /// | [`ErrorType::General`](crate::ErrorType::General) | the origin cannot be asked |
    pub fn refresh_session<'request>(
        &self,
        request: impl Into<RequestHead<'request>>,
    ) -> impl Future<Output = Result<Issued, SessionError>> + Send {
        let (wayleave, view) = (self.clone(), self.view(request.into()));
        async move {
            let issued = wayleave.edge().refresh_session(&view).await;
            issued.map(|issued| wayleave.issued(issued)).map_err(|error| wayleave.error(error))
        }
    }

    /// The same for whatever else the core can do.
    #[must_use]
    pub fn edge(&self) -> &Edge<NativeHost> {
        &self.0.edge
    }

    pub(crate) async fn session_proved_by(
        self,
        view: RequestView<'static>,
        csrf: Csrf,
    ) -> Result<Session, SessionError> {
        let found = self.edge().get_session(&view, csrf).await;
        found.map(|session| self.session_of(session)).map_err(|error| self.error(error))
    }

    pub(crate) fn isolate(&self) -> &Arc<Isolate> {
        &self.0.isolate
    }

    pub(crate) fn view(&self, request: RequestHead<'_>) -> RequestView<'static> {
        request.view(self.0.public_url.as_ref())
    }

    pub(crate) fn error(&self, refused: wayleave_edge::SessionError) -> SessionError {
        SessionError::new(refused, self.edge().settings().expired_status)
    }

    fn session_of(&self, session: wayleave_edge::Session<NativeHost>) -> Session {
        Session::new(session, self.edge().settings().expired_status)
    }

    fn issued(&self, issued: IssuedSession<NativeHost>) -> Issued {
        Issued { session: self.session_of(issued.session), set: SetSession::new(issued.lines) }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(upkeep) = &self.upkeep {
            upkeep.abort();
        }
    }
}

/// Shows where its origin is.
impl fmt::Debug for Wayleave {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Wayleave(origin {})", self.edge().settings().origin_url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;
    use origin::{ISSUER, Origin, SERVICE_KEY};
    use wayleave_edge::token_memory::Recalled;
    use wayleave_shared::user_id::UserId;

    #[expect(dead_code, reason = "the integration tests use the rest")]
    mod origin {
        include!("../tests/service/origin.rs");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_one_task_verified_all_others_recall() {
        let origin = Origin::start().await;
        let builder = Wayleave::builder().origin_url(origin.url()).service_key(SERVICE_KEY);
        let wayleave = builder.issuer(ISSUER).connect().unwrap();
        let new = NewSession::of(UserId::text("alice").unwrap());
        let issued = wayleave.create_session(&Request::new(()), new).await.unwrap();
        let cookie = issued.set.lines().set_cookie[0].split(';').next().unwrap();
        let request = Request::get("/").header("cookie", cookie).body(()).unwrap();
        let other = wayleave.clone();

        let task = async move { other.get_session(&request, Csrf::NotRequired).await };
        let verified = tokio::spawn(task).await.unwrap();

        let generation = wayleave.isolate().keys.lock().generation();
        let now = wayleave_edge::host::Host::now(wayleave.edge().host()).whole_seconds();
        let token = cookie.split_once('=').unwrap().1;
        let recalled = wayleave.isolate().tokens.lock().recall(token, generation, now);
        let Recalled::Known(claims) = recalled else { panic!("it is not in the memory") };
        assert_eq!(claims.session, verified.unwrap().handle());
    }
}
