//! What is stored: the same on every side.

use crate::load::Numbered;
use serde_json::{Value, json};

/// The body of a log-in, for those who read these names: with session data, or without.
pub(super) fn log_in(user: &str, data: Option<&Value>) -> Vec<u8> {
    let payload = json!({"role": "editor", "plan": "pro", "team": 4711});
    let mut body = json!({"userId": user, "jwtPayload": payload});
    if let Some(data) = data {
        body["sessionData"] = data.clone();
    }
    body.to_string().into_bytes()
}

/// Session data.
pub(super) fn data() -> Value {
    json!({
        "theme": "dark",
        "locale": "en-GB",
        "cart": [{"sku": "A-1", "count": 2}, {"sku": "B-7", "count": 1}],
    })
}

/// Other session data.
pub(super) fn other_data() -> Value {
    json!({"theme": "light", "locale": "en-GB", "cart": []})
}

/// Session data that is another in each request.
pub(super) fn numbered_data() -> Value {
    json!({
        "theme": "dark",
        "locale": "en-GB",
        "number": Numbered::MARK,
        "cart": [{"sku": "A-1", "count": 2}],
    })
}

/// A user who is nobody else.
pub(super) fn user(connection: usize, number: u64) -> String {
    format!("user-{connection:03}-{number:08}")
}
