//! What is kept between requests.

use crate::{
    handle::Edge,
    settings::{Settings, SettingsError},
};
use std::{cell::OnceCell, rc::Rc};
use worker::{
    Env,
    js_sys::{JSON, Reflect},
};

thread_local! {
    /// An isolate has one thread and one set of variables.
    static EDGE: OnceCell<Result<Rc<Edge>, SettingsError>> = const { OnceCell::new() };
}

/// The edge of this isolate, with the variables read at its first request.
pub(super) fn edge(env: &Env) -> Result<Rc<Edge>, SettingsError> {
    EDGE.with(|edge| {
        edge.get_or_init(|| {
            Settings::read(|name| variable(env, name)).map(|settings| Rc::new(Edge::new(settings)))
        })
        .clone()
    })
}

/// A variable as text. One of another type, such as `true` instead of `"on"`, becomes its JSON, which its reader then refuses by name: it must not
/// count as missing.
fn variable(env: &Env, name: &str) -> Option<String> {
    let value = Reflect::get(env, &name.into()).ok()?;
    if value.is_undefined() || value.is_null() {
        return None;
    }
    value
        .as_string()
        .or_else(|| JSON::stringify(&value).ok()?.as_string())
        .or_else(|| Some(String::new()))
}
