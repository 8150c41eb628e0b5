//! The entry: one call per request, from `edge/worker/entry.js`.

use super::{
    convert, exchange, head,
    host::{self, WorkerHost},
    isolate, known_heads, prompt,
};
use crate::{
    handle::{self, Answers, handle},
    host::{Host, Reply},
    log::{Level, LogLine},
    respond::{self, ExpiredStatus},
    settings::Settings,
};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wayleave_shared::{refusal::Code, time::UnixMilliseconds};
use worker::{Context, Env, web_sys::Request, worker_sys};

/// Makes room for so many bytes in the exchange, and says where in the memory they begin.
#[wasm_bindgen(js_name = exchangeAt)]
#[must_use]
pub fn exchange_at(bytes: usize) -> usize {
    exchange::at(bytes)
}

/// Answers a request that needs nothing of the platform. Its head is the beginning of the exchange, of so many bytes; it need not be whole, and `is_whole` says whether it is. The answer's
/// body takes its place. This says how many bytes that has, in the lower 24 bits, and above them the number of what comes before it ([`known_head`]). 0 for any other request, which
/// [`fetch`] then answers, and the head is left as it is. `now` is in Unix milliseconds.
#[wasm_bindgen(js_name = answerAtOnce)]
#[must_use]
pub fn answer_at_once(head: usize, is_whole: bool, now: f64) -> usize {
    at_once(head, is_whole, host::milliseconds(now)).unwrap_or(0)
}

fn at_once(head: usize, is_whole: bool, now: UnixMilliseconds) -> Option<usize> {
    let isolate = isolate::known()?;
    ANSWERS.with_borrow_mut(|answers| {
        if !is_whole
            && let Some(given) =
                exchange::read(head, |head| answers.recall(head, &isolate, now)).flatten()
        {
            return given.write();
        }
        exchange::read(head, |head| {
            let view = head::request_view(head);
            let made = handle::answer_at_once(&isolate, &view, is_whole, now)?;
            let number = known_heads::number_of(&made.answer)?;
            let body = if view.method == "HEAD" { String::new() } else { made.answer.body };
            let answer = NumberedAnswer { number, body };
            if let Some(holds) = made.holds.filter(|_| !is_whole) {
                answers.keep(head, holds, answer.clone(), answer.body.len());
            }
            Some(answer)
        })
        .flatten()?
        .write()
    })
}

thread_local! {
    static ANSWERS: RefCell<Answers<NumberedAnswer>> = const { RefCell::new(Answers::new()) };
}

/// An answer, as it crosses to `entry.js`.
#[derive(Clone)]
struct NumberedAnswer {
    /// Of its status and headers.
    number: usize,
    body: String,
}

impl NumberedAnswer {
    /// Writes the body into the exchange, and gives what [`answer_at_once`] says of it.
    fn write(&self) -> Option<usize> {
        let body = Some(self.body.as_bytes()).filter(|body| body.len() < 1 << BITS_OF_LENGTH)?;
        Some(self.number << BITS_OF_LENGTH | exchange::write(body)?)
    }
}

/// As `entry.js` has it.
const BITS_OF_LENGTH: u32 = 24;
const _: () = assert!(known_heads::MOST < 1 << (u32::BITS - BITS_OF_LENGTH));

/// Status and headers of this number, as `head::lines` writes them.
#[wasm_bindgen(js_name = knownHead)]
#[must_use]
pub fn known_head(number: usize) -> Option<String> {
    known_heads::told(number)
}

/// Answers a request, whose head is in the exchange: with an answer of our own as text (`head::answer`), or the app's as a `Response`; with a promise of either where something has to
/// be waited for.
///
/// # Errors
///
/// Where the platform cannot make a response.
#[wasm_bindgen]
pub fn fetch(
    request: Request,
    env: Env,
    context: worker_sys::Context,
    head: usize,
) -> Result<JsValue, JsValue> {
    let head = exchange::read(head, str::to_owned).ok_or("the request is not text")?;
    prompt::outcome(reply(request, env, Context::new(context), head))
}

async fn reply(
    request: Request,
    env: Env,
    context: Context,
    head: String,
) -> Result<JsValue, JsValue> {
    let view = head::request_view(&head);
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
