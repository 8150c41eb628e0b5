//! Sessions for services in Rust, behind the edge or without it.
//!
//! A service verifies by itself, with the code that runs at the edge: a request with a session costs no call. Keys and revocations are kept in memory and renewed in the
//! background. What needs the store goes to the origin.
//!
//! | | |
//! |---|---|
//! | [`Wayleave`], [`Builder`] | the handle that a service holds, and its settings |
//! | [`Session`] | a session, and an argument of an axum handler; `Option<Session>` and `Result<Session, SessionError>` are too |
//! | [`SessionLayer`] | the same for whole services, with tower |
//! | [`SetSession`] | what the browser has to be told: part of an answer |
//! | [`SessionError`] | why there is no session, and the answer that says so |
//! | [`routes()`] | refresh and sign-out, for the browser's client |
//! | [`exposed_headers`], [`allowed_headers`] | what a CORS layer has to be told |
//! | [`Trusted`], [`GatewayTrust`] | behind the gateway: what its headers say, and why they may be believed |
//! | [`to_json`], [`from_json`] | payloads and session data as the app's own types |
//!
//! # Examples
//!
//! A service that logs users in, greets them and lets them go. `origin_url` and `service_key` are those of a running origin.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/service/origin.rs"));
//! use axum::{Router, extract::State, http::request::Parts, response::IntoResponse, routing::{get, post}};
//! use wayleave::{NewSession, Session, SessionError, UserId, Wayleave};
//!
//! async fn log_in(State(wayleave): State<Wayleave>, request: Parts) -> Result<impl IntoResponse, SessionError> {
//!     // Here the app checks who it is.
//!     let user_id = UserId::text("alice").expect("an id of the app's own");
//!     let issued = wayleave.create_session(&request, NewSession::of(user_id)).await?;
//!     Ok((issued.set, "welcome"))
//! }
//!
//! async fn me(session: Session) -> String {
//!     session.user_id().to_text()
//! }
//!
//! fn app(wayleave: Wayleave) -> Router {
//!     Router::new()
//!         .route("/login", post(log_in))
//!         .route("/me", get(me))
//!         .nest("/auth", wayleave::routes(&wayleave))
//!         .with_state(wayleave)
//! }
//!
//! # #[tokio::main]
//! # async fn main() {
//! # use tower::ServiceExt;
//! # let origin = Origin::start().await;
//! # let (origin_url, service_key) = (origin.url(), SERVICE_KEY);
//! let wayleave = Wayleave::builder()
//!     .origin_url(origin_url)
//!     .service_key(service_key)
//!     .issuer("https://id.example")
//!     .connect()
//!     .expect("settings that are right");
//! let app = app(wayleave);
//! # let send = |request: http::request::Builder| app.clone().oneshot(request.body(axum::body::Body::empty()).unwrap());
//! # let welcome = send(http::Request::post("/login")).await.unwrap();
//! # assert_eq!(welcome.status(), 200);
//! # let cookies = welcome.headers().get_all("set-cookie").iter();
//! # let cookies: Vec<_> = cookies.map(|line| line.to_str().unwrap().split(';').next().unwrap()).collect();
//! # let me = send(http::Request::get("/me").header("cookie", cookies.join("; "))).await.unwrap();
//! # assert_eq!(axum::body::to_bytes(me.into_body(), 100).await.unwrap(), "alice");
//! # assert_eq!(send(http::Request::get("/me")).await.unwrap().status(), 401);
//! # }
//! ```

mod builder;
mod by_handle;
mod cors;
mod error;
mod extract;
mod host;
mod json;
mod layer;
mod request_head;
mod respond;
mod routes;
mod session;
mod set_session;
mod transport;
mod trusted;
mod upkeep;
mod wayleave;

pub use crate::wayleave::{Issued, Wayleave};
pub use builder::{Builder, ConnectError};
pub use cors::{allowed_headers, exposed_headers};
pub use error::SessionError;
pub use host::NativeHost;
pub use json::{from_json, to_json};
pub use layer::{SessionLayer, SessionService};
pub use request_head::RequestHead;
pub use respond::InvalidLine;
pub use routes::routes;
pub use session::Session;
pub use set_session::SetSession;
pub use trusted::{GatewayTrust, InvalidTrustKey, NotTrusted, SIGNATURE_MAX_AGE_S, Trusted};

#[doc(no_inline)]
pub use wayleave_edge::{
    Csrf, Edge,
    confirmations::ConfirmMode,
    respond::ExpiredStatus,
    revocations::{Mode, StaleFeed},
    sessions::{ErrorType, NewSession},
    settings::{SettingsError, TransferPolicy},
};
#[doc(no_inline)]
pub use wayleave_shared::{
    client::Client,
    json::Json,
    refusal::Code,
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    user_id::UserId,
    wire::{BrowserLines, Session as StoredSession, SessionData, StolenSession},
};

/// Runs the examples of the README and of `docs/rust.md` with the documentation tests.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.md")]
    struct Readme;

    #[doc = include_str!("../../docs/rust.md")]
    struct Rust;
}
