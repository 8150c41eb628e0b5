//! Sending a request on to the app: to its server, or through a service binding.

use super::headers;
use crate::gateway::{self, AppRequest};
use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};
use wasm_bindgen::{JsCast, JsValue};
use worker::{
    Delay, Env, js_sys,
    js_sys::{Function, Promise, Reflect},
    wasm_bindgen_futures::JsFuture,
    web_sys::{
        AbortController, Headers, Request, RequestCache, RequestInit, RequestRedirect, Response,
        WorkerGlobalScope,
    },
};

/// A request that is on its way.
pub(super) struct Sent {
    answer: Promise,
    limit: Option<(AbortController, Duration)>,
}

/// Sends what the client sent, as the app shall see it.
pub(super) fn send(env: &Env, client: &Request, app_request: &AppRequest) -> Result<Sent, JsValue> {
    let init = init(client, app_request)?;
    let limit = match app_request.timeout_ms {
        Some(ms) => {
            let controller = AbortController::new()?;
            init.set_signal(Some(&controller.signal()));
            Some((controller, Duration::from_millis(ms.into())))
        }
        None => None,
    };
    let request = Request::new_with_str_and_init(&app_request.url, &init)?;
    let answer = if app_request.is_bound {
        let app = Reflect::get(env, &BINDING.into())?;
        let fetch: Function = Reflect::get(&app, &"fetch".into())?.dyn_into()?;
        fetch.call1(&app, &request)?.dyn_into()?
    } else {
        js_sys::global().unchecked_into::<WorkerGlobalScope>().fetch_with_request(&request)
    };
    Ok(Sent { answer, limit })
}

impl Sent {
    /// The answer, as soon as it begins; nothing where that takes too long. Its body may take as long as it likes.
    pub(super) async fn answer(self) -> Result<Option<Response>, JsValue> {
        let mut answer = pin!(JsFuture::from(self.answer));
        let Some((controller, limit)) = self.limit else {
            return answer.await?.dyn_into().map(Some);
        };
        let mut time_out = pin!(Delay::from(limit));
        let first = poll_fn(|context| match answer.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending => time_out.as_mut().poll(context).map(|()| None),
        });
        if let Some(answer) = first.await {
            return answer?.dyn_into().map(Some);
        }
        controller.abort();
        Ok(None)
    }
}

/// The client's method, headers and body, as the app shall see them.
fn init(client: &Request, app_request: &AppRequest) -> Result<RequestInit, JsValue> {
    let headers = Headers::new_with_headers(&client.headers())?;
    let connection = headers.get("connection")?;
    let names = headers::names(&headers);
    let removed = names.lines().filter(|name| gateway::is_removed(name, connection.as_deref()));
    headers::edit(
        &headers,
        removed.chain(app_request.removed.iter().copied()),
        &app_request.headers,
    )?;
    let init = RequestInit::new();
    init.set_method(&client.method());
    init.set_redirect(RequestRedirect::Manual);
    if app_request.is_personal {
        init.set_cache(RequestCache::NoStore);
        // Without a word from the client the platform would add `no-cache`, which keeps many apps from answering 304.
        if !headers.has("cache-control")? {
            headers.set("cache-control", "max-age=0")?;
        }
    }
    init.set_headers(&headers);
    if let Some(body) = client.body() {
        init.set_body(&body);
    }
    Ok(init)
}

/// The app's name among the bindings of `wrangler.toml`.
const BINDING: &str = "UPSTREAM";
