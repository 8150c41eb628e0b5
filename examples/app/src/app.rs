//! Which route is served by what.

use crate::{counter, error::ApiError, login, me, origin::Origin, page};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, FromRef},
    http::{HeaderValue, header},
    middleware::map_response,
    response::Response,
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};

/// What the routes need.
#[derive(Clone)]
pub(crate) struct App {
    /// Where session data is kept.
    pub(crate) origin: Origin,
    /// Where the bundled script of the page lies.
    pub(crate) page_folder: Arc<Path>,
}

impl FromRef<App> for Origin {
    fn from_ref(app: &App) -> Self {
        app.origin.clone()
    }
}

impl FromRef<App> for Arc<Path> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.page_folder)
    }
}

/// The whole app. Takes no socket, so that tests can call it directly.
pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route("/", get(page::index))
        .route("/page.js", get(page::script))
        .route("/page.js.map", get(page::source_map))
        .route("/style.css", get(page::style))
        .route("/icon.svg", get(page::icon))
        .route("/healthz", get(health))
        .route("/login", post(login::login))
        .route("/api/me", get(me::me))
        .route("/api/counter", get(counter::show).post(counter::add))
        .fallback(async || ApiError::NotFound)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(login::MAX_BODY_BYTES))
        .layer(map_response(never_store))
        .with_state(app)
}

/// Runs while the process does: it asks nobody else.
async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// Answers are about one person, so no cache may keep them, unless a route says otherwise (the page's files do).
async fn never_store(mut response: Response) -> Response {
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::settings::ServiceKey;
    use axum::{
        body::{Body, to_bytes},
        http::{Request, StatusCode},
    };
    use tower::ServiceExt;

    /// The app with an origin that nobody serves.
    pub(crate) fn without_origin() -> Router {
        // The discard port: nothing listens there.
        with_origin("http://127.0.0.1:9")
    }

    /// The app with this origin.
    pub(crate) fn with_origin(url: &str) -> Router {
        let origin = Origin::new(url, ServiceKey::new("key").unwrap()).unwrap();
        router(App { origin, page_folder: Path::new("no/such/folder").into() })
    }

    /// The answer to one request, its body as text.
    pub(crate) async fn answer(
        router: Router,
        request: Request<Body>,
    ) -> (StatusCode, header::HeaderMap, String) {
        let response = router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn an_unknown_route_and_a_wrong_method_are_refused_with_their_code() {
        for (method, path, status, code) in [
            ("GET", "/nothing", StatusCode::NOT_FOUND, "not_found"),
            ("GET", "/login", StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            ("DELETE", "/api/counter", StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        ] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let (answered, headers, body) = answer(without_origin(), request).await;

            assert_eq!(answered, status, "{method} {path}");
            assert!(body.contains(&format!("\"code\":\"{code}\"")), "{body}");
            assert_eq!(
                headers.contains_key(header::ALLOW),
                status == StatusCode::METHOD_NOT_ALLOWED
            );
        }
    }

    #[tokio::test]
    async fn it_is_healthy_without_an_origin() {
        let request = Request::builder().uri("/healthz").body(Body::empty()).unwrap();
        let (status, headers, body) = answer(without_origin(), request).await;

        assert_eq!((status, body.as_str()), (StatusCode::OK, r#"{"status":"ok"}"#));
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    }
}
