//! What is asked of a request.

use wasm_bindgen::prelude::wasm_bindgen;
use wayleave_edge::request::{RequestHeaders, RequestView};

#[wasm_bindgen]
extern "C" {
    /// `RequestSource` of `typescript/core/request.ts`.
    #[derive(Clone, Debug)]
    pub type JsRequest;

    #[wasm_bindgen(method, getter)]
    fn method(this: &JsRequest) -> String;

    #[wasm_bindgen(method, getter)]
    fn url(this: &JsRequest) -> String;

    #[wasm_bindgen(method)]
    fn header(this: &JsRequest, name: &str) -> Option<String>;
}

/// The request as the edge looks at it: the headers that matter to an app's own code.
pub(crate) fn view(request: &JsRequest) -> RequestView {
    let headers = RequestHeaders {
        anti_csrf: request.header("anti-csrf"),
        auth_mode: request.header("st-auth-mode"),
        authorization: request.header("authorization"),
        cookie: request.header("cookie"),
        origin: request.header("origin"),
        sec_fetch_site: request.header("sec-fetch-site"),
        ..RequestHeaders::default()
    };
    RequestView::new(request.method(), &request.url(), headers)
}
