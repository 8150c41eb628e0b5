//! Sessions for whole services.

use crate::{RequestHead, Session, SessionError, Wayleave};
use http::{Request, Response};
use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll},
};
use tower::{Layer, Service};
use wayleave_edge::Csrf;

/// Verifies every request before its handler is reached, and tells the handler: a [`Session`] is in the request's extensions.
///
/// Only [`Wayleave::get_session`] is asked, so a verified request costs no call. Pre-flights carry no cookies: a CORS layer belongs outside of this one.
///
/// # Examples
///
/// ```
/// use axum::{Router, routing::get};
/// use wayleave::{Session, SessionLayer, Wayleave};
///
/// fn app(wayleave: Wayleave) -> Router {
///     let private = Router::new()
///         .route("/me", get(async |session: Session| session.user_id().to_text()))
///         .layer(SessionLayer::required(&wayleave));
///     Router::new()
///         .route("/", get(async || "anybody may read this"))
///         .nest("/api", private)
///         .nest("/auth", wayleave::routes(&wayleave))
///         .with_state(wayleave)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct SessionLayer {
    wayleave: Wayleave,
    csrf: Csrf,
    is_required: bool,
}

/// What [`SessionLayer`] makes of a service.
#[derive(Clone)]
pub struct SessionService<S> {
    inner: S,
    layer: SessionLayer,
}

/// What a layer found: the extractors do not look again.
#[derive(Clone)]
pub(crate) struct Found(pub(crate) Result<Session, SessionError>);

impl SessionLayer {
    /// Requests without a session are answered here: 401 (or 440) as `application/problem+json`, with the lines that belong to it; 503 where nobody can say.
    #[must_use]
    pub fn required(wayleave: &Wayleave) -> Self {
        Self { wayleave: wayleave.clone(), csrf: Csrf::default(), is_required: true }
    }

    /// Requests without a session go on without one, whatever the reason, as those to public paths behind the gateway: [`Option<Session>`](Session) is `None`, and
    /// `Result<Session, SessionError>` says why.
    #[must_use]
    pub fn optional(wayleave: &Wayleave) -> Self {
        Self { is_required: false, ..Self::required(wayleave) }
    }

    /// Which requests must carry the anti-CSRF token: those whose method can change something, unless set.
    #[must_use]
    pub fn csrf(self, csrf: Csrf) -> Self {
        Self { csrf, ..self }
    }
}

impl<S> Layer<S> for SessionLayer {
    type Service = SessionService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SessionService { inner, layer: self.clone() }
    }
}

impl<S, Sent, Received> Service<Request<Sent>> for SessionService<S>
where
    S: Service<Request<Sent>, Response = Response<Received>> + Clone + Send + 'static,
    S::Future: Send,
    Sent: Send + 'static,
    Received: From<String>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Sent>) -> Self::Future {
        // The one that was polled is ready; its clone need not be.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let SessionLayer { wayleave, csrf, is_required } = self.layer.clone();
        let view = wayleave.view(RequestHead::from(&request));
        Box::pin(async move {
            let found = wayleave.session_proved_by(view, csrf).await;
            // What an outer layer found under another rule does not count here.
            request.extensions_mut().remove::<Session>();
            match &found {
                Ok(session) => {
                    request.extensions_mut().insert(session.clone());
                }
                Err(error) if is_required => return Ok(error.response()),
                Err(_) => {}
            }
            request.extensions_mut().insert(Found(found));
            inner.call(request).await
        })
    }
}

impl<S> fmt::Debug for SessionService<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SessionService").field(&self.layer).finish()
    }
}
