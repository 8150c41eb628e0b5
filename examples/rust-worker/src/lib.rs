//! A worker in Rust that keeps users logged in by itself: no gateway in front, and no call to the origin where only the token is needed.

use serde::Deserialize;
use serde_json::json;
use wayleave_edge::{
    Csrf, Edge, SessionError,
    platform::{self, WorkerHost},
    sessions::NewSession,
};
use wayleave_shared::{json::Json, user_id::UserId};
use worker::{Context, Env, Method, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, context: Context) -> Result<Response> {
    let edge = match platform::edge(&request, &env, context) {
        Ok(edge) => edge,
        // A variable is missing or wrong: the text names it, and what is accepted.
        Err(wrong) => return Response::error(wrong.to_string(), 500),
    };
    let path = request.path();
    let answer = match (request.method(), path.as_str()) {
        (Method::Get, "/") => return Response::ok(HELP),
        (Method::Post, "/login") => log_in(&edge, &mut request).await,
        (Method::Post, "/auth/session/refresh") => refresh(&edge, &request).await,
        (Method::Post, "/auth/signout") => sign_out(&edge, &request).await,
        (Method::Get, "/api/me") => me(&edge, &request).await,
        (Method::Post, "/api/counter") => count(&edge, &request).await,
        _ => return Response::error("Not Found", 404),
    };
    match answer {
        Ok(response) => Ok(response),
        Err(Failure::Session(error)) => platform::refusal(&edge, &error),
        Err(Failure::Request(reason)) => {
            Ok(Response::from_json(&json!({"code": "bad_request", "detail": reason}))?
                .with_status(400))
        }
        Err(Failure::Worker(error)) => Err(error),
    }
}

type App = Edge<WorkerHost>;
type Answer = std::result::Result<Response, Failure>;

/// Why a route has no answer of its own.
enum Failure {
    Request(&'static str),
    Session(SessionError),
    Worker(worker::Error),
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl From<worker::Error> for Failure {
    fn from(error: worker::Error) -> Self {
        Self::Worker(error)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogIn {
    user_id: UserId,
    #[serde(default, deserialize_with = "wayleave_shared::json::present")]
    jwt_payload: Option<Json>,
}

async fn log_in(edge: &App, request: &mut Request) -> Answer {
    let body = request.text().await?;
    let LogIn { user_id, jwt_payload } = serde_json::from_str(&body)
        .map_err(|_| Failure::Request("the body must be {\"userId\", \"jwtPayload\"?}"))?;

    // A real app checks here that it is this user: a password, OAuth, a passkey.

    let new = NewSession { jwt_payload, ..NewSession::of(user_id) };
    let issued = edge.create_session(request, new).await?;
    let mut response = Response::from_json(&json!({"status": "OK"}))?;
    platform::add_lines(&mut response, &issued.lines)?;
    Ok(response)
}

async fn refresh(edge: &App, request: &Request) -> Answer {
    let issued = edge.refresh_session(request).await?;
    let mut response = Response::from_json(&json!({}))?;
    platform::add_lines(&mut response, &issued.lines)?;
    Ok(response)
}

async fn sign_out(edge: &App, request: &Request) -> Answer {
    let session = edge.get_session(request, Csrf::Required).await?;
    let revoked = session.revoke().await?;
    let mut response = Response::from_json(&json!({"status": "OK"}))?;
    platform::add_lines(&mut response, &revoked.browser)?;
    Ok(response)
}

async fn me(edge: &App, request: &Request) -> Answer {
    let session = edge.get_session(request, Csrf::UnsafeMethods).await?;
    let verified = session.verified();
    let mut me = json!({"userId": verified.user_id});
    if let Some(payload) = &verified.jwt_payload {
        me["jwtPayload"] = json!(payload);
    }
    Ok(Response::from_json(&me)?)
}

/// One more, kept in the session's data. Two of them at the same moment: only one stands on the version that it read, and the other begins anew.
async fn count(edge: &App, request: &Request) -> Answer {
    let session = edge.get_session(request, Csrf::UnsafeMethods).await?;
    loop {
        let stored = session.data().await?;
        let before = stored.data.and_then(|data| serde_json::from_str::<Counter>(data.text()).ok());
        let counter = before.map_or(0, |data| data.counter) + 1;
        let data = Json::parse(json!({"counter": counter}).to_string())
            .map_err(|_| Failure::Request("a number is always JSON"))?;
        match session.update_data(&data, Some(stored.version)).await {
            Ok(_) => return Ok(Response::from_json(&json!({"counter": counter}))?),
            Err(overtaken) if overtaken.is_version_conflict() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[derive(Deserialize)]
struct Counter {
    counter: u64,
}

const HELP: &str =
    "POST /login, GET /api/me, POST /api/counter, POST /auth/session/refresh, POST /auth/signout\n";
