//! What is asked of a request.

use std::borrow::Cow;
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
pub(crate) fn view(request: &JsRequest) -> RequestView<'static> {
    let header = |name| request.header(name).map(Cow::Owned);
    let headers = RequestHeaders {
        anti_csrf: header("anti-csrf"),
        auth_mode: header("st-auth-mode"),
        authorization: header("authorization"),
        cookie: header("cookie"),
        origin: header("origin"),
        sec_fetch_site: header("sec-fetch-site"),
        ..RequestHeaders::default()
    };
    RequestView::new(request.method(), &request.url(), headers).into_owned()
}
