//! A service as an app would write it, and what is around it.

use crate::{
    browser::Browser,
    origin::{ISSUER, Origin, SERVICE_KEY},
};
use axum::{
    Router,
    extract::{Path, State},
    http::request::Parts,
    response::IntoResponse,
    routing::{get, post},
};
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::JoinHandle};
use wayleave::{Builder, NewSession, Session, SessionError, UnixMilliseconds, UserId, Wayleave};
use wayleave_origin::clock::{Clock, ManualClock};

/// An origin, a service on it, and their clock.
pub(crate) struct Stage {
    pub(crate) origin: Origin,
    pub(crate) wayleave: Wayleave,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) url: String,
    serving: JoinHandle<()>,
}

impl Stage {
    /// With the default settings, and keys and feed in memory.
    pub(crate) async fn ready() -> Self {
        Self::with(|builder| builder).await
    }

    /// With other settings.
    pub(crate) async fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = Arc::new(ManualClock::at(UnixMilliseconds(NOW_MS)));
        let origin = Origin::at(&clock).await;
        let wayleave = change(builder(&origin, &clock)).connect().unwrap();
        assert!(wayleave.ready().await);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = axum::serve(listener, app(wayleave.clone()));
        let serving = tokio::spawn(async { service.await.unwrap() });
        origin.asked();
        Self { origin, wayleave, clock, url, serving }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::at(&self.url)
    }

    /// A browser in which this user is logged in.
    pub(crate) async fn logged_in(&self, user: &str) -> Browser {
        let browser = self.browser();
        browser.post(&format!("/login/{user}")).await.expect(200);
        self.origin.asked();
        browser
    }

    pub(crate) fn advance_ms(&self, span_ms: u64) {
        self.clock.advance(Duration::from_millis(span_ms));
    }

    /// Ends the user's sessions as another backend does.
    pub(crate) async fn end_elsewhere(&self, user: &str) {
        let path = format!("/v1/users/{user}/sessions");
        assert_eq!(self.origin.backend("DELETE", &path).await, 200);
    }

    /// What was asked of the origin but for keys and feed.
    pub(crate) fn asked_for_someone(&self) -> Vec<String> {
        let is_upkeep = |line: &str| line == KEYS || line == FEED;
        self.origin.asked().into_iter().filter(|line| !is_upkeep(line)).collect()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// What a service on this origin needs.
pub(crate) fn builder(origin: &Origin, clock: &Arc<ManualClock>) -> Builder {
    let clock = Arc::clone(clock);
    Wayleave::builder()
        .origin_url(origin.url())
        .service_key(SERVICE_KEY)
        .issuer(ISSUER)
        .clock(move || clock.now())
}

fn app(wayleave: Wayleave) -> Router {
    Router::new()
        .route("/login/{user}", post(log_in))
        .route("/me", get(me).post(me))
        .route("/perhaps", get(perhaps).post(perhaps))
        .route("/why", get(why))
        .route("/data", get(data))
        .route("/data/{text}", post(update_data))
        .route("/role/{role}", post(change_role))
        .route("/logout", post(log_out))
        .nest("/auth", wayleave::routes(&wayleave))
        .with_state(wayleave)
}

async fn log_in(
    State(wayleave): State<Wayleave>,
    Path(user): Path<String>,
    request: Parts,
) -> Result<impl IntoResponse, SessionError> {
    let new = NewSession {
        jwt_payload: Some(wayleave::to_json(&"guest")?),
        ..NewSession::of(UserId::text(user).unwrap())
    };
    let issued = wayleave.create_session(&request, new).await?;
    Ok((issued.set, issued.session.handle().to_string()))
}

async fn me(session: Session) -> String {
    let role: String = wayleave::from_json(session.jwt_payload().unwrap()).unwrap();
    format!("{} {role}", session.user_id().to_text())
}

async fn perhaps(session: Option<Session>) -> String {
    session.map_or("nobody".to_owned(), |session| session.user_id().to_text())
}

async fn why(session: Result<Session, SessionError>) -> String {
    session.map_or_else(|error| error.to_string(), |session| session.user_id().to_text())
}

async fn data(session: Session) -> Result<String, SessionError> {
    let stored = session.data().await?;
    let text = stored.data.as_ref().map_or("none", |data| data.text());
    Ok(format!("{} {text}", stored.version))
}

async fn update_data(session: Session, Path(text): Path<String>) -> Result<String, SessionError> {
    let version = session.update_data(&text, None).await?;
    Ok(version.to_string())
}

async fn change_role(
    mut session: Session,
    Path(role): Path<String>,
) -> Result<impl IntoResponse, SessionError> {
    let set = session.update_jwt_payload(&role).await?;
    Ok((set, me(session).await))
}

async fn log_out(session: Session) -> Result<impl IntoResponse, SessionError> {
    Ok((session.revoke().await?, "good bye"))
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let limit = Duration::from_mins(1);
    assert!(tokio::time::timeout(limit, waiting).await.is_ok(), "not so yet: {what}");
}

pub(crate) const NOW_MS: u64 = 1_700_000_000_000;
pub(crate) const KEYS: &str = "GET /.well-known/jwks.json";
pub(crate) const FEED: &str = "GET /v1/revocations";
