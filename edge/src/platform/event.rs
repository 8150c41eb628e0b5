//! The entry: one call per request.

use super::{convert, host::WorkerHost, isolate};
use crate::{
    handle::handle,
    host::{Host, Reply},
    log::{Level, LogLine},
    respond::{self, ExpiredStatus},
    settings::Settings,
};
use std::rc::Rc;
use wayleave_shared::refusal::Code;
use worker::{Context, Env, event, web_sys};

#[event(fetch)]
async fn fetch(
    request: web_sys::Request,
    env: Env,
    context: Context,
) -> worker::Result<web_sys::Response> {
    let view = convert::request_view(&request);
    let is_head = view.method == "HEAD";
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
    let response = match reply {
        Reply::App(answer, edits) => convert::edited(answer, edits),
        Reply::Own(answer) => convert::response(&answer, is_head),
    };
    response.map_err(|thrown| worker::Error::RustError(convert::message(&thrown)))
}
