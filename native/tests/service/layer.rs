//! Sessions for whole services.

use crate::service::Stage;
use axum::{
    Extension, Router,
    body::Body,
    http::{HeaderValue, Method, Request, Response},
    routing::{get, post},
};
use std::convert::Infallible;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::cors::CorsLayer;
use wayleave::{Csrf, Session, SessionError, SessionLayer};

/// What a service that is no axum app answers: whom it found.
async fn plain(layer: SessionLayer, request: Request<()>) -> Response<String> {
    let service = layer.layer(service_fn(async |request: Request<()>| {
        let session = request.extensions().get::<Session>();
        let name = session.map_or("nobody".to_owned(), |session| session.user_id().to_text());
        Ok::<_, Infallible>(Response::new(name))
    }));
    service.oneshot(request).await.unwrap()
}

fn request(method: &str, cookies: &str) -> Request<()> {
    Request::builder().method(method).uri("/").header("cookie", cookies).body(()).unwrap()
}

#[tokio::test]
async fn a_service_behind_a_required_layer_is_not_reached_without_a_session() {
    let stage = Stage::ready().await;
    let cookies = stage.logged_in("alice").await.cookie_header();
    let required = SessionLayer::required(&stage.wayleave);

    let found = plain(required.clone(), request("GET", &cookies)).await;
    let refused = plain(required.clone(), request("GET", "")).await;
    let expired = plain(required, request("GET", "sAccessToken=a.b.c")).await;

    assert_eq!(found.body(), "alice");
    assert_eq!(
        (refused.status(), expired.status()),
        (401.try_into().unwrap(), 401.try_into().unwrap())
    );
    assert!(refused.body().contains(r#""code":"unauthorised""#), "{}", refused.body());
    assert!(expired.body().contains(r#""code":"try_refresh_token""#), "{}", expired.body());
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    assert_eq!(stage.asked_for_someone(), [""; 0]);
}

#[tokio::test]
async fn a_service_behind_an_optional_layer_is_reached_without_a_session() {
    let stage = Stage::ready().await;
    let cookies = stage.logged_in("alice").await.cookie_header();
    let optional = SessionLayer::optional(&stage.wayleave);

    assert_eq!(plain(optional.clone(), request("GET", &cookies)).await.body(), "alice");
    assert_eq!(plain(optional.clone(), request("POST", &cookies)).await.body(), "nobody");
    assert_eq!(plain(optional, request("GET", "")).await.body(), "nobody");
}

#[tokio::test]
async fn a_layer_says_which_requests_need_the_anti_csrf_token() {
    let stage = Stage::ready().await;
    let cookies = stage.logged_in("alice").await.cookie_header();
    for (csrf, method, status) in [
        (Csrf::Required, "GET", 401),
        (Csrf::NotRequired, "POST", 200),
        (Csrf::UnsafeMethods, "GET", 200),
        (Csrf::UnsafeMethods, "POST", 401),
    ] {
        let layer = SessionLayer::required(&stage.wayleave).csrf(csrf);
        let answer = plain(layer, request(method, &cookies)).await;
        assert_eq!(answer.status(), status, "{csrf:?} {method}");
    }
}

#[tokio::test]
async fn a_refusal_of_a_layer_has_the_lines_that_belong_to_it() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    let cookies = alice.cookie_header();
    alice.post("/logout").await.expect(200);

    let refused = plain(SessionLayer::required(&stage.wayleave), request("GET", &cookies)).await;

    assert_eq!(refused.headers()["front-token"], "remove");
    assert_eq!(refused.headers().get_all("set-cookie").iter().count(), 3);
}

#[tokio::test]
async fn handlers_take_what_the_layer_found() {
    let stage = Stage::ready().await;
    let cookies = stage.logged_in("alice").await.cookie_header();
    let app = Router::new()
        .route("/session", post(async |session: Session| session.user_id().to_text()))
        .route(
            "/why",
            post(async |session: Result<Session, SessionError>| session.is_ok().to_string()),
        )
        .route("/perhaps", post(async |session: Option<Session>| session.is_some().to_string()))
        .with_state(stage.wayleave.clone())
        .layer(SessionLayer::optional(&stage.wayleave).csrf(Csrf::NotRequired));
    for (path, expected) in [("/session", "alice"), ("/why", "true"), ("/perhaps", "true")] {
        let request = Request::post(path).header("cookie", &cookies).body(Body::empty()).unwrap();
        let answer = app.clone().oneshot(request).await.unwrap();
        // Without the layer the anti-CSRF token would be missing.
        let text = axum::body::to_bytes(answer.into_body(), 100).await.unwrap();
        assert_eq!(text, expected, "{path}");
    }
    let request = Request::post("/session").body(Body::empty()).unwrap();
    assert_eq!(app.oneshot(request).await.unwrap().status(), 401);
}

#[tokio::test]
async fn an_app_without_the_state_takes_the_session_from_the_extensions() {
    let stage = Stage::ready().await;
    let cookies = stage.logged_in("alice").await.cookie_header();
    let app: Router = Router::new()
        .route("/", get(async |Extension(session): Extension<Session>| session.user_id().to_text()))
        .layer(SessionLayer::required(&stage.wayleave));

    let request = Request::get("/").header("cookie", &cookies).body(Body::empty()).unwrap();
    let answer = app.oneshot(request).await.unwrap();

    assert_eq!(axum::body::to_bytes(answer.into_body(), 100).await.unwrap(), "alice");
}

#[tokio::test]
async fn of_two_layers_the_inner_one_counts() {
    let stage = Stage::ready().await;
    let cookies = stage.logged_in("alice").await.cookie_header();
    let inner = SessionLayer::optional(&stage.wayleave).csrf(Csrf::Required);
    let outer = SessionLayer::required(&stage.wayleave).csrf(Csrf::NotRequired);
    let service = outer.layer(inner.layer(service_fn(async |request: Request<()>| {
        Ok::<_, Infallible>(Response::new(
            request.extensions().get::<Session>().is_some().to_string(),
        ))
    })));

    let answer = service.oneshot(request("GET", &cookies)).await.unwrap();

    assert_eq!(answer.body(), "false", "its anti-CSRF token is missing");
}

#[tokio::test]
async fn a_cors_layer_outside_answers_pre_flights_and_lets_the_page_read_refusals() {
    let stage = Stage::ready().await;
    let page = "https://page.example";
    let cors = CorsLayer::new()
        .allow_origin([HeaderValue::from_static(page)])
        .allow_credentials(true)
        .allow_methods([Method::POST])
        .allow_headers(wayleave::allowed_headers())
        .expose_headers(wayleave::exposed_headers());
    let app: Router = Router::new()
        .route("/", post(async |session: Session| session.user_id().to_text()))
        .with_state(stage.wayleave.clone())
        .layer(SessionLayer::required(&stage.wayleave))
        .layer(cors);
    let preflight = Request::builder()
        .method("OPTIONS")
        .uri("/")
        .header("origin", page)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "anti-csrf");
    let post = Request::post("/").header("origin", page);

    let preflight = app.clone().oneshot(preflight.body(Body::empty()).unwrap()).await.unwrap();
    let refused = app.oneshot(post.body(Body::empty()).unwrap()).await.unwrap();

    assert_eq!(preflight.status(), 200);
    let allowed = preflight.headers()["access-control-allow-headers"].to_str().unwrap();
    assert!(allowed.contains("anti-csrf") && allowed.contains("st-auth-mode"), "{allowed}");
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()["access-control-allow-origin"], page);
    let exposed = refused.headers()["access-control-expose-headers"].to_str().unwrap();
    assert!(exposed.contains("front-token") && exposed.contains("id-refresh-token"), "{exposed}");
}
