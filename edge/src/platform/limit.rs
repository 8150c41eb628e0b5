//! The rate limit, where `wrangler.toml` has one.

use wasm_bindgen::{JsCast, JsValue};
use worker::{
    Env,
    js_sys::{Function, Object, Promise, Reflect},
    wasm_bindgen_futures::JsFuture,
};

/// Counts this client, and says whether it may go on. The wrapper of `worker` would bring a whole serializer for one string and one boolean.
pub(super) async fn is_within(env: &Env, client: &str) -> Result<bool, JsValue> {
    let binding = Reflect::get(env, &BINDING.into())?;
    if binding.is_undefined() {
        return Ok(true);
    }
    let limit: Function = Reflect::get(&binding, &"limit".into())?.dyn_into()?;
    let options = Object::new();
    Reflect::set(&options, &"key".into(), &client.into())?;
    let counted: Promise = limit.call1(&binding, &options)?.dyn_into()?;
    let outcome = JsFuture::from(counted).await?;
    Ok(Reflect::get(&outcome, &"success".into())?.is_truthy())
}

const BINDING: &str = "REFRESH_LIMIT";
