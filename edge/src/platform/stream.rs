//! Reading a body to its end, but not further than a limit.

use super::convert;
use crate::host::BodyError;
use wasm_bindgen::{JsCast, JsValue};
use worker::{
    js_sys::{Reflect, Uint8Array},
    wasm_bindgen_futures::JsFuture,
    web_sys::{ReadableStream, ReadableStreamDefaultReader},
};

/// The bytes of a body; none where there is no body.
pub(super) async fn read(
    body: Option<ReadableStream>,
    limit_bytes: usize,
) -> Result<Vec<u8>, BodyError> {
    let Some(body) = body else { return Ok(Vec::new()) };
    let broken = |thrown: JsValue| BodyError::Broken(convert::message(&thrown));
    if body.locked() {
        return Err(BodyError::Broken("the body has been read before".to_owned()));
    }
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let step = JsFuture::from(reader.read()).await.map_err(broken)?;
        if Reflect::get(&step, &"done".into()).map_err(broken)?.is_truthy() {
            return Ok(bytes);
        }
        let chunk: Uint8Array =
            Reflect::get(&step, &"value".into()).and_then(JsCast::dyn_into).map_err(broken)?;
        let length = chunk.length() as usize;
        if length > limit_bytes - bytes.len() {
            let _ = JsFuture::from(reader.cancel()).await;
            return Err(BodyError::TooLarge);
        }
        bytes.extend_from_slice(&chunk.to_vec());
    }
}
