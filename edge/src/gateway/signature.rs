//! The header that proves to the app that a request came through the gateway.

use crate::settings::TrustKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;
use wayleave_shared::{header, time::UnixSeconds};

/// What is signed of a request to the app: what it is, and whose.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'request> {
    /// When it was sent on.
    pub at: UnixSeconds,
    /// Its method.
    pub method: &'request str,
    /// Its path and query as the app sees them.
    pub target: &'request str,
    /// The headers that it gets; others than the trust headers are not looked at.
    pub headers: &'request [(&'static str, String)],
}

impl Signed<'_> {
    /// The value of [`SIGNATURE`]: `v1,<Unix seconds>,<HMAC-SHA-256 in hexadecimal digits>`.
    ///
    /// Signed are seven lines, joined by line feeds: `v1`, the seconds, the method, path and query, then the values of `x-wayleave-user-id`,
    /// `x-wayleave-session` and `x-wayleave-payload`, each empty where there is no such header. So a request without a session is signed as such.
    #[must_use]
    pub fn header(&self, key: &TrustKey) -> String {
        let mut code = keyed(key.as_bytes());
        code.update(self.message().as_bytes());
        let mut value = format!("{VERSION},{},", self.at.0);
        for byte in code.finalize().into_bytes() {
            // Writing to a string cannot fail.
            let _ = write!(value, "{byte:02x}");
        }
        value
    }

    /// None of its lines can hold a line feed: each is a method, a URL's part or a header's value.
    fn message(&self) -> String {
        let of = |name| self.headers.iter().find(|(known, _)| *known == name);
        let trust = [header::TRUST_USER_ID, header::TRUST_SESSION, header::TRUST_PAYLOAD]
            .map(|name| of(name).map_or("", |(_, value)| value.as_str()));
        let at = self.at.0.to_string();
        [[VERSION, &at, self.method, self.target].as_slice(), &trust].concat().join("\n")
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104 section 2)")]
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// To the app: that the request came through the gateway, and that its trust headers are the gateway's.
pub const SIGNATURE: &str = "x-wayleave-signature";

const VERSION: &str = "v1";

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        key: String,
        vectors: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        at: u64,
        method: String,
        target: String,
        #[serde(rename = "userId")]
        user_id: Option<String>,
        session: Option<String>,
        payload: Option<String>,
        message: String,
        signature: String,
    }

    fn vectors() -> (TrustKey, Vec<Vector>) {
        let text = include_str!("../../../tests/gateway/signatures.json");
        let read: Vectors = serde_json::from_str(text).unwrap();
        (TrustKey::new(&read.key).unwrap(), read.vectors)
    }

    fn headers(vector: &Vector) -> Vec<(&'static str, String)> {
        [
            (header::TRUST_PAYLOAD, &vector.payload),
            (header::TRUST_USER_ID, &vector.user_id),
            (header::TRUST_SESSION, &vector.session),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.clone()?)))
        .chain([("x-forwarded-host", "a.example".to_owned())])
        .collect()
    }

    #[test]
    fn every_published_vector_is_signed_so() {
        let (key, vectors) = vectors();
        assert!(vectors.len() >= 5);
        for vector in vectors {
            let signed = Signed {
                at: UnixSeconds(vector.at),
                method: &vector.method,
                target: &vector.target,
                headers: &headers(&vector),
            };
            assert_eq!(signed.header(&key), vector.signature, "{}", vector.name);
            assert_eq!(signed.message(), vector.message, "{}", vector.name);
        }
    }

    #[test]
    fn a_change_of_anything_that_is_signed_changes_the_signature() {
        let trust = |id: &str| {
            vec![
                (header::TRUST_USER_ID, id.to_owned()),
                (header::TRUST_SESSION, "s".to_owned()),
                (header::TRUST_PAYLOAD, "{}".to_owned()),
            ]
        };
        let key = |text: &str| TrustKey::new(&text.repeat(32)).unwrap();
        let sign = |at, method, target, headers: &[_], key: &TrustKey| {
            let signed = Signed { at: UnixSeconds(at), method, target, headers }.header(key);
            // The time stands there for all to see; what proves it follows.
            signed.rsplit_once(',').unwrap().1.to_owned()
        };
        let mut all = vec![
            sign(1, "GET", "/a?b", &trust("alice"), &key("k")),
            sign(2, "GET", "/a?b", &trust("alice"), &key("k")),
            sign(1, "PUT", "/a?b", &trust("alice"), &key("k")),
            sign(1, "GET", "/a", &trust("alice"), &key("k")),
            sign(1, "GET", "/a?b", &trust("bob"), &key("k")),
            sign(1, "GET", "/a?b", &trust("alice")[1..], &key("k")),
            sign(1, "GET", "/a?b", &trust("alice")[..2], &key("k")),
            sign(1, "GET", "/a?b", &[], &key("k")),
            sign(1, "GET", "/a?b", &trust("alice"), &key("l")),
        ];
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
