//! Between the app's types and JSON that is kept as it was written.

use crate::SessionError;
use serde::{Serialize, de::DeserializeOwned};
use wayleave_shared::json::Json;

/// A value as JSON, for a payload or session data.
///
/// # Errors
///
/// [`ErrorType::General`](crate::ErrorType::General): it has no form in JSON, as a map whose keys are no strings.
///
/// ```
/// let payload = wayleave::to_json(&("admin", 3)).unwrap();
/// assert_eq!(payload.text(), r#"["admin",3]"#);
/// ```
pub fn to_json(value: &impl Serialize) -> Result<Json, SessionError> {
    let text = serde_json::to_string(value).map_err(|wrong| SessionError::not_json(&wrong))?;
    Json::parse(text).map_err(|wrong| SessionError::not_json(&wrong))
}

/// JSON as a value.
///
/// # Errors
///
/// [`ErrorType::General`](crate::ErrorType::General): it is of another shape than this type's.
///
/// ```
/// let payload = wayleave::Json::parse(r#"{"role": "admin"}"#).unwrap();
/// let role: std::collections::HashMap<String, String> = wayleave::from_json(&payload).unwrap();
/// assert_eq!(role["role"], "admin");
/// ```
pub fn from_json<T: DeserializeOwned>(json: &Json) -> Result<T, SessionError> {
    serde_json::from_str(json.text()).map_err(|wrong| SessionError::not_json(&wrong))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, ErrorType};
    use std::collections::BTreeMap;

    #[test]
    fn json_stays_as_it_was_written() {
        let json = Json::parse("{\"b\": 1.0e2, \"a\": [1e400]}").unwrap();

        assert_eq!(to_json(&json).unwrap(), json);
    }

    #[test]
    fn what_does_not_fit_is_a_failure_of_the_app_that_quotes_nothing() {
        let secret = Json::parse(r#"{"a": "secret"}"#).unwrap();
        let no_number = from_json::<BTreeMap<String, u8>>(&secret).unwrap_err();
        let no_names = to_json(&BTreeMap::from([((1, 2), 3)])).unwrap_err();

        assert_eq!(
            no_number.to_string(),
            "a value of the app is of another shape, at line 1 column 14"
        );
        assert_eq!(no_names.to_string(), "a value of the app cannot be JSON, at line 0 column 0");
        for error in [no_number, no_names] {
            assert_eq!((error.error_type(), error.code()), (ErrorType::General, Code::Internal));
            let answer: http::Response<String> = error.response();
            assert_eq!(answer.status(), 500);
            assert!(answer.body().contains(r#""code":"internal""#), "{}", answer.body());
        }
    }
}
