//! The entry: one call per request, from `edge/worker/entry.js`.

use super::{
    convert, head,
    host::{self, WorkerHost},
    isolate, prompt,
};
use crate::{
    handle::{self, handle},
    host::{Host, Reply},
    log::{Level, LogLine},
    request::RequestView,
    respond::{self, ExpiredStatus},
    settings::Settings,
};
use std::rc::Rc;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wayleave_shared::refusal::Code;
use worker::{Context, Env, web_sys::Request, worker_sys};

/// The answer to a request that needs nothing of the platform, as text (`head::answer`); nothing for any other, which [`fetch`] then answers. `now` is in Unix milliseconds.
#[wasm_bindgen(js_name = answerAtOnce)]
#[must_use]
pub fn answer_at_once(head: &str, now: f64) -> Option<String> {
    let isolate = isolate::known()?;
    let view = head::request_view(head);
    let now = host::milliseconds(now);
    let answer = handle::answer_at_once(&isolate, &view, now)?;
    head::answer(&answer, view.method == "HEAD")
}

/// Answers a request: with an answer of our own as text (`head::answer`), or the app's as a `Response`; with a promise of either where something has to be waited for.
///
/// # Errors
///
/// Where the platform cannot make a response.
#[wasm_bindgen]
pub fn fetch(
    request: Request,
    env: Env,
    context: worker_sys::Context,
    head: &str,
) -> Result<JsValue, JsValue> {
    let view = head::request_view(head);
    prompt::outcome(reply(request, env, Context::new(context), view))
}

async fn reply(
    request: Request,
    env: Env,
    context: Context,
    view: RequestView,
) -> Result<JsValue, JsValue> {
    let isolate = isolate::isolate(&env, |variable| Settings::read(variable));
    let host = WorkerHost::new(request, env, Rc::new(context));
    let reply = match isolate {
        Ok(isolate) => handle(&host, &isolate, &view).await,
        Err(wrong) => {
            // On every request, so that whoever comes to look sees it.
            host.log(
                LogLine::new(Level::Error, "a variable of the worker is wrong")
                    .with("reason", &wrong),
            );
            Reply::Own(respond::refusal(Code::Internal, ExpiredStatus::default()))
        }
    };
    match reply {
        Reply::App(answer, edits) => convert::edited(answer, edits).map(JsValue::from),
        Reply::Own(answer) => head::answer(&answer, view.method == "HEAD")
            .map(JsValue::from)
            .ok_or_else(|| "a header of the answer holds a line feed".into()),
    }
}
