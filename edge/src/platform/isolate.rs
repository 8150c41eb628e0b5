//! What is kept between requests.

use crate::{
    isolate::Isolate,
    settings::{SERVICE_BINDING, Settings, SettingsError},
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

/// This isolate, with the variables read by `read` at its first request.
pub(super) fn isolate(
    env: &Env,
    read: impl FnOnce(&dyn Fn(&str) -> Option<String>) -> Result<Settings, SettingsError>,
) -> Result<Arc<Isolate>, SettingsError> {
    ISOLATE.with(|isolate| {
        isolate
            .get_or_init(|| {
                read(&|name| variable(env, name)).map(|settings| Arc::new(Isolate::new(settings)))
            })
            .clone()
    })
}

/// This isolate, if it has answered before.
#[cfg(feature = "event")]
pub(super) fn known() -> Option<Arc<Isolate>> {
    ISOLATE.with(|isolate| isolate.get()?.as_ref().ok().cloned())
}

/// A variable as text. One of another type, such as `true` instead of `"on"`, becomes its JSON, which its reader takes or refuses by name: it must not
/// count as missing. A service binding has a word of its own.
fn variable(env: &Env, name: &str) -> Option<String> {
    let value = Reflect::get(env, &name.into()).ok()?;
    if value.is_undefined() || value.is_null() {
        return None;
    }
    if Reflect::get(&value, &"fetch".into()).is_ok_and(|fetch| fetch.is_function()) {
        return Some(SERVICE_BINDING.to_owned());
    }
    value
        .as_string()
        .or_else(|| JSON::stringify(&value).ok()?.as_string())
        .or_else(|| Some(String::new()))
}
