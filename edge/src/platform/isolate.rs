//! What is kept between requests.

use crate::{
    isolate::Isolate,
    settings::{Settings, SettingsError},
};
use std::{cell::OnceCell, sync::Arc};
use worker::{
    Env,
    js_sys::{JSON, Reflect},
};

thread_local! {
    /// An isolate has one thread and one set of variables.
    static ISOLATE: OnceCell<Result<Arc<Isolate>, SettingsError>> = const { OnceCell::new() };
}

/// This isolate, with the variables read at its first request.
pub(super) fn isolate(env: &Env) -> Result<Arc<Isolate>, SettingsError> {
    ISOLATE.with(|isolate| {
        isolate
            .get_or_init(|| {
                Settings::read(|name| variable(env, name))
                    .map(|settings| Arc::new(Isolate::new(settings)))
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
