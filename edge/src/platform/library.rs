//! What workers of your own, written in Rust, build on.
//!
//! ```no_run
//! use wayleave_edge::{Csrf, platform};
//! use worker::{Context, Env, Request, Response, Result, event};
//!
//! # mod example { use super::*; // `event` makes a function of its own beside this one.
//! #[event(fetch)]
//! async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
//!     let edge = match platform::edge(&request, &env, context) {
//!         Ok(edge) => edge,
//!         Err(wrong) => return Response::error(wrong.to_string(), 500),
//!     };
//!     match edge.get_session(&request, Csrf::UnsafeMethods).await {
//!         Ok(session) => Response::ok(session.user_id().to_text()),
//!         Err(error) => platform::refusal(&edge, &error),
//!     }
//! }
//! # }
//! # fn main() {}
//! ```

use super::{convert, host::WorkerHost, isolate};
use crate::{
    host::Host,
    request::{IncomingRequest, RequestView},
    respond,
    sessions::{Edge, SessionError},
    settings::{Settings, SettingsError},
};
use std::{borrow::Cow, rc::Rc};
use wasm_bindgen::JsValue;
use wayleave_shared::wire::BrowserLines;
use worker::{Context, Env, Request, Response, web_sys};

impl IncomingRequest for Request {
    fn view(&self) -> Cow<'_, RequestView<'_>> {
        Cow::Owned(convert::request_view(self.inner()))
    }
}

impl IncomingRequest for web_sys::Request {
    fn view(&self) -> Cow<'_, RequestView<'_>> {
        Cow::Owned(convert::request_view(self))
    }
}

/// Verifies sessions in this worker, for one request. The variables are those of `wrangler.toml` that are not the gateway's: `ORIGIN_URL`, `SERVICE_KEY` and `ISSUER` at least. They are
/// read once in an isolate.
///
/// # Errors
///
/// The first variable that is missing or wrong.
pub fn edge(
    request: &Request,
    env: &Env,
    context: impl Into<Rc<Context>>,
) -> Result<Edge<WorkerHost>, SettingsError> {
    edge_with(request, env, context, |variable| Settings::read_without_gateway(variable))
}

/// The same with settings from elsewhere than the variables. `read` is called once in an isolate.
///
/// # Errors
///
/// What `read` says.
pub fn edge_with(
    request: &Request,
    env: &Env,
    context: impl Into<Rc<Context>>,
    read: impl FnOnce(&dyn Fn(&str) -> Option<String>) -> Result<Settings, SettingsError>,
) -> Result<Edge<WorkerHost>, SettingsError> {
    let isolate = isolate::isolate(env, read)?;
    // Another reference to the same request: its own `clone` would split its body in two.
    let request = Clone::clone(request.inner());
    Ok(Edge::new(WorkerHost::new(request, env.clone(), context.into()), isolate))
}

/// Puts lines for the browser on a response: those of a log-in, a refresh, a changed payload or the end of a session.
///
/// # Errors
///
/// Where the response's headers cannot be changed, as those of a response that was fetched: make a new one from it first.
pub fn add_lines(response: &mut Response, lines: &BrowserLines) -> worker::Result<()> {
    convert::apply(&response.headers_mut().0, respond::browser_lines(lines)).map_err(thrown)
}

/// The response that tells a client why it has no session: problem details (RFC 9457), with the lines that clear its cookies where the session is over.
///
/// # Errors
///
/// Where the platform cannot make a response.
pub fn refusal<H: Host>(edge: &Edge<H>, error: &SessionError) -> worker::Result<Response> {
    let answer = error.answer(edge.settings().expired_status);
    convert::response(&answer, false).map(Response::from).map_err(thrown)
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` passes a value")]
fn thrown(thrown: JsValue) -> worker::Error {
    worker::Error::RustError(convert::message(&thrown))
}
