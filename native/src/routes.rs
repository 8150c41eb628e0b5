//! The routes that the browser's client calls.

use crate::{RequestHead, Wayleave, respond};
use axum::{
    Router,
    extract::{Request, State},
    response::Response,
    routing::any,
};
use wayleave_edge::{handle::handle, host::Reply};

/// `POST /session/refresh` and `POST /signout`, to be nested where the client looks for them: under `/auth`, unless the origin's refresh path and the client say otherwise.
///
/// They are the edge's own: the same statuses, bodies and lines, the same guard against other sites, 405 for other methods, and pre-flights of
/// [`allowed_origins`](crate::Builder::allowed_origins). Without a refresh token nobody is asked; how often one address
/// may try with one is not limited here, so put a rate limit in front where that matters.
///
/// ```
/// # fn app(wayleave: &wayleave::Wayleave) -> axum::Router {
/// axum::Router::new().nest("/auth", wayleave::routes(wayleave))
/// # }
/// ```
pub fn routes<S: Clone + Send + Sync + 'static>(wayleave: &Wayleave) -> Router<S> {
    Router::new()
        .route(REFRESH, any(async |state, request| answer(state, request, REFRESH).await))
        .route(SIGN_OUT, any(async |state, request| answer(state, request, SIGN_OUT).await))
        .with_state(wayleave.clone())
}

/// As the edge answers this route, wherever it is nested here.
async fn answer(
    State(wayleave): State<Wayleave>,
    request: Request,
    route: &'static str,
) -> Response {
    let mut view = wayleave.view(RequestHead::from(&request));
    drop(request);
    let edge = wayleave.edge();
    view.path = format!("{}{route}", edge.settings().gateway.auth_base_path).into();
    match handle(edge.host(), wayleave.isolate(), &view).await {
        Reply::App(never, _) => match never {},
        Reply::Own(answer) => respond::response(answer),
    }
}

const REFRESH: &str = "/session/refresh";
const SIGN_OUT: &str = "/signout";
