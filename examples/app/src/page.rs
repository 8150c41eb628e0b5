//! The page: three files that are compiled in, and the script, which npm builds.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::{path::Path, sync::Arc};

/// `GET /`.
pub(crate) async fn index() -> impl IntoResponse {
    (page_headers("text/html; charset=utf-8"), include_str!("../page/index.html"))
}

/// `GET /style.css`.
pub(crate) async fn style() -> impl IntoResponse {
    (page_headers("text/css; charset=utf-8"), include_str!("../page/style.css"))
}

/// `GET /icon.svg`.
pub(crate) async fn icon() -> impl IntoResponse {
    (page_headers("image/svg+xml"), include_str!("../page/icon.svg"))
}

/// `GET /page.js`: read at each request, so that a new build shows without a restart.
pub(crate) async fn script(State(folder): State<Arc<Path>>) -> Response {
    built(&folder, "page.js", "text/javascript; charset=utf-8").await
}

/// `GET /page.js.map`: what the browser's debugger asks for.
pub(crate) async fn source_map(State(folder): State<Arc<Path>>) -> Response {
    built(&folder, "page.js.map", "application/json").await
}

async fn built(folder: &Path, name: &'static str, media_type: &'static str) -> Response {
    match tokio::fs::read(folder.join(name)).await {
        Ok(bytes) => (page_headers(media_type), bytes).into_response(),
        Err(failure) => {
            tracing::error!(page.file = name, error = %failure, "cannot read the page's script");
            let text = format!(
                "{name} has not been built: run `npm ci` and `npm run page` in the root of the repository. \
                 APP_PAGE_FOLDER says where the app looks for it.\n"
            );
            (StatusCode::INTERNAL_SERVER_ERROR, page_headers("text/plain; charset=utf-8"), text)
                .into_response()
        }
    }
}

/// Headers of everything that a browser shows.
fn page_headers(media_type: &'static str) -> HeaderMap {
    let headers: [(HeaderName, &'static str); 5] = [
        (header::CONTENT_TYPE, media_type),
        // The files are small and change while people develop: ask each time.
        (header::CACHE_CONTROL, "no-cache"),
        // No inline script or style, nothing from elsewhere; nobody may put the page into a frame.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::{answer, without_origin};
    use axum::{body::Body, http::Request};

    async fn get(path: &str) -> (StatusCode, HeaderMap, String) {
        answer(without_origin(), Request::builder().uri(path).body(Body::empty()).unwrap()).await
    }

    #[tokio::test]
    async fn the_page_loads_nothing_from_elsewhere_and_runs_no_inline_script() {
        let (status, headers, html) = get("/").await;

        assert_eq!(status, StatusCode::OK);
        assert!(
            headers[header::CONTENT_SECURITY_POLICY]
                .to_str()
                .unwrap()
                .starts_with("default-src 'self'")
        );
        assert!(!html.contains("://"), "an address of another site");
        assert!(!html.contains(" style=") && !html.contains(" onclick="), "inline style or script");
        assert_eq!(html.matches("<script").count(), 1);
    }

    #[tokio::test]
    async fn every_file_that_the_page_names_is_served() {
        let (_, _, html) = get("/").await;

        for path in ["/style.css", "/icon.svg"] {
            assert!(html.contains(path), "{path}");
            assert_eq!(get(path).await.0, StatusCode::OK, "{path}");
        }
    }

    #[tokio::test]
    async fn a_script_that_was_not_built_says_how_to_build_it() {
        let (status, _, text) = get("/page.js").await;

        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(text.contains("npm run page"), "{text}");
    }
}
