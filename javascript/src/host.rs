//! The platform, as JavaScript hands it over.

use js_sys::Promise;
use std::{pin::Pin, sync::Arc};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use wayleave_edge::{
    host::{Host, Kept, MAX_ORIGIN_ANSWER_BYTES, ORIGIN_TIMEOUT_MS},
    isolate::Isolate,
    log::{Level, LogLine},
    origin::{Incoming, OriginRequest, Outage},
    upkeep::Task,
};
use wayleave_shared::time::UnixMilliseconds;

#[wasm_bindgen]
extern "C" {
    /// `Host` of `typescript/core/host.ts`. None of its functions throws, and none of its promises is rejected.
    #[derive(Clone, Debug)]
    pub type JsHost;

    #[wasm_bindgen(method)]
    fn now(this: &JsHost) -> f64;

    #[wasm_bindgen(method)]
    fn log(this: &JsHost, level: &str, line: &str);

    #[wasm_bindgen(method, js_name = waitUntil)]
    fn wait_until(this: &JsHost, work: &Promise);

    #[wasm_bindgen(method)]
    fn sleep(this: &JsHost, ms: u32) -> Promise;

    #[wasm_bindgen(method)]
    fn fetch(
        this: &JsHost,
        method: &str,
        url: &str,
        headers: Vec<String>,
        body: Option<Vec<u8>>,
        timeout_ms: u32,
        max_bytes: u32,
    ) -> Promise;

    /// A `Map` of variables by name.
    #[derive(Debug)]
    pub type JsVariables;

    #[wasm_bindgen(method)]
    pub(crate) fn get(this: &JsVariables, name: &str) -> Option<String>;

    /// `OriginAnswer` of `typescript/core/host.ts`.
    type JsAnswer;

    #[wasm_bindgen(method, getter)]
    fn failure(this: &JsAnswer) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn status(this: &JsAnswer) -> u16;

    #[wasm_bindgen(method, getter, js_name = contentType)]
    fn content_type(this: &JsAnswer) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn body(this: &JsAnswer) -> Vec<u8>;
}

/// JavaScript as the edge's platform.
#[derive(Clone, Debug)]
pub struct JavaScript(JsHost);

impl JavaScript {
    /// With these hands.
    #[must_use]
    pub const fn new(host: JsHost) -> Self {
        Self(host)
    }
}

impl Host for JavaScript {
    fn now(&self) -> UnixMilliseconds {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the time in milliseconds, an integer since 1970"
        )]
        UnixMilliseconds(self.0.now() as u64)
    }

    fn log(&self, line: LogLine) {
        let level = match line.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        self.0.log(level, &line.to_json());
    }

    fn in_background(&self, isolate: &Arc<Isolate>, task: Task) {
        let (host, isolate) = (self.clone(), Arc::clone(isolate));
        let work = future_to_promise(async move {
            task.run(&host, &isolate).await;
            Ok(JsValue::UNDEFINED)
        });
        self.0.wait_until(&work);
    }

    async fn sleep(&self, ms: u32) {
        // It cannot be rejected.
        let _ = JsFuture::from(self.0.sleep(ms)).await;
    }

    // Behind a pointer: every call that is awaited would otherwise have a copy of this in the Wasm.
    fn ask_origin(&self, request: OriginRequest) -> impl Future<Output = Result<Incoming, Outage>> {
        asked(self.0.clone(), request)
    }

    async fn recall(&self, _: &str) -> Option<Kept> {
        None
    }

    async fn keep(&self, _: &str, _: &Kept, _: u64) {}
}

fn asked(
    host: JsHost,
    request: OriginRequest,
) -> Pin<Box<dyn Future<Output = Result<Incoming, Outage>>>> {
    Box::pin(async move {
        let headers =
            request.headers.into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
        let answer = host.fetch(
            request.method,
            &request.url,
            headers.collect(),
            request.body,
            ORIGIN_TIMEOUT_MS,
            u32::try_from(MAX_ORIGIN_ANSWER_BYTES).unwrap_or(u32::MAX),
        );
        let answer = JsFuture::from(answer)
            .await
            .map_err(|_| Outage::Unreachable("the platform failed".to_owned()))?
            .unchecked_into::<JsAnswer>();
        match answer.failure() {
            None => Ok(Incoming {
                status: answer.status(),
                content_type: answer.content_type(),
                body: answer.body(),
            }),
            Some(failure) => Err(outage(failure)),
        }
    })
}

/// Why there is no answer. The two words are agreed with `typescript/core/host.ts`.
fn outage(failure: String) -> Outage {
    match failure.as_str() {
        "timeout" => Outage::TimedOut,
        "too_large" => Outage::AnswerTooLarge,
        _ => Outage::Unreachable(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_stand_for_outages_and_all_others_are_reasons() {
        for (failure, expected) in [
            ("timeout", Outage::TimedOut),
            ("too_large", Outage::AnswerTooLarge),
            ("connection refused", Outage::Unreachable("connection refused".to_owned())),
        ] {
            assert_eq!(outage(failure.to_owned()), expected);
        }
    }
}
