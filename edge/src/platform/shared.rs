//! What the isolates of one place keep for each other, in the Cache API.
//!
//! A cache of its own, not the default one: that is shared with what the network caches for visitors, where nothing of the origin's service API belongs.

use super::stream;
use crate::host::{Kept, MAX_ORIGIN_ANSWER_BYTES};
use wasm_bindgen::{JsCast, JsValue};
use wayleave_shared::time::UnixMilliseconds;
use worker::{
    js_sys,
    js_sys::Uint8Array,
    wasm_bindgen_futures::JsFuture,
    web_sys::{Cache, Headers, Response, ResponseInit, WorkerGlobalScope},
};

/// What was kept under this name.
pub(super) async fn recall(name: &str) -> Result<Option<Kept>, JsValue> {
    let found = JsFuture::from(cache().await?.match_with_str(name)).await?;
    let Ok(response) = found.dyn_into::<Response>() else { return Ok(None) };
    let asked_at = response.headers().get(ASKED_AT)?.and_then(|text| text.parse().ok());
    let Some(asked_at) = asked_at.map(UnixMilliseconds) else { return Ok(None) };
    let body = stream::read(response.body(), MAX_ORIGIN_ANSWER_BYTES).await;
    Ok(body.ok().map(|body| Kept { asked_at, body }))
}

/// Keeps it for so many seconds, if the platform can.
pub(super) async fn keep(name: &str, kept: &Kept, for_s: u64) -> Result<(), JsValue> {
    let headers = Headers::new()?;
    headers.set("cache-control", &format!("max-age={for_s}"))?;
    headers.set(ASKED_AT, &kept.asked_at.0.to_string())?;
    let init = ResponseInit::new();
    init.set_headers(&headers);
    let body = Uint8Array::from(kept.body.as_slice());
    let response = Response::new_with_opt_js_u8_array_and_init(Some(&body), &init)?;
    JsFuture::from(cache().await?.put_with_str(name, &response)).await?;
    Ok(())
}

async fn cache() -> Result<Cache, JsValue> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    JsFuture::from(scope.caches()?.open(CACHE)).await?.dyn_into()
}

const CACHE: &str = "wayleave";
const ASKED_AT: &str = "x-wayleave-asked-at";
