//! The edge's hands: the clock, the log, fetching.

use super::{convert, headers, limit, shared, stream, upstream};
use crate::{
    gateway::{self, AppRequest},
    host::{
        AppUnreachable, BodyError, GatewayHost, Host, Kept, MAX_ORIGIN_ANSWER_BYTES,
        ORIGIN_TIMEOUT_MS,
    },
    isolate::Isolate,
    log::{Level, LogLine},
    origin::{Incoming, OriginRequest, Outage},
    upkeep::Task,
};
use std::{pin::Pin, rc::Rc, sync::Arc, time::Duration};
use wasm_bindgen::{JsCast, JsValue};
use wayleave_shared::time::UnixMilliseconds;
use worker::{
    Context, Delay, Env, console_error, console_warn, js_sys,
    js_sys::Uint8Array,
    wasm_bindgen_futures::JsFuture,
    web_sys::{
        AbortSignal, Headers, Request, RequestCache, RequestInit, RequestRedirect, Response,
        WorkerGlobalScope,
    },
};

/// Workers, for one request.
#[derive(Clone)]
pub struct WorkerHost {
    request: Request,
    env: Env,
    context: Rc<Context>,
}

impl WorkerHost {
    pub(super) const fn new(request: Request, env: Env, context: Rc<Context>) -> Self {
        Self { request, env, context }
    }

    /// Goes on with this after the answer. In a box: each kind of future would bring the machinery of promises with it once more.
    fn keep(&self, future: Pin<Box<dyn Future<Output = ()>>>) {
        self.context.wait_until(future);
    }
}

impl Host for WorkerHost {
    fn now(&self) -> UnixMilliseconds {
        milliseconds(js_sys::Date::now())
    }

    fn log(&self, line: LogLine) {
        match line.level {
            Level::Error => console_error!("{}", line.to_json()),
            Level::Warning => console_warn!("{}", line.to_json()),
        }
    }

    fn in_background(&self, isolate: &Arc<Isolate>, task: Task) {
        let (host, isolate) = (self.clone(), Arc::clone(isolate));
        self.keep(Box::pin(async move { task.run(&host, &isolate).await }));
    }

    async fn sleep(&self, ms: u32) {
        Delay::from(Duration::from_millis(ms.into())).await;
    }

    async fn ask_origin(&self, request: OriginRequest) -> Result<Incoming, Outage> {
        let response = send(origin_request(&request)).await.map_err(|thrown| outage(&thrown))?;
        let body =
            stream::read(response.body(), MAX_ORIGIN_ANSWER_BYTES).await.map_err(|wrong| {
                match wrong {
                    BodyError::Broken(reason) => Outage::Unreadable(reason),
                    BodyError::TooLarge => Outage::AnswerTooLarge,
                }
            })?;
        let content_type = response.headers().get("content-type").ok().flatten();
        Ok(Incoming { status: response.status(), content_type, body })
    }

    async fn recall(&self, name: &str) -> Option<Kept> {
        shared::recall(name).await.ok().flatten()
    }

    async fn keep(&self, name: &str, kept: &Kept, for_s: u64) {
        // Where nothing can be kept, every isolate asks for itself.
        let _ = shared::keep(name, kept, for_s).await;
    }
}

impl GatewayHost for WorkerHost {
    type AppAnswer = Response;

    fn client_address(&self) -> Option<String> {
        self.request.headers().get("cf-connecting-ip").ok().flatten()
    }

    async fn is_within_limit(&self, client: String) -> bool {
        // A limit that cannot be asked is none: it must not keep anybody out.
        limit::is_within(&self.env, &client).await.unwrap_or(true)
    }

    async fn body(&self, limit_bytes: usize) -> Result<Vec<u8>, BodyError> {
        stream::read(self.request.body(), limit_bytes).await
    }

    async fn forward(&self, request: AppRequest) -> Result<Response, AppUnreachable> {
        let broken = |thrown| AppUnreachable::Broken(convert::message(&thrown));
        let sent = upstream::send(&self.env, &self.request, &request).map_err(broken)?;
        sent.answer().await.map_err(broken)?.ok_or(AppUnreachable::TimedOut)
    }

    fn reserved_headers(&self, answer: &Response) -> Vec<(String, String)> {
        let headers = answer.headers();
        let names = headers::names(&headers);
        let reserved = names.lines().filter(|name| gateway::is_reserved(name));
        let value = |name: &str| headers.get(name).ok().flatten().unwrap_or_default();
        reserved.map(|name| (name.to_owned(), value(name))).collect()
    }

    fn discard(&self, answer: Response) {
        if let Some(body) = answer.body() {
            let cancelled = JsFuture::from(body.cancel());
            self.keep(Box::pin(async {
                // Nobody wanted it, so nobody minds.
                let _ = cancelled.await;
            }));
        }
    }
}

/// The time as the platform tells it, which is a whole number after 1970.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is no time becomes the nearest that is one"
)]
pub(super) const fn milliseconds(now: f64) -> UnixMilliseconds {
    UnixMilliseconds(now as u64)
}

/// Never followed, never from a cache, never longer than the time-out, which holds for the body too.
fn origin_request(request: &OriginRequest) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method);
    init.set_headers(&headers);
    init.set_redirect(RequestRedirect::Manual);
    init.set_cache(RequestCache::NoStore);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(ORIGIN_TIMEOUT_MS)));
    if let Some(body) = &request.body {
        init.set_body(&Uint8Array::from(body.as_slice()));
    }
    Request::new_with_str_and_init(&request.url, &init)
}

async fn send(request: Result<Request, JsValue>) -> Result<Response, JsValue> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    JsFuture::from(scope.fetch_with_request(&request?)).await?.dyn_into()
}

fn outage(thrown: &JsValue) -> Outage {
    match thrown.dyn_ref::<js_sys::Error>() {
        Some(error) if error.name() == "TimeoutError" => Outage::TimedOut,
        _ => Outage::Unreachable(convert::message(thrown)),
    }
}
