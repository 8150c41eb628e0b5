//! What a CORS layer has to be told.

use http::HeaderName;
use wayleave_shared::header;

/// The response headers that the browser's client must be able to read, where pages of another origin use the service: for a CORS layer's list of exposed headers.
///
/// # Examples
///
/// With `CorsLayer` of `tower-http`, outside of the session layer: pre-flights carry no cookies.
///
/// ```
/// use http::{HeaderValue, Method};
/// use tower_http::cors::CorsLayer;
///
/// let cors = CorsLayer::new()
///     .allow_origin([HeaderValue::from_static("https://app.example")])
///     .allow_credentials(true)
///     .allow_methods([Method::GET, Method::POST])
///     .allow_headers(wayleave::allowed_headers())
///     .expose_headers(wayleave::exposed_headers());
/// # let _: axum::Router = axum::Router::new().layer(cors);
/// ```
#[must_use]
pub fn exposed_headers() -> Vec<HeaderName> {
    header::EXPOSED.into_iter().map(HeaderName::from_static).collect()
}

/// The request headers that the browser's client sends: for a CORS layer's list of allowed headers. See [`exposed_headers`].
#[must_use]
pub fn allowed_headers() -> Vec<HeaderName> {
    header::ALLOWED.into_iter().map(HeaderName::from_static).collect()
}
