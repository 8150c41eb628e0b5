//! Headers in one crossing each way: what crosses between JavaScript and Wasm costs more than what is done with it.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use worker::web_sys::Headers;

#[wasm_bindgen(module = "/src/platform/headers.js")]
extern "C" {
    /// All names, in lower case, each on a line.
    #[wasm_bindgen]
    pub(super) fn names(headers: &Headers) -> String;

    #[wasm_bindgen(js_name = edit, catch)]
    fn edit_lines(headers: &Headers, removed: &str, set: &str) -> Result<(), JsValue>;
}

/// Removes these names, and then sets these headers.
///
/// # Errors
///
/// Where a name or a value is none, as one with a line feed, which must not become another header.
pub(super) fn edit<'name>(
    headers: &Headers,
    removed: impl Iterator<Item = &'name str>,
    set: &[(&str, String)],
) -> Result<(), JsValue> {
    let removed = removed.collect::<Vec<_>>().join("\n");
    let mut lines = String::new();
    for (name, value) in set {
        for line in [name, value.as_str()] {
            if line.contains('\n') {
                return Err("a header holds a line feed".into());
            }
            lines.push_str(line);
            lines.push('\n');
        }
    }
    edit_lines(headers, &removed, &lines)
}
