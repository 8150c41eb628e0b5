//! `verifyAccessToken`: the one verifier, callable from JavaScript. The test vectors run through it in workerd.

use wasm_bindgen::{JsError, prelude::wasm_bindgen};
use wayleave_shared::{
    key_set::{JsonWebKeySet, KeySet},
    members::{FromMembers, Members, WrongMember},
    time::UnixSeconds,
    token::{TokenPolicy, TokenRefusal, verify},
};

/// Verifies an access token and returns its claims as JSON.
///
/// # Shapes and units
///
/// | argument | shape | unit |
/// |---|---|---|
/// | `token` | compact JWS | |
/// | `key_set_json` | what `/.well-known/jwks.json` holds | |
/// | `issuer` | what `iss` must be, to the letter | |
/// | `max_validity_seconds` | an integer from 0 to 2^53 - 1 | seconds |
/// | `now_seconds` | an integer from 0 to 2^53 - 1 | Unix seconds |
/// | `audience` | what `aud` must hold; nothing is looked for where it is left out | |
///
/// # Errors
///
/// Throws an `Error` whose message is the name of the [`TokenRefusal`], `invalid_key_set` or
/// `invalid_argument`.
#[wasm_bindgen(js_name = verifyAccessToken)]
pub fn verify_access_token(
    token: &str,
    key_set_json: &str,
    issuer: &str,
    max_validity_seconds: f64,
    now_seconds: f64,
    audience: Option<String>,
) -> Result<String, JsError> {
    verified_claims(token, key_set_json, issuer, max_validity_seconds, now_seconds, audience)
        .map_err(JsError::new)
}

fn verified_claims(
    token: &str,
    key_set_json: &str,
    issuer: &str,
    max_validity_seconds: f64,
    now_seconds: f64,
    audience: Option<String>,
) -> Result<String, &'static str> {
    let max_validity_s = integer(max_validity_seconds).ok_or(INVALID_ARGUMENT)?;
    let now = integer(now_seconds).ok_or(INVALID_ARGUMENT)?;
    let published = Members::read(key_set_json).map_err(|_| INVALID_KEY_SET)?;
    let published =
        JsonWebKeySet::from_members(&published).map_err(|WrongMember(_)| INVALID_KEY_SET)?;
    let keys = KeySet::from_published(&published);
    let policy = TokenPolicy { issuer: issuer.to_owned(), audience, max_validity_s };
    let verified = verify(token, &keys, &policy, UnixSeconds(now)).map_err(TokenRefusal::name)?;
    // Claims made of our own types can always be written.
    serde_json::to_string(verified.claims()).map_err(|_| INVALID_ARGUMENT)
}

/// A number of JavaScript that is an integer which it keeps exactly.
fn integer(number: f64) -> Option<u64> {
    let is_exact = number.fract() == 0.0 && (0.0..=MAX_SAFE_INTEGER).contains(&number);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is an integer within the bounds"
    )]
    is_exact.then_some(number as u64)
}

const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;
const INVALID_ARGUMENT: &str = "invalid_argument";
const INVALID_KEY_SET: &str = "invalid_key_set";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use wayleave_shared::claims::AccessClaims;

    #[test]
    fn what_is_not_an_integer_or_no_key_set_is_named() {
        for (validity, now) in [
            (f64::NAN, 0.0),
            (f64::INFINITY, 0.0),
            (-1.0, 0.0),
            (0.5, 0.0),
            (9_007_199_254_740_992.0, 0.0),
            (1.0, f64::NAN),
            (1.0, -1.0),
        ] {
            assert_eq!(verified_claims("", "{}", "", validity, now, None), Err("invalid_argument"));
        }
        assert_eq!(verified_claims("", "{}", "", 1.0, 1.0, None), Err("invalid_key_set"));
        assert_eq!(verified_claims("", r#"{"keys":[]}"#, "", 1.0, 1.0, None), Err("malformed"));
    }

    #[test]
    fn a_token_is_for_the_audience_that_is_demanded() {
        let key_set = serde_json::to_string(&testing::keys().to_published()).unwrap();
        let token = |audience: Option<&str>| {
            testing::token(&AccessClaims {
                audience: audience.map(str::to_owned),
                ..testing::claims()
            })
        };
        let verified = |token: &str, audience: Option<&str>| {
            #[expect(clippy::cast_precision_loss, reason = "a time that a number keeps exactly")]
            let now = testing::NOW.0 as f64;
            let audience = audience.map(str::to_owned);
            verified_claims(token, &key_set, "https://id.test", 3600.0, now, audience).map(drop)
        };

        for (written, demanded, expected) in [
            (None, None, Ok(())),
            (Some("app"), Some("app"), Ok(())),
            (Some("app"), Some("other"), Err("wrong_audience")),
            (Some("app"), None, Err("wrong_audience")),
            (None, Some("app"), Err("wrong_audience")),
        ] {
            assert_eq!(verified(&token(written), demanded), expected, "{written:?} {demanded:?}");
        }
    }
}
